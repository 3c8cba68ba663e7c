"""On a telephone the rows of the merchants' tables are cards: nothing to work with is hidden."""

import pytest

from tests.browsing.steps import sign_in
from tests.browsing.watching import goes_sideways
from tests.sample.loaded import root_collection
from tests.shop.merchant.dashboard.desk import open_desk

PAGES = (
    "{store}/",
    "{store}/orders/",
    "{store}/products/",
    "{store}/products/{draft}/",
    "{store}/products/{product}/stock/",
    "{store}/products/{product}/prices/",
    "{store}/festivals/",
    "{store}/festivals/{festival}/",
    "{store}/festivals/{festival}/statement/",
    "{store}/festivals/{festival}/sheet/",
    "{store}/sheets/{sheet}/",
    "{store}/slots/{slot}/{product}/",
    "orders/{suborder}/",
)
# What is wider than its box, or says no heading; where the control lies in its card.
WIDE = """() => [...document.querySelectorAll("main .scroll")]
  .filter((box) => box.scrollWidth > box.clientWidth + 1)
  .map((box) => box.innerText.slice(0, 60))"""
MUTE = """() => [...document.querySelectorAll("main .rows tbody td:not(:empty)")]
  .filter((cell) => !cell.dataset.label).map((cell) => cell.innerText.slice(0, 60))"""
DEEP = """() => [...document.querySelectorAll("main .rows td.ctl:not(:empty)")].map((cell) =>
  cell.getBoundingClientRect().top - cell.closest("tr").getBoundingClientRect().top)
  .filter((far) => far > 120)"""


@pytest.fixture
def width():
    return 390


def test_the_tables_of_the_merchants_desk_are_cards_on_a_telephone(stage, page):
    root_collection()
    page.watch.expect(404)  # the pictures have no files
    desk = open_desk("Amani Kettles", slug="amani-kettles")
    sign_in(page, desk.member.email, "/merchant/")
    found = {}

    for pattern in PAGES:
        page.goto(desk.address(pattern))
        page.wait_for_load_state()
        for width in (390, 320):
            page.set_viewport_size({"width": width, "height": 844})
            said = [page.evaluate(script) for script in (WIDE, MUTE, DEEP)]
            said += [goes_sideways(page)] if width == 390 else []
            if any(said):
                found[pattern, width] = said

    assert found == {}
    page.goto(desk.address("{store}/products/{product}/stock/"))
    counted = page.locator("td.ctl input:visible").first
    counted.fill("12")
    assert counted.bounding_box()["x"] >= 0
