"""What a store says of its delivery: its days, its ways, its prices, and where it does not send."""

from datetime import date, timedelta

import pytest

from shop.catalogue.delivery.models import Country, OwnRate, Rate
from shop.catalogue.delivery.quote import (
    Workdays,
    arrival,
    delivery_options,
    parcel_of,
    working_day,
)
from shop.core.errors import CannotDeliver
from shop.orders.cart.pricing import price_cart
from shop.people.merchants.models import Merchant
from tests import make
from tests.make import NOON

pytestmark = pytest.mark.django_db
FRIDAY = date(2027, 5, 14)
DAY = timedelta(days=1)


@pytest.fixture
def variant():
    made = make.variant(20_00)
    make.delivery(12_00)
    return made


def say(variant, **facts):
    Merchant.objects.filter(pk=variant.product.merchant_id).update(**facts)


def ways(variant, grams=500):
    merchant = Merchant.objects.get(pk=variant.product.merchant_id)
    return delivery_options({1: parcel_of(merchant, grams, "CN")}, "CN")[1]


@pytest.mark.parametrize(
    ("workdays", "days", "is_on"),
    [
        (Workdays(), 0, FRIDAY),
        (Workdays(), 1, FRIDAY + 3 * DAY),
        (Workdays(frozenset(range(6))), 1, FRIDAY + DAY),
        (Workdays(frozenset({2})), 2, date(2027, 5, 26)),
        (Workdays(off=((FRIDAY + 3 * DAY, FRIDAY + 5 * DAY),)), 1, FRIDAY + 6 * DAY),
    ],
)
def test_a_working_day_is_one_on_which_the_store_packs(workdays, days, is_on):
    assert working_day(FRIDAY, days, workdays) == is_on


def test_a_store_that_never_packs_ends_the_search():
    never = Workdays(off=((date(2000, 1, 1), date(2100, 1, 1)),))

    assert working_day(FRIDAY, 1, never) < FRIDAY + 500 * DAY


def test_a_holiday_and_days_off_move_what_is_promised(variant):
    option = ways(variant)[0]
    off = [{"first": "2027-05-13", "last": "2027-05-14", "name": "Ascension"}]
    say(variant, days_off=off, away_from=date(2027, 5, 17), away_until=date(2027, 5, 18))
    order = make.order({variant: 1})

    part = order.suborders.get()

    merchant = Merchant.objects.get(pk=variant.product.merchant_id)
    assert merchant.dispatch_to == 3  # working days after Wednesday, 12 May
    assert part.ship_by == date(2027, 5, 21)
    usual = arrival(NOON.date(), dispatch=(1, 3), option=option)
    assert usual[0] == date(2027, 5, 17)


def test_an_own_price_stands_in_for_the_tables(variant):
    (before,) = ways(variant)
    rate = Rate.objects.get(zone=Country.objects.get(code="CN").zone)
    OwnRate.objects.create(merchant=variant.product.merchant, zone=rate.zone, service=rate.service,
                           weight_from=rate.weight_from, price=7_77)  # fmt: skip
    other = make.variant(20_00)

    assert ways(variant)[0].price == 7_77
    assert ways(other)[0].price == before.price


def test_a_way_that_the_store_does_not_send_in_is_not_offered(variant):
    rate = Rate.objects.get(zone=Country.objects.get(code="CN").zone)
    Rate.objects.create(
        origin_region=rate.origin_region, zone=rate.zone, service="express", weight_from=0,
        weight_to=20_000, price=50_00, days_from=2, days_to=4, is_tracked=True, seen_on=FRIDAY,
    )  # fmt: skip
    assert {way.service for way in ways(variant)} == {rate.service, "express"}

    say(variant, services=[rate.service])

    assert {way.service for way in ways(variant)} == {rate.service}


def test_nothing_goes_to_a_country_that_the_store_leaves_out(variant):
    who = make.cart({variant: 1, (other := make.variant(9_00)): 1})
    say(variant, closed_to=["CN"])

    with pytest.raises(CannotDeliver):
        ways(variant)
    priced = price_cart(who, at=NOON)

    assert [line.wanted.variant.id for line in priced.quote.segments] == [other.pk]
    assert priced.undeliverable == ""
    assert set(priced.chosen) == {other.product.merchant_id}


@pytest.mark.parametrize(("least", "units", "is_free"), [(40_00, 2, True), (40_01, 2, False)])
def test_delivery_is_free_from_a_sum_of_the_stores_own_goods(variant, least, units, is_free):
    other = make.variant(500_00)
    who = make.cart({variant: units, other: 1})
    say(variant, free_from=least)

    priced = price_cart(who, at=NOON)

    prices = {pk: option.price for pk, option in priced.chosen.items()}
    assert (prices[variant.product.merchant_id] == 0) == is_free
    assert prices[other.product.merchant_id] > 0
    paid = sum(prices.values()) + units * 20_00 + 500_00
    assert priced.quote.total == paid


def test_the_order_freezes_what_is_free(variant):
    say(variant, free_from=10_00)

    part = make.order({variant: 1}).suborders.get()

    assert (part.delivery_price, part.delivery_paid) == (0, 0)


def test_free_in_africa_is_not_free_elsewhere(variant):
    who = make.cart({variant: 2})
    say(variant, free_from=1_00, is_free_in_africa_only=True)
    assert price_cart(who, at=NOON).quote.delivery > 0

    Country.objects.filter(code="CN").update(ship_region="east")

    assert price_cart(who, at=NOON).quote.delivery == 0
