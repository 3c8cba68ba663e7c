"""There is room for everything: no sum is cut, no page is wider than its window or endless."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page

from shop.core import clock
from shop.merchant.applications import write
from shop.merchant.applications.models import Application
from shop.reports import tallies
from shop.storefront.listings.sessions import Plan, open_sessions
from tests import make
from tests.browsing.steps import sign_in
from tests.browsing.watching import goes_sideways
from tests.buying import pay
from tests.cms.dashboard.people import organizer
from tests.journeys.ways import journey, on_desk_and_phone
from tests.make import NOON
from tests.shop.merchant.applications.applied import made, origins
from tests.shop.orders.tickets import visits

pytestmark = [journey]
# What sticks out of its own box, of a box that cuts or scrolls, or of the window.
STICKS_OUT = """(selector) => [...document.querySelectorAll(selector)].flatMap((cell) => {
  const range = document.createRange();
  range.selectNodeContents(cell);
  const text = range.getBoundingClientRect();
  if (!text.width) return [];
  let inside = 0 <= text.left + 1 && text.right - 1 <= innerWidth;
  for (let box = cell; box; box = box.parentElement) {
    const room = box.getBoundingClientRect();
    const cuts = box === cell || getComputedStyle(box).overflowX !== "visible";
    if (cuts && (text.left < room.left - 1 || text.right > room.right + 1)) inside = false;
  }
  return inside ? [] : [cell.textContent.trim()];
})"""


HEIGHT = "document.documentElement.scrollHeight"


def cut(page: Page, selector: str) -> list[str]:
    """Return the texts that are cut, or that somebody has to scroll to."""
    assert page.locator(selector).count()
    found: list[str] = page.evaluate(STICKS_OUT, selector)
    return found


@pytest.fixture
def sold(stage):
    """Sell kettles at a price as of currencies with many digits."""
    festival = make.festival(title="Harvest Days", slug="harvest-days")
    kettle = make.variant(8_123_456_78, on_hand=20, of=make.product(
        title="Kettle of hammered copper with a lid", of=make.merchant(name="Loom")))  # fmt: skip
    make.deal(of=kettle, during=festival, price=7_123_456_78, allotment=10)
    pay(make.order({kettle: 9}))
    tallies.count_sales(at=NOON)
    festival.merchant = kettle.product.merchant
    return festival


@on_desk_and_phone
def test_no_sum_of_a_statement_is_cut(stage, sold, visitor, width):
    page = visitor()
    member = make.member(sold.merchant)
    sign_in(page, member.email, "/merchant/")

    for language in ("", "/fr", "/ar"):
        page.goto(f"{language}/merchant/{sold.merchant.slug}/festivals/{sold.pk}/statement/")
        assert cut(page, "main table .n:not(thead *)") == []
        assert not goes_sideways(page)


@on_desk_and_phone
def test_no_sum_of_an_organizers_report_is_cut(stage, sold, visitor, width):
    page = visitor()
    sign_in(page, organizer().email, "/organize/")

    for screen in ("report/", f"statements/{sold.merchant.pk}/"):
        page.goto(f"/organize/festivals/{sold.pk}/{screen}")
        assert cut(page, "main tbody .desk-number, main tfoot .desk-number") == []
        assert not goes_sideways(page)
    page.goto(f"/organize/festivals/{sold.pk}/report/")
    assert cut(page, ".desk-stats b") == []


@pytest.fixture
def busy(stage):
    """Open three dates a day of an experience for fifty days."""
    tour = visits.experience()
    plan = Plan("Africa/Nairobi", 12, visits.KINDS, timedelta(hours=24))
    for hours in (20, 23, 26):
        starts = [clock.now() + timedelta(days=day, hours=hours) for day in range(1, 50)]
        open_sessions(tour, starts, plan, at=clock.now())
    make.listed(tour)
    return tour


@on_desk_and_phone
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_dates_of_months_stand_on_short_pages(stage, busy, visitor, width, scheme):
    page = visitor(color_scheme=scheme)
    for language in ("", "/fr", "/ar", "/zh-hans", "/sw", "/pt"):
        page.goto(f"{language}/products/{busy.slug}/")
        assert page.locator("[name=session]").count() == 3
        assert page.evaluate(HEIGHT) < 3_800
        assert cut(page, ".days a, .days th") == []
        assert not goes_sideways(page)
    page.goto(f"/products/{busy.slug}/")
    page.locator(".days a[rel^=next]").focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="June 2027").wait_for()
    page.locator(".days td a").nth(4).click()
    page.get_by_text("Saturday 5 June").first.wait_for()
    page.get_by_role("button", name="Reserve").click()
    page.wait_for_url("**/cart/")

    sign_in(page, make.member(busy.merchant).email, "/merchant/")
    for language in ("", "/fr", "/ar", "/zh-hans", "/sw", "/pt"):
        page.goto(f"{language}/merchant/{busy.merchant.slug}/sessions/month/")
        assert page.evaluate(HEIGHT) < 2_600
        assert cut(page, ".month .day small, .month th") == []
        assert not goes_sideways(page)


@pytest.mark.parametrize("width", [390])
def test_answers_of_an_application_stay_in_their_frame(stage, visitor, width):
    origins()
    at = clock.now()
    asked = made(at, business="Cordonnerie-Keur-Mbar-" * 4, name="Awa Diop")
    web = "https://shoes.example/" + "very-long-path" * 6
    write.answer_step(asked.pk, "what", {"claims": "O" * 60, "makes": "Shoes", "web": web}, at=at)
    page = visitor()

    for language in ("", "/fr", "/ar"):
        page.goto(f"{language}/apply/link/{Application.objects.get().token}/")
        page.goto(f"{language}/apply/send/")
        assert page.locator("dl.pairs").count() > 2
        assert cut(page, "main .panel :is(dt, dd, p, h2)") == []
        assert not goes_sideways(page)


@pytest.mark.parametrize("width", [390])
def test_all_words_of_the_merchants_menu_are_seen_on_a_phone(stage, visitor, width):
    page, store = visitor(), visits.merchant()
    sign_in(page, make.member(store).email, "/merchant/")

    for language in ("", "/fr", "/ar"):
        page.goto(f"{language}/merchant/{store.slug}/")
        assert page.locator(".sidenav li").count() >= 13
        assert cut(page, ".sidenav a") == []
        assert page.locator(".sidenav").bounding_box()["height"] < 400
