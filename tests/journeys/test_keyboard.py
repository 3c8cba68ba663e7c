"""Somebody without a mouse buys: with Tab, Space and Enter, and always seeing where they are."""

import pytest

from shop.orders.models import Order
from tests.browsing.steps import ADDRESS, AREA, NAME, words
from tests.journeys.ways import journey, with_and_without_script

pytestmark = journey
MOST_STOPS = 80
FOCUSED = """() => {
  const found = document.activeElement;
  const style = getComputedStyle(found);
  const label = found.labels?.[0]?.textContent ?? found.textContent;
  return {
    name: (found.getAttribute("aria-label") || label || "").replace(/\\s+/g, " ").trim(),
    ringed: style.outlineStyle !== "none" || style.boxShadow !== "none",
  };
}"""


@with_and_without_script
def test_a_purchase_takes_a_keyboard_and_nothing_else(market, page, script):
    page.goto(f"/products/{market.jar.product.slug}/")
    enter(page, "Add to cart", "**/cart/")
    enter(page, "Check out", "**/checkout/")

    for label, text in {"Email": "lin@example.org", **ADDRESS}.items():
        tab_to(page, label)
        if label == AREA:  # a list goes to what is typed
            page.keyboard.type(text.partition(" ")[0])
        else:
            page.keyboard.insert_text(text)
    assert page.get_by_label(AREA).input_value() == ADDRESS[AREA]
    enter(page, "Continue to delivery", "**/checkout/delivery/")
    tab_to(page, "Standard")
    page.keyboard.press("ArrowDown")
    if not script:
        enter(page, "Update the total", "**/checkout/delivery/")
    page.get_by_role("button", name="Pay $24.00").wait_for()  # 12.00, and 12.00 for Express
    enter(page, "Pay $", "**/pay/*")
    enter(page, "Pay $", "**/orders/**")

    assert f"Thank you, {NAME}" in words(page)
    assert Order.objects.get().is_paid


def enter(page, name, address):
    """Go to a button or a link with Tab, press Enter, and wait for where that leads."""
    tab_to(page, name)
    page.keyboard.press("Enter")
    page.wait_for_url(address)


def tab_to(page, name):
    """Press Tab until what has this name has the focus, which can be seen at every stop."""
    passed = []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        assert focused["ringed"], f"No ring around {focused['name']!r} on {page.url}"
        if focused["name"].startswith(name):
            return
        passed.append(focused["name"])
    pytest.fail(f"Tab does not lead to {name!r} on {page.url}, but to {passed}")
