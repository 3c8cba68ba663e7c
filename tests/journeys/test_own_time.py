"""Beside each time of the event's zone stands the reader's own."""

import re
from datetime import timedelta

import pytest

from shop.orders.models import Order
from tests.browsing.steps import go_to_pay, press_pay, put_in_cart, words
from tests.browsing.watching import goes_sideways
from tests.journeys.ways import journey
from tests.make import END

pytestmark = journey

LAMP = "/fr/products/brass-lamp/"
CHINA = timedelta(hours=8)
NAIROBI = timedelta(hours=3)


def said(page):
    """Return what is said of the reader's own time."""
    return [text for text in page.locator("own-time").all_inner_texts() if text]


@pytest.mark.parametrize("width", [390])
def test_a_reader_far_away_sees_the_end_of_a_deal_in_both_times(stage, market, visitor):
    page = visitor(timezone_id="Asia/Shanghai")

    page.goto(LAMP)
    page.get_by_text("chez vous").first.wait_for()

    there = END + CHINA
    assert f"{there.day} mai à {there:%H:%M} chez vous" in said(page)
    assert not goes_sideways(page)


def test_a_reader_where_the_event_is_sees_one_time(stage, market, visitor):
    page = visitor(timezone_id="Africa/Nairobi")

    page.goto(LAMP)

    assert page.locator("own-time").count()
    assert said(page) == []


def test_the_one_deadline_of_an_order_is_told_in_both_times(stage, market, visitor):
    page = visitor(timezone_id="Asia/Shanghai")
    put_in_cart(page, market.indigo.product, choice="Indigo")
    go_to_pay(page)
    press_pay(page)
    assert not re.search(r"\d\d:\d\d", words(page))

    page.goto("/checkout/delivery/")
    page.get_by_text("where you are").first.wait_for()

    pay_by = Order.objects.get().pay_by
    named = f"{pay_by + NAIROBI:%H:%M} (East Africa Time)"
    assert f"Your price is held until {named}, even after the festival ends." in words(page)
    assert said(page)[0] == f"{pay_by + CHINA:%H:%M} where you are"


@pytest.mark.parametrize("script", [False])
def test_without_script_the_zone_of_the_event_is_named(stage, market, visitor):
    page = visitor(timezone_id="Asia/Shanghai")
    page.goto("/products/zellige-jar/")

    assert "East Africa Time" in words(page)
    assert said(page) == []
