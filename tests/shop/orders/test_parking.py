"""Sixty cookies from one place cannot park a flash sale; everybody else buys as before.

What is bound are the units that unpaid orders hold, so that a campus behind one address can buy.
"""

from datetime import timedelta

import pytest
from django.db import transaction
from django.test import RequestFactory

from config import fairness as outside
from shop.errors import TooManyOpenOrders, TooMuchHeld
from shop.networks import client_address, network_key, network_of
from shop.orders import ending
from shop.orders.models import Order
from shop.orders.placing import place_order
from shop.stock.models import Pool
from shop.storefront import epoch
from tests import make
from tests.crowd import at_once
from tests.make import NOON
from tests.stepping import Beside, open_transaction

pytestmark = pytest.mark.django_db
with_threads = pytest.mark.django_db(transaction=True)
HERE = "203.0.113.7"
BOUNDS = ("GUEST_UNITS", "GUEST_SHARE", "ACCOUNT_UNITS", "ACCOUNT_SHARE", "NETWORK_UNITS")


@pytest.fixture(autouse=True)
def bounds_as_outside_of_tests(settings):
    """Let unpaid orders hold what they may hold in a shop."""
    for name in BOUNDS:
        setattr(settings, name, getattr(outside, name))
    epoch.forget()


def flash_deal(units=10):
    kettle = make.variant(20_00)
    return make.deal(kettle, during=make.festival(), price=15_00, allotment=units)


def newcomer(deal, *, address=None, email=None):
    """Return a shopper with a fresh cookie and one unit of the deal in the cart."""
    return make.cart({deal.variant: 1}, of=make.shopper(address=address), email=email)


def buy(who, *, at=NOON):
    return place_order(who, agreed=make.agreed(who, at=at), at=at).order


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
    assert "Pay what you have open, or try again after 12:30 UTC." in str(refused[0])
    assert refused[0].may_sign_in
    assert [order.total for order in others] == [15_00, 15_00]
    deal.refresh_from_db()
    assert (deal.held, Order.objects.count()) == (5, 5)


@with_threads
def test_sixty_cookies_at_once_hold_no_more():
    deal = flash_deal()
    crowd = [newcomer(deal, address=HERE) for _ in range(60)]
    agreed = make.agreed(crowd[0])

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


@pytest.mark.parametrize("end", [ending.mark_paid, ending.expire])
def test_an_order_that_is_over_makes_room_for_another(end):
    deal = flash_deal()
    orders = [buy(newcomer(deal, address=HERE)) for _ in range(3)]
    with transaction.atomic():
        end(ending.lock(orders[0].pk), at=NOON)

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


def guest(wanted, *, address=HERE, **facts):
    return make.cart(wanted, of=make.shopper(address=address), **facts)


def account(wanted, *, address=HERE):
    return make.cart(wanted, of=make.shopper(make.user(), address=address))


def refusal_of(who, *, at=NOON):
    with pytest.raises(TooMuchHeld) as refused:
        buy(who, at=at)
    return str(refused.value)


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
    who = type(who)(who.token_hash, who.user, False, who.network_key)  # noqa: FBT003

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
    epoch.forget()
    for _ in range(2):
        buy(guest({make.variant(): 18}))

    text = refusal_of(guest({make.variant(): 5}))

    assert text.startswith("Unpaid orders from your internet connection hold as many items")
    assert buy(guest({make.variant(): 4})).is_pending
    assert buy(guest({make.variant(): 18}, address="198.51.100.1")).is_pending


def test_two_hundred_students_behind_one_address_all_get_through():
    shelf = [make.variant(on_hand=150) for _ in range(8)]

    orders = [buy(guest({shelf[n % 8]: 1 + n % 2})) for n in range(200)]

    assert {order.pay_by for order in orders} == {NOON + timedelta(minutes=30)}
    assert sum(Pool.objects.values_list("held", flat=True)) == 300


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


def lapse(orders, *, at):
    for order in orders:
        with transaction.atomic():
            ending.expire(ending.lock(order.pk), at=at)


def minutes(order):
    return (order.pay_by - order.placed_at).total_seconds() / 60


def test_whoever_lets_orders_lapse_gets_half_the_time_each_time_down_to_five_minutes():
    kettle, at, lives = make.variant(), NOON, []
    for _ in range(5):
        order = buy(guest({kettle: 1}, email="ada@example.org"), at=at)
        lives.append(minutes(order))
        at = order.pay_by
        lapse([order], at=at)

    assert lives == [30, 15, 7, 5, 5]
    later = buy(guest({kettle: 1}, email="ada@example.org"), at=at + timedelta(hours=2))
    assert minutes(later) == 30


