"""Sixty cookies from one place cannot park a flash sale; everybody else buys as before."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.test import RequestFactory

from shop.errors import TooManyOpenOrders
from shop.networks import client_address, network_key, network_of
from shop.orders import ending
from shop.orders.models import Order
from shop.orders.placing import place_order
from tests import make
from tests.crowd import at_once
from tests.make import NOON
from tests.stepping import Beside, open_transaction

pytestmark = pytest.mark.django_db
with_threads = pytest.mark.django_db(transaction=True)
HERE = "203.0.113.7"


def flash_deal(units=5):
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
        except TooManyOpenOrders as refusal:
            refused.append(refusal)

    others = [buy(newcomer(deal)) for _ in range(2)]

    assert len(refused) == 57
    assert refused[0].until == NOON + timedelta(minutes=30)
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

    assert sum(isinstance(result, TooManyOpenOrders) for result in results) == 57
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

    assert isinstance(waiting.result(), TooManyOpenOrders)
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
    with pytest.raises(TooManyOpenOrders):
        buy(newcomer(deal, address=HERE))


def test_orders_that_wait_for_a_bank_keep_nobody_of_their_network_away():
    for _ in range(3):
        make.order({make.variant(): 1}, of=make.shopper(address=HERE))
    Order.objects.update(pay_by=NOON - timedelta(minutes=5))

    assert make.order({make.variant(): 1}, of=make.shopper(address=HERE)).is_pending


def test_whoever_has_three_open_orders_can_still_change_one_of_them():
    deal = flash_deal()
    people = [newcomer(deal, address=HERE) for _ in range(3)]
    orders = [buy(who) for who in people]
    make.cart({make.variant(5_00): 1}, of=people[0])

    changed = place_order(
        people[0], agreed=make.agreed(people[0]), at=NOON, may_replace=orders[0].pk
    ).order

    assert changed.total == 20_00
    assert Order.objects.filter(state="pending").count() == 3


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
