"""Somebody without a mouse buys: with Tab, Space and Enter, and always seeing where they are."""

import pytest

from shop.orders.models import Order
from tests.browsing.steps import ADDRESS, NAME, words
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
    tab_to(page, "Add to cart")
    page.keyboard.press("Enter")
    page.wait_for_url("**/cart/")
    tab_to(page, "Check out")
    page.keyboard.press("Enter")
    page.wait_for_url("**/checkout/")

    for label, text in {"Email": "lin@example.org", **ADDRESS}.items():
        tab_to(page, label)
        page.keyboard.insert_text(text)
    tab_to(page, "Continue to delivery")
    page.keyboard.press("Enter")
    page.wait_for_url("**/checkout/delivery/")
    tab_to(page, "Standard")
    page.keyboard.press("ArrowDown")
    if not script:
        tab_to(page, "Update the total")
        page.keyboard.press("Enter")
    page.get_by_role("button", name="Pay $24.00").wait_for()  # 12.00, and 12.00 for Express
    tab_to(page, "Pay $")
    page.keyboard.press("Enter")
    page.wait_for_url("**/pay/*")
    tab_to(page, "Pay $")
    page.keyboard.press("Enter")
    page.wait_for_url("**/orders/**")

    assert f"Thank you, {NAME}" in words(page)
    assert Order.objects.get().is_paid


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
