"""A shopper reads one clock: their own, or without script one that is named."""

import re
from datetime import timedelta

import pytest

from shop.orders.models import Order
from tests.browsing.steps import go_to_pay, pay, press_pay, put_in_cart, words
from tests.browsing.watching import goes_sideways
from tests.journeys.ways import journey
from tests.make import END
from tests.shop.orders.tickets import visits

pytestmark = journey

CHINA = timedelta(hours=8)
NAIROBI = timedelta(hours=3)


def said(page):
    """Return what stands in the elements that tell an instant."""
    return [text for text in page.locator("own-time").all_inner_texts() if text]


def hours_of(page):
    """Return what is said of each time of the flash deals, as it is read."""
    found = page.get_by_role("navigation", name="Flash deal times").locator("li > a:first-child")
    return [" ".join(text.split()) for text in found.all_inner_texts()]


@pytest.mark.parametrize("width", [390])
@pytest.mark.parametrize(
    ("zone", "language", "end"),
    [
        ("Asia/Shanghai", "fr/", "Prix du festival jusqu’au 20 mai à {}"),
        ("Asia/Shanghai", "ar/", "سعر المهرجان حتى 20 مايو عند {}"),
        ("America/Lima", "", "Festival price until 19 May at {}"),
    ],
)
def test_the_end_of_a_deal_is_told_once_by_the_reader_s_clock(
    stage, market, visitor, zone, language, end
):
    page = visitor(timezone_id=zone)

    page.goto(f"/{language}products/brass-lamp/")

    hour = END + (CHINA if zone == "Asia/Shanghai" else -timedelta(hours=5))
    assert said(page) == [end.format(f"{hour:%H:%M}")]
    assert not goes_sideways(page)


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize(
    ("zone", "said_of_slots"),
    [
        ("Asia/Shanghai", ["18:00 On now, ends 13 May at 00:00", "00:00 13 May"]),
        ("Africa/Nairobi", ["13:00 On now, ends 19:00", "19:00 12 May"]),
        ("America/Lima", ["05:00 On now, ends 11:00", "11:00 12 May"]),
    ],
)
def test_the_home_page_has_the_reader_s_clock_alone(stage, market, visitor, zone, said_of_slots):
    page = visitor(timezone_id=zone)

    page.goto("/")

    assert hours_of(page) == said_of_slots
    read = words(page)
    assert ("East Africa Time" in read) == (zone == "Africa/Nairobi")
    own = END + {"Asia/Shanghai": CHINA, "Africa/Nairobi": NAIROBI}.get(zone, -timedelta(hours=5))
    assert f"Closes {own.day} May at {own:%H:%M}" in read
    assert not goes_sideways(page)


@pytest.mark.parametrize("script", [False])
def test_without_script_one_zone_is_named_and_each_time_stands_once(stage, market, visitor):
    page = visitor(timezone_id="Asia/Shanghai")

    page.goto("/")
    assert hours_of(page) == ["13:00 On now, ends 19:00", "19:00 12 May"]
    assert "All times East Africa Time" in words(page)

    page.goto("/products/zellige-jar/")
    assert said(page) == ["Deal ends 12 May at 19:00, East Africa Time"]


def test_the_one_deadline_of_an_order_is_told_by_the_reader_s_clock(stage, market, visitor):
    page = visitor(timezone_id="Asia/Shanghai")
    put_in_cart(page, market.indigo.product, choice="Indigo")
    go_to_pay(page)
    press_pay(page)
    assert not re.search(r"\d\d:\d\d", words(page))

    page.goto("/checkout/delivery/")

    until = f"{Order.objects.get().pay_by + CHINA:%H:%M}"
    assert said(page) == [f"Your price is held until {until}, even after the festival ends."]


def test_the_steps_of_an_order_follow_the_reader_and_no_shared_page_does(stage, market, visitor):
    page = visitor(timezone_id="Asia/Shanghai")
    put_in_cart(page, market.indigo.product, choice="Indigo")
    go_to_pay(page)
    press_pay(page)
    pay(page)
    order = Order.objects.get()
    page.goto(f"/orders/{order.number}/{order.token}/")

    paid = order.paid_at + CHINA
    placed = order.placed_at + CHINA
    assert said(page) == [
        f"Placed {placed.day} May 2027. 1 parcel to Changsha, China.",
        f"{paid.day} May at {paid:%H:%M}",
    ]

    other = visitor(timezone_id="America/Lima")
    other.goto("/products/zellige-jar/")
    assert said(other) == ["Deal ends 12 May at 11:00"]
    served = other.request.get("/products/zellige-jar/").text()
    assert "Deal ends 12 May at 19:00, East Africa Time" in served
    assert not re.search(r"Shanghai|Lima", served)


@pytest.mark.parametrize("width", [390])
def test_a_visit_keeps_the_clock_of_its_place_and_says_so(stage, market, visitor):
    walk = visits.experience(of=market.jar.product.merchant)
    adult, *_ = visits.session(walk, seats=6, starts=visits.FRIDAY)
    page = visitor(timezone_id="Asia/Shanghai")

    page.goto(f"/products/{adult.product.slug}/")
    assert "15:00" in words(page)
    assert "Times are those of the place (East Africa Time)." in words(page)
    assert said(page) == []
    page.get_by_role("button", name="Reserve").click()
    page.wait_for_url("**/cart/")

    assert "15:00 local time (East Africa Time)" in words(page)
    assert said(page) == []
    assert not goes_sideways(page)
