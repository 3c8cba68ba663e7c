"""The buttons beside a number count once, whoever presses them and however fast."""

import re

from playwright.sync_api import expect

from shop.orders.cart.models import CartLine
from tests.browsing.steps import put_in_cart, words
from tests.journeys.ways import in_each_browser, journey, with_and_without_script
from tests.patience import wait_until

pytestmark = journey


@with_and_without_script
def test_one_more_is_one_more(stage, market, page):
    put_in_cart(page, market.jar.product)

    page.get_by_role("button", name="One more").click()
    page.get_by_text(re.compile("^2 items")).first.wait_for()
    page.get_by_role("button", name="One less").click()
    page.get_by_text(re.compile("^1 item ")).first.wait_for()

    # With script the page says it before the shop has stored it.
    wait_until(lambda: CartLine.objects.get().quantity == 1)


def test_quick_presses_make_one_request_and_the_button_keeps_the_focus(stage, market, page):
    put_in_cart(page, market.jar.product)
    sent = []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    more = page.get_by_role("button", name="One more")
    more.focus()

    for _ in range(3):
        page.keyboard.press("Enter")
    page.get_by_text(re.compile("^4 items")).first.wait_for()

    wait_until(lambda: CartLine.objects.get().quantity == 4)
    assert len(sent) == 1
    assert more.evaluate("button => button === document.activeElement")
    assert "4 items from 1 store" in words(page)


@in_each_browser
def test_on_the_page_of_a_product_they_put_nothing_in_the_cart(stage, market, page, script):
    page.goto(f"/fr/products/{market.jar.product.slug}/")
    more = page.get_by_role("button", name="Un de plus")

    if script:
        more.click()
        page.get_by_role("button", name="Un de moins").click()
        more.click()
        more.click()
    else:
        expect(more).to_have_count(0)
        page.get_by_label("Quantité").fill("3")
    page.get_by_label("Quantité").press("Enter")
    page.wait_for_url("**/fr/cart/")

    assert CartLine.objects.get().quantity == 3
