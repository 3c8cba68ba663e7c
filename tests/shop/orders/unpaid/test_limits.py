"""Sixty cookies from one place cannot park a flash sale; everybody else buys as before."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction

from shop.catalogue.stock.models import Pool
from shop.core.errors import TooManyOpenOrders, TooMuchHeld
from shop.orders.end import expire, lock, mark_paid
from shop.orders.models import Order
from shop.orders.place import place_order
from tests import make
from tests.crowd import at_once
from tests.make import NOON
from tests.shop.orders.unpaid.steps import HERE, buy, flash_deal, guest, lapse, newcomer, refusal_of
from tests.stepping import Beside, open_transaction

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bounds_as_outside_of_tests")]
with_threads = pytest.mark.django_db(transaction=True)


def test_sixty_cookies_of_one_address_hold_three_units_and_others_get_theirs():
    deal = flash_deal()
    refused = []
    for _ in range(60):
        try:
            buy(newcomer(deal, address=HERE))
        except TooMuchHeld as refusal:
            refused.append(refusal)

    others = [buy(newcomer(deal)) for _ in range(2)]

    assert len(refused) == 57
    assert "Pay what you have open, or try again after 12:30 (Coordinated Universal Time)." in str(
        refused[0]
    )
    assert refused[0].may_sign_in
    assert [order.total for order in others] == [15_00, 15_00]
    deal.refresh_from_db()
    assert (deal.held, Order.objects.count()) == (5, 5)


@with_threads
def test_sixty_cookies_at_once_hold_no_more():
    deal = flash_deal()
    crowd = [newcomer(deal, address=HERE) for _ in range(60)]
    agreed = replace(make.agreed(crowd[0]), wish="")  # each has an address of its own

    results = at_once(
        [lambda who=who: place_order(who, agreed=agreed, at=NOON) for who in crowd], threads=16
    )

    assert sum(isinstance(result, TooMuchHeld) for result in results) == 57
    deal.refresh_from_db()
    assert deal.held == 3


@with_threads
def test_orders_of_one_address_are_counted_one_after_the_other():
    deal = flash_deal()
    for _ in range(2):
        buy(newcomer(deal, address=HERE))
    third, fourth = newcomer(deal, address=HERE), newcomer(deal, address=HERE)

    with open_transaction(lambda: buy(third)):
        waiting = Beside(lambda: buy(fourth))
        assert waiting.waits()

    assert isinstance(waiting.result(), TooMuchHeld)
    deal.refresh_from_db()
    assert deal.held == 3


def test_one_email_address_is_counted_wherever_it_comes_from_and_however_it_is_written():
    deal = flash_deal()
    for written in ("lin@example.org", "Lin@Example.org", " lin@example.org"):
        buy(newcomer(deal, email=written))
    late = newcomer(deal, email="LIN@example.org")

    with pytest.raises(TooManyOpenOrders):
        buy(late)

    deal.refresh_from_db()
    assert (deal.held, Order.objects.count()) == (3, 3)


@pytest.mark.parametrize("end", [mark_paid, expire])
def test_an_order_that_is_over_makes_room_for_another(end):
    deal = flash_deal()
    orders = [buy(newcomer(deal, address=HERE)) for _ in range(3)]
    with transaction.atomic():
        end(lock(orders[0].pk), at=NOON)

    fourth = buy(newcomer(deal, address=HERE))

    assert fourth.is_pending
    with pytest.raises(TooMuchHeld):
        buy(newcomer(deal, address=HERE))


def test_orders_that_wait_for_a_bank_keep_nobody_of_their_network_away():
    deal = flash_deal()
    for _ in range(3):
        buy(newcomer(deal, address=HERE))
    Order.objects.update(pay_by=NOON - timedelta(minutes=5))

    assert buy(newcomer(deal, address=HERE)).is_pending


def test_whoever_is_at_the_bound_can_still_change_an_order():
    deal = flash_deal()
    people = [newcomer(deal, address=HERE) for _ in range(3)]
    orders = [buy(who) for who in people]
    make.cart({make.variant(5_00): 1}, of=people[0])

    changed = place_order(
        people[0], agreed=make.agreed(people[0]), at=NOON, may_replace=orders[0].pk
    ).order

    assert changed.total == 20_00
    assert Order.objects.filter(state="pending").count() == 3


@pytest.mark.long
def test_the_attack_that_held_a_whole_shop_holds_a_third_of_it_and_less_each_time():
    shelf = [make.variant(on_hand=15 + n % 2) for n in range(40)]
    free = sum(Pool.objects.values_list("on_hand", flat=True))
    assert free == 620
    assert "can hold 20 items" in refusal_of(guest(dict.fromkeys(shelf, 14)))

    def wave(at):
        """Take with new cookies as much as can be had."""
        taken = []
        for start in range(0, 40, 4):
            for _ in range(2):
                try:
                    taken.append(buy(guest(dict.fromkeys(shelf[start : start + 4], 5)), at=at))
                except TooMuchHeld:
                    continue
        return taken

    first = wave(NOON)
    held = sum(Pool.objects.values_list("held", flat=True))
    honest = [buy(guest({kettle: 1}, address="198.51.100.1")) for kettle in shelf[:5]]
    lapse(first, at=NOON + timedelta(minutes=30))
    second = wave(NOON + timedelta(minutes=31))

    assert held == 200
    assert len(honest) == 5
    assert all(pool.held <= 7 for pool in Pool.objects.all())
    lives = [int((order.pay_by - order.placed_at).total_seconds()) // 60 for order in second]
    assert set(lives) == {7}
