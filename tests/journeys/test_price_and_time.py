"""Prices turn over and time runs out while somebody is about to pay."""

from datetime import timedelta

import pytest

from shop.orders.models import Order
from tests.browsing.steps import (
    NAME,
    go_to_pay,
    pay,
    press_pay,
    press_pay_there,
    put_in_cart,
    words,
)
from tests.journeys.ways import in_each_browser, journey
from tests.make import END
from tests.paying import assert_books_agree

pytestmark = journey

SHAWL = "/products/adire-shawl/"
SOON = timedelta(minutes=10)  # by the clock of a browser, which goes on while a page loads


@in_each_browser
def test_a_price_that_turned_over_is_shown_before_anything_is_charged(stage, market, page):
    put_in_cart(page, market.indigo.product, choice="Indigo")
    go_to_pay(page)
    assert page.get_by_role("button", name="Pay $37.00").is_visible()

    stage.set_clock(END)
    page.get_by_role("button", name="Pay $37.00").click()
    page.get_by_text("The price changed before you paid").wait_for()

    assert "Before: $37.00. Now: $45.00." in words(page)
    assert "Nothing was charged." in words(page)
    assert not Order.objects.exists()
    press_pay(page)
    pay(page)
    assert f"Thank you, {NAME}" in words(page)
    assert Order.objects.get().total == 45_00
    assert_books_agree()


@in_each_browser
def test_after_the_time_to_pay_nothing_is_charged_and_paying_again_works(stage, market, page):
    put_in_cart(page, market.indigo.product, choice="Indigo")
    go_to_pay(page)
    press_pay(page)
    late = Order.objects.get()

    stage.set_clock(late.pay_by + timedelta(minutes=2))
    stage.beat()
    press_pay_there(page)
    page.get_by_text("This payment was cancelled").wait_for()  # by us, before its own end
    page.get_by_role("link", name="Back to the shop").click()
    page.wait_for_url("**/orders/**")

    assert "Nothing was charged and your cart is still here." in words(page)
    late.refresh_from_db()
    assert late.state == Order.State.EXPIRED
    page.get_by_role("link", name="Pay again").click()
    press_pay(page)
    pay(page)
    assert f"Thank you, {NAME}" in words(page)
    assert sorted(Order.objects.values_list("state", flat=True)) == ["expired", "paid"]
    assert_books_agree()


def let_the_browser_believe(page, at, *, server_tells=None):
    """Set the clock of a visitor's device, and the time that the server tells, if it tells any."""

    def tell(route):
        told = f"{server_tells.timestamp() * 1000:.0f}" if server_tells else ""
        route.fulfill(body=told)

    page.route("**/clock/", tell)
    page.clock.install(time=at)


def pages_asked_for(page):
    asked = []
    page.on("request", lambda request: request.is_navigation_request() and asked.append(request))
    return asked


def has_asked(page):
    """Tell whether a page remembers that it asked, which it notes before it does so."""
    return page.evaluate("Object.keys(sessionStorage).some((key) => key.startsWith('asked at'))")


def test_when_the_time_is_over_the_page_shows_the_new_price_by_itself(stage, market, page):
    stage.set_clock(END - SOON)
    let_the_browser_believe(page, END - SOON)
    page.goto(SHAWL)
    page.get_by_text("Festival ends in").first.wait_for()
    assert "$32.00" in words(page)
    asked = pages_asked_for(page)

    stage.set_clock(END)
    page.clock.pause_at(END - timedelta(seconds=1))
    assert asked == []
    page.clock.run_for(4_000)  # a second to go, and up to two of chance
    page.get_by_text("Festival ends in").first.wait_for(state="detached")

    assert "$32.00" not in words(page)
    assert "$40.00" in words(page)
    page.clock.run_for(60_000)
    assert len(asked) == 1


def test_a_clock_that_is_wrong_makes_a_page_ask_once_only(stage, market, page):
    let_the_browser_believe(page, END - SOON)
    page.goto(SHAWL)
    page.get_by_text("Festival ends in").first.wait_for()
    asked = pages_asked_for(page)

    with page.expect_navigation():
        page.clock.run_for(SOON.total_seconds() * 1_000 + 3_000)
    for _ in range(3):
        page.clock.run_for(30_000)
    page.goto("/")  # there are two countdowns to the same instant
    page.clock.run_for(30_000)

    assert [request.url.removeprefix(stage.url) for request in asked] == [SHAWL, "/"]
    assert "$32.00" in page.goto(SHAWL).text()


@pytest.mark.parametrize("is_told", [True, False])
def test_a_clock_that_is_fast_alone_makes_no_page_ask(stage, market, page, is_told):
    tells = END - timedelta(days=3) if is_told else None
    let_the_browser_believe(page, END + timedelta(days=1), server_tells=tells)
    asked = pages_asked_for(page)

    page.goto(SHAWL)
    page.get_by_text("Festival ends in 3 days" if is_told else "Closes 20 May").first.wait_for()
    page.clock.run_for(60_000)

    assert not has_asked(page)
    assert len(asked) == 1


@pytest.mark.parametrize("days", [-1, 1])
def test_a_page_that_is_out_of_date_asks_once_when_it_hears_the_time(stage, market, page, days):
    let_the_browser_believe(page, END + timedelta(days=days), server_tells=END)
    asked = pages_asked_for(page)

    page.goto(SHAWL)
    with page.expect_navigation():
        page.clock.run_for(5_000)
    for _ in range(3):  # the server gives the same page again and tells the same time
        page.get_by_text("Closes 20 May").first.wait_for()
        page.clock.run_for(5_000)

    assert len(asked) == 2


def test_a_page_that_holds_what_somebody_typed_does_not_ask(stage, market, page):
    put_in_cart(page, market.indigo.product, choice="Indigo")
    let_the_browser_believe(page, END - SOON)
    page.goto("/cart/")
    page.get_by_text("Festival ends in").first.wait_for()
    asked = pages_asked_for(page)

    page.clock.run_for(SOON.total_seconds() * 1_000 + 60_000)
    page.get_by_text("Closes 20 May").first.wait_for()

    assert not has_asked(page)
    assert asked == []
