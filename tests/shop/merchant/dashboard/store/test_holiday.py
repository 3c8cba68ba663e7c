"""A store on holiday sends nothing: its parcels cannot be ordered, and pages say until when."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from shop.core.errors import ShopError
from shop.festivals.models import ChangeLog
from shop.orders.cart.pricing import price_cart
from shop.orders.models import Order
from shop.orders.place import place_order
from shop.people.merchants.holidays import is_away, next_turn
from shop.people.merchants.models import Merchant
from tests import make, pages
from tests.make import NOON
from tests.shop.orders.cart.carts import fill

pytestmark = pytest.mark.django_db
TODAY = NOON.date()
DAY = timedelta(days=1)


@pytest.fixture
def holiday(desk):
    return desk.address("{store}/profile/holiday/")


@pytest.fixture(autouse=True)
def _shop(clock_at):
    pages.home()
    clock_at(NOON)


def away(client, holiday, first=TODAY, last=TODAY + 5 * DAY):
    return client.post(holiday, {"first": str(first), "last": str(last)})


def stored(desk):
    return Merchant.objects.get(pk=desk.merchant.pk)


def test_pages_say_so_and_nothing_can_be_ordered(client, desk, holiday):
    shopper = Client(headers={"Sec-Fetch-Site": "same-origin"})
    product = f"/products/{desk.product.slug}/"
    who = make.cart({desk.variant: 1})
    agreed = make.agreed(who)
    fill(shopper, {desk.variant: 1})
    orders = Order.objects.count()

    assert away(client, holiday).status_code == 302

    back = "Order again from 18 May 2027 on."
    assert back in shopper.get(product).text
    assert "Add to cart" not in shopper.get(product).text
    assert "OutOfStock" in shopper.get(product).text
    assert back in shopper.get(f"/stores/{desk.merchant.slug}/").text
    cart = shopper.get("/cart/").text
    assert back in cart
    assert price_cart(who, at=NOON).quote.missing == {desk.variant.pk: 1}
    with pytest.raises(ShopError):
        place_order(who, agreed=agreed, at=NOON)
    assert Order.objects.count() == orders


def test_it_begins_and_ends_at_midnight_where_the_store_is(client, desk, holiday):
    first = TODAY + 2 * DAY
    away(client, holiday, first, first)
    store, zone = stored(desk), ZoneInfo(desk.merchant.zone)
    begins = datetime.combine(first, datetime.min.time(), zone)
    second = timedelta(seconds=1)

    instants = (begins - second, begins, begins + DAY - second, begins + DAY)
    assert [is_away(store, at=at) for at in instants] == [False, True, True, False]
    assert next_turn(store, at=begins - second) == begins
    assert next_turn(store, at=begins) == begins + DAY
    assert next_turn(store, at=begins + DAY) is None


def test_a_kept_page_is_not_shown_over_the_turn(client, desk, holiday, clock_at):
    shopper, product = Client(), f"/products/{desk.product.slug}/"
    away(client, holiday, TODAY + DAY, TODAY + DAY)
    assert "is on holiday" not in shopper.get(product).text

    clock_at(NOON + DAY)
    assert "is on holiday" in shopper.get(product).text
    clock_at(NOON + 2 * DAY)
    assert "is on holiday" not in shopper.get(product).text
    assert "Add to cart" in shopper.get(product).text


def test_it_is_taken_away_and_both_are_in_the_log(client, desk, holiday):
    away(client, holiday)
    assert "parcels cannot be ordered on these days" in client.get(holiday).text

    client.post(holiday, {"end": "1"})

    assert (stored(desk).away_from, stored(desk).away_until) == (None, None)
    lines = ChangeLog.objects.filter(action="holiday").order_by("pk")
    assert [line.after for line in lines] == [
        {"first": "2027-05-12", "last": "2027-05-17"}, {"first": "", "last": ""},
    ]  # fmt: skip
    assert make.agreed(make.cart({desk.variant: 1}))


def test_one_that_is_over_is_not_spoken_of_any_more(client, desk, holiday):
    Merchant.objects.filter(pk=desk.merchant.pk).update(
        away_from=date(2027, 1, 1), away_until=date(2027, 1, 9)
    )
    assert "parcels cannot be ordered on these days" not in client.get(holiday).text


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (TODAY, TODAY - DAY, "This day is over."),
        (TODAY + 3 * DAY, TODAY + 2 * DAY, "The last day comes before the first."),
        (TODAY, TODAY + 200 * DAY, "At most 120 days."),
        ("", TODAY, "This field is required"),
        ("9999-12-01", "9999-12-31", "Enter a day within two years."),
    ],
)
def test_what_cannot_be_is_said(client, desk, holiday, first, last, said):
    answer = away(client, holiday, first, last)

    assert answer.status_code == 422
    assert said in answer.text
    assert stored(desk).away_from is None


def test_deals_in_these_days_are_counted_and_paid_parcels_stay_to_be_sent(client, desk, holiday):
    festival = make.festival()
    make.deal(make.variant(of=make.product(of=desk.merchant)), during=festival, price=9_00)
    away(client, holiday)

    page = client.get(holiday).text

    assert "1 deal of yours runs in these days." in page
    assert "1 parcel is to be sent" in page


def test_who_sets_no_prices_sets_no_holiday(client, desk, holiday):
    client.force_login(make.member(desk.merchant, role="packer"))
    assert away(client, holiday).status_code == 403
    assert stored(desk).away_from is None
