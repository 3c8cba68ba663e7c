"""Two tabs, the back button, two languages: the same person in several places."""

import re

from shop.money.payments.models import Payment
from shop.orders.models import Order
from tests.browsing.steps import (
    NAME,
    go_to_pay,
    pay,
    press_pay,
    press_pay_there,
    put_in_cart,
    shown,
    words,
)
from tests.journeys.ways import in_each_browser, journey, on_desk_and_phone
from tests.paying import assert_books_agree

pytestmark = journey


@on_desk_and_phone
def test_what_one_tab_paid_the_other_cannot_pay_again(stage, market, page):
    put_in_cart(page, market.jar.product)
    go_to_pay(page)
    other = page.context.new_page()
    other.goto("/checkout/delivery/")
    press_pay(page)
    press_pay(other)
    assert other.url == page.url

    pay(page)
    press_pay_there(other)
    other.get_by_text("This order is paid.").wait_for()
    other.get_by_role("link", name="Back to the shop").click()
    other.wait_for_url("**/orders/**")

    assert f"Thank you, {NAME}" in words(other)
    assert Order.objects.get().is_paid
    assert Payment.objects.get().state == Payment.State.PAID
    assert_books_agree()


@in_each_browser
def test_what_another_tab_put_in_the_cart_is_said_and_can_be_accepted(stage, market, page):
    put_in_cart(page, market.jar.product)
    go_to_pay(page)
    other = page.context.new_page()
    put_in_cart(other, market.indigo.product, choice="Indigo")

    page.watch.expect(409)
    page.get_by_role("button", name=re.compile("^Pay ")).click()
    page.get_by_text("What you are paying for changed after this page was opened").wait_for()
    assert "The price changed" not in words(page)
    press_pay(page)

    assert Order.objects.get().lines.count() == 2


@in_each_browser
def test_the_back_button_after_paying_leads_to_nothing_that_pays(stage, market, page):
    put_in_cart(page, market.jar.product)
    go_to_pay(page)
    press_pay(page)
    pay(page)

    page.go_back()
    assert "Paid" in words(page)
    page.go_back()
    page.wait_for_url("**/cart/")

    assert "Your cart is empty" in words(page)
    assert Payment.objects.get().state == Payment.State.PAID


@in_each_browser
def test_another_language_keeps_the_cart(stage, market, page, script):
    put_in_cart(page, market.indigo.product, choice="Indigo")
    page.get_by_role("link", name="العربية").click()
    page.wait_for_url("**/ar/cart/")
    assert page.locator("html").get_attribute("dir") == "rtl"
    page.get_by_role("heading", name="وشاح أديري").wait_for()

    page.get_by_role("link", name="简体中文").click()
    page.wait_for_url("**/zh-hans/cart/")
    assert page.locator("html").get_attribute("lang") == "zh-hans"
    assert page.get_by_role("textbox", name=re.compile("Adire shawl")).input_value() == "1"

    page.goto("/zh-hans/")
    if script:
        shown(page.locator("cart-count", has_text="1")).wait_for()


def test_night_comes_with_the_device_and_by_choice(stage, market, visitor):
    by_device = visitor(color_scheme="dark")
    by_choice = visitor(color_scheme="light")
    for page in (by_device, by_choice):
        page.goto("/")
    assert is_dark(by_device)
    assert not is_dark(by_choice)

    by_choice.get_by_label("Appearance").select_option("Dark")
    by_choice.goto("/products/")

    assert is_dark(by_choice)


def is_dark(page):
    """Tell whether the page is written in light letters on a dark ground."""
    ground, letters = page.evaluate(
        """() => {
          const style = getComputedStyle(document.body);
          const pen = new OffscreenCanvas(1, 1).getContext("2d");
          const light = (colour) => {
            pen.fillStyle = colour;
            pen.fillRect(0, 0, 1, 1);
            return pen.getImageData(0, 0, 1, 1).data.slice(0, 3).reduce((a, b) => a + b);
          };
          return [light(style.backgroundColor), light(style.color)];
        }"""
    )
    return ground < letters