def test_the_same_cookie_is_known_under_another_address_and_nobody_else_pays_for_it():
    kettle, who = make.variant(), make.shopper()
    lapse([buy(make.cart({kettle: 1}, of=who))], at=NOON + timedelta(minutes=30))
    at = NOON + timedelta(minutes=31)

    assert minutes(buy(make.cart({make.variant(): 1}, of=who, email="new@example.org"), at=at)) == 15
    assert minutes(buy(guest({kettle: 1}), at=at)) == 30


def test_an_order_that_is_changed_before_it_runs_out_is_no_way_to_hold_for_ever():
    kettle, who = make.variant(), make.shopper()
    first = buy(make.cart({kettle: 1}, of=who))
    make.cart({kettle: 1}, of=who)
    at = NOON + timedelta(minutes=29)

    renewed = place_order(who, agreed=make.agreed(who, at=at), at=at, may_replace=first.pk).order

    assert minutes(renewed) == 15


def test_an_order_that_is_stopped_or_changed_soon_costs_nothing():
    kettle, who = make.variant(), make.shopper()
    lapse([buy(make.cart({kettle: 1}, of=who))], at=NOON + timedelta(minutes=10))

    assert minutes(buy(who, at=NOON + timedelta(minutes=11))) == 30


def test_paying_makes_up_for_what_lapsed():
    kettle, who = make.variant(), make.shopper()
    lapse([buy(make.cart({kettle: 1}, of=who))], at=NOON + timedelta(minutes=30))
    at = NOON + timedelta(minutes=31)
    paid = buy(who, at=at)
    with transaction.atomic():
        ending.mark_paid(ending.lock(paid.pk), at=at)

    assert minutes(buy(make.cart({kettle: 1}, of=who), at=at)) == 30


def test_lapses_of_a_network_shorten_its_guests_time_and_no_account_s():
    kettle = make.variant()
    lapse([buy(guest({kettle: 1})) for _ in range(5)], at=NOON + timedelta(minutes=30))
    at = NOON + timedelta(minutes=31)

    assert minutes(buy(guest({kettle: 1}), at=at)) == 15
    assert minutes(buy(account({kettle: 1}), at=at)) == 30
    assert minutes(buy(guest({kettle: 1}, address="198.51.100.1"), at=at)) == 30


def asking(address, forwarded=None):
    headers = {"X-Forwarded-For": forwarded} if forwarded else None
    return RequestFactory(REMOTE_ADDR=address).get("/", headers=headers)


@pytest.mark.parametrize(
    ("proxies", "address", "forwarded", "found"),
    [
        ([], HERE, None, HERE),
        ([], HERE, "198.51.100.1", HERE),
        (["192.0.2.1"], HERE, "198.51.100.1", HERE),
        (["192.0.2.1"], "192.0.2.1", HERE, HERE),
        (["192.0.2.1"], "192.0.2.1", f"198.51.100.1, {HERE}", HERE),
        (["192.0.2.1", "192.0.2.2"], "192.0.2.1", f"198.51.100.1, {HERE}, 192.0.2.2", HERE),
        (["192.0.2.1"], "192.0.2.1", None, "192.0.2.1"),
        (["192.0.2.1"], "192.0.2.1", " , ", "192.0.2.1"),
    ],
    ids=[
        "direct", "spoofed", "spoofed past the proxy", "behind the proxy",
        "spoofed behind the proxy", "behind two proxies", "the proxy itself", "nothing said",
    ],
)  # fmt: skip
def test_the_client_s_address_is_believed_of_trusted_proxies_only(
    settings, proxies, address, forwarded, found
):
    settings.TRUSTED_PROXIES = proxies

    assert client_address(asking(address, forwarded)) == found


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:aaaa::9", "2001:db8:1:2::/64"),
        ("unknown", "unknown"),
        ("", ""),
    ],
)
def test_all_addresses_of_one_customer_are_one_network(address, network):
    assert network_of(address) == network


def test_the_addresses_that_one_customer_makes_up_are_no_new_places_to_park_from():
    keys = {network_key(asking(f"2001:db8:1:2::{n:x}", None)) for n in range(60)}

    assert len(keys) == 1
    assert network_key(asking("2001:db8:1:3::1", None)) not in keys


def test_a_spoofed_address_gives_no_new_place_to_park_from(settings):
    settings.TRUSTED_PROXIES = []

    keys = {network_key(asking(HERE, f"198.51.100.{n}")) for n in range(60)}

    assert len(keys) == 1
    assert HERE not in keys.pop()
