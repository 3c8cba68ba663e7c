"""What unpaid orders may hold is bound by units, so that a campus behind one address can buy."""

from datetime import timedelta

import pytest

from shop.catalogue.stock.models import Pool
from shop.orders.models import Order
from shop.storefront.cache import catalogue_version
from tests import make
from tests.make import NOON
from tests.shop.orders.unpaid.steps import HERE, account, buy, flash_deal, guest, refusal_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("bounds_as_outside_of_tests")]


def test_a_guest_s_order_holds_twenty_units_at_the_most_and_an_account_s_a_hundred():
    many = {make.variant(): 7, make.variant(): 7, make.variant(): 7}

    text = refusal_of(guest(many))

    assert text.startswith("Until it is paid, an order can hold 20 items. Order fewer now,")
    assert "signed in with a confirmed email address" in text
    assert not Order.objects.exists()
    assert Pool.objects.filter(held__gt=0).count() == 0
    assert buy(account(many)).is_pending
    assert "can hold 100 items" in refusal_of(account({make.variant(): 101}))


def test_somebody_who_has_not_confirmed_the_address_counts_as_a_guest():
    who = make.shopper(make.user(is_verified=False), address=HERE)
    who = type(who)(who.token_hash, who.user, False, who.network_key)

    assert "can hold 20 items" in refusal_of(make.cart({make.variant(): 21}, of=who))


def test_a_guest_gets_a_third_of_what_is_free_and_one_always():
    shelf = {n: make.variant(on_hand=n) for n in (1, 2, 9, 30)}

    assert "you can order 3 at once" in refusal_of(guest({shelf[9]: 4}))
    assert "you can order 10 at once" in refusal_of(guest({shelf[30]: 11}))
    assert "you can order 1 at once" in refusal_of(guest({shelf[2]: 2}))
    for units, most in ((1, 1), (2, 1), (9, 3), (30, 10)):
        assert buy(guest({shelf[units]: most}, address=f"198.51.100.{units}")).is_pending


def test_a_deal_s_own_units_are_shared_and_not_the_shelf_behind_them():
    deal = flash_deal(units=9)

    assert "you can order 3 at once" in refusal_of(guest({deal.variant: 4}))
    assert buy(guest({deal.variant: 3})).is_pending


def test_what_is_set_aside_for_a_deal_to_come_is_not_shared_out():
    kettle = make.variant(on_hand=12)
    week = make.festival(starts_at=NOON + timedelta(days=1), ends_at=NOON + timedelta(days=8))
    make.deal(kettle, during=week, price=15_00, allotment=9)

    assert "you can order 1 at once" in refusal_of(guest({kettle: 2}))


def test_seats_are_units_and_the_smallest_ticket_is_always_possible():
    seats = Pool.objects.create(on_hand=9)
    one, family = make.variant(pool=seats), make.variant(pool=seats, units_per_item=4)

    assert "you can order 3 at once" in refusal_of(guest({one: 4}))
    assert "fewer can be ordered at once" in refusal_of(guest({one: 1, family: 1}))
    assert buy(guest({family: 1})).is_pending
    assert "unpaid orders from your internet connection" in refusal_of(guest({one: 1}))


def test_accounts_of_one_network_share_two_thirds_and_guests_do_not_stand_in_their_way():
    kettle = make.variant(on_hand=30)
    for _ in range(10):
        buy(guest({kettle: 1}))

    held = [buy(account({kettle: 1})) for _ in range(13)]
    refused = refusal_of(account({kettle: 1}))

    assert len(held) == 13  # two thirds of the 20 that were free
    assert "signed in" not in refused
    assert buy(guest({kettle: 1}, address="198.51.100.1")).is_pending


def test_all_guests_of_one_network_hold_so_many_units_together(settings):
    settings.NETWORK_UNITS = 40
    catalogue_version.forget()
    for _ in range(2):
        buy(guest({make.variant(): 18}))

    text = refusal_of(guest({make.variant(): 5}))

    assert text.startswith("Unpaid orders from your internet connection hold as many items")
    assert buy(guest({make.variant(): 4})).is_pending
    assert buy(guest({make.variant(): 18}, address="198.51.100.1")).is_pending


@pytest.mark.long
def test_two_hundred_students_behind_one_address_all_get_through():
    shelf = [make.variant(on_hand=150) for _ in range(8)]

    orders = [buy(guest({shelf[n % 8]: 1 + n % 2})) for n in range(200)]

    assert {order.pay_by for order in orders} == {NOON + timedelta(minutes=30)}
    assert sum(Pool.objects.values_list("held", flat=True)) == 300
