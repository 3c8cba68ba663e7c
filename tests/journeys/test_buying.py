"""A guest finds something, pays for it, and hears of it."""

import re

from shop.money.payments.models import Payment
from shop.orders.models import Order
from tests.browsing.steps import (
    NAME,
    check_out,
    choose,
    give_address,
    go_to_pay,
    pay,
    press_pay,
    put_in_cart,
    session_of,
    shown,
    words,
)
from tests.journeys.ways import in_each_browser, journey, with_and_without_script
from tests.paying import assert_books_agree

pytestmark = journey
GUEST = "lin@example.org"


@in_each_browser
def test_a_guest_finds_a_deal_and_pays_after_the_bank_said_no(stage, market, page, width):
    find_the_shawl(page, width)
    choose(page, "Saffron")
    search(page, "zellige")
    choose(page)
    use_voucher(page, "baobab10")
    assert "Total $49.60" in words(page)  # 32.00 and 12.00, a tenth less, and two parcels

    check_out(page)
    give_address(page, GUEST)
    press_pay(page)
    page.get_by_role("button", name="Decline").click()
    page.get_by_text("The payment was declined.").wait_for()
    assert Order.objects.get().is_pending
    pay(page)

    assert f"Thank you, {NAME}" in words(page)
    assert "2 stores are packing for you." in words(page)
    assert "Total $49.60" in words(page)
    page.get_by_role("link", name="Track your parcels").click()
    page.get_by_role("region", name="Parcel from").first.wait_for()
    assert page.get_by_role("region", name="Parcel from").count() == 2
    page.goto("/cart/")
    assert "Your cart is empty" in words(page)
    stage.work()
    the_receipt_names_both_stores(stage)
    assert_books_agree()


@in_each_browser
def test_an_order_is_paid_although_the_browser_never_comes_back(stage, market, page):
    put_in_cart(page, market.jar.product)
    go_to_pay(page, GUEST)
    press_pay(page)
    session = session_of(page)
    page.goto("about:blank")

    stage.sandbox.pay(session)
    stage.work()

    assert Order.objects.get().is_paid
    link = re.search(r"http\S+/orders/\S+", stage.letters(GUEST)[0].text)[0]
    page.goto(link)
    assert "Being packed" in words(page)
    page.goto("/cart/")
    assert "Your cart is empty" in words(page)
    assert_books_agree()


@in_each_browser
def test_two_clicks_on_pay_make_one_order_and_one_payment(stage, market, page):
    put_in_cart(page, market.jar.product)
    go_to_pay(page, GUEST)

    page.get_by_role("button", name=re.compile("^Pay ")).dblclick(no_wait_after=True)
    page.wait_for_url("**/pay/*")
    pay(page)

    assert Order.objects.get().is_paid
    assert Payment.objects.get().state == Payment.State.PAID


@with_and_without_script
def test_who_waits_for_the_bank_hears_of_the_money_on_the_same_page(stage, market, page, script):
    put_in_cart(page, market.indigo.product, choice="Indigo")
    go_to_pay(page, GUEST)
    press_pay(page)
    session = session_of(page)
    page.clock.install()
    page.get_by_role("button", name="Pay later").click()
    page.get_by_text("We are waiting for your bank.").wait_for()

    stage.sandbox.settle(session)
    if script:
        page.clock.fast_forward(11_000)  # milliseconds; the page asks every ten seconds
    else:
        page.get_by_role("link", name="Look again").click()

    page.get_by_text(f"Thank you, {NAME}").wait_for()
    assert page.title() == "Order confirmed | Baobab"


def find_the_shawl(page, width):
    page.goto("/")
    page.get_by_role("link", name="Shop the festival").click()
    if width == 390:
        page.get_by_role("button", name="Filter").click()
    page.get_by_role("checkbox", name="Nigeria").check()
    shown(page.get_by_role("button", name=re.compile("^(Apply filters|Show )"))).click()
    page.wait_for_url("**country=NG**")
    assert page.get_by_role("link", name="Zellige jar").count() == 0
    page.get_by_role("link", name="Adire shawl").click()
    page.wait_for_url("**/products/adire-shawl/")


def search(page, text):
    field = page.get_by_label("Search products, stores and experiences")
    field.fill(text)
    field.press("Enter")
    page.get_by_role("link", name="Zellige jar").click()
    page.wait_for_url("**/products/zellige-jar/")


def use_voucher(page, code):
    page.get_by_label("Voucher code").fill(code)
    page.get_by_role("button", name="Apply", exact=True).click()
    page.get_by_text(f"Festival voucher {code.upper()}").last.wait_for()


def the_receipt_names_both_stores(stage):
    receipt = stage.letters(GUEST)[0]
    assert receipt.subject.endswith("2 stores are packing for you")
    for part in (receipt.text, receipt.html):
        assert "Itoku Indigo Rooms" in part
        assert "Oued Fès Clayworks" in part
        assert "$49.60" in part
    assert len(stage.letters("weaver@example.org")) == 1
    assert len(stage.letters("potter@example.org")) == 1
