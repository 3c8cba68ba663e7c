"""Whatever is posted, the answer is a page: never a crash, and nothing half done."""

import pytest

from shop.cart.models import CartLine
from shop.orders.models import Order
from tests import make
from tests.shop.cart.carts import fill
from tests.shop.checkout.steps import ADDRESS, give_address, link

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("till")]
NASTY = ["", "-1", "9" * 40, "\0", "é" * 300, "٣", "<script>", "all"]
FIELDS = {
    "/cart/add/": ["variant", "quantity"],
    "/cart/lines/1/": ["quantity", "less", "remove"],
    "/cart/voucher/": ["code", "remove"],
    "/cart/country/": ["country"],
    "/checkout/": [*ADDRESS, "update"],
    "/checkout/delivery/": ["total", "digest", "shown", "service-1", "pay"],
}


@pytest.mark.parametrize("address", FIELDS)
def test_no_value_of_any_field_breaks_a_page(browser, address):
    kettle = make.variant()
    fill(browser, {kettle: 1})
    give_address(browser)

    for field in FIELDS[address]:
        for value in NASTY:
            posted = (ADDRESS if address == "/checkout/" else {"pay": "1"}) | {field: value}
            assert browser.post(address, posted).status_code < 500

    assert not Order.objects.exists()
    assert CartLine.objects.get().quantity == 1


@pytest.mark.parametrize("page", ["/account/?before=", "/cart/?x=", "/checkout/?x="])
def test_no_query_breaks_a_page(browser, page):
    browser.force_login(make.user())
    fill(browser, {make.variant(): 1})

    assert {browser.get(page + value).status_code for value in NASTY} == {200}


def test_no_cookie_breaks_a_page(browser):
    fill(browser, {make.variant(): 1})
    give_address(browser)
    order = make.order({make.variant(): 1})

    for value in (value for value in NASTY if value.isascii() and value.isprintable()):
        for cookie in ("cart", "country", "currency", "sessionid", "messages"):
            browser.cookies[cookie] = value
            for page in ("/cart/", "/cart/summary/", link(order)):
                assert browser.get(page).status_code < 500
