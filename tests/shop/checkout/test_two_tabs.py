"""What another tab did to the cart, the address or the delivery is told from a changed price."""

import pytest

from shop.orders.models import Order
from tests import make
from tests.shop.checkout.steps import (
    give_address,
    offered,
    press_pay,
)
from tests.shop.orders.cart.carts import fill, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("till")]


def at_delivery(browser, wanted, **address):
    fill(browser, wanted)
    give_address(browser, **address)


def test_a_cart_that_was_emptied_in_another_tab_is_not_paid(browser):
    kettle = make.variant()
    at_delivery(browser, {kettle: 1})
    seen = offered(browser)
    browser.post(f"/cart/lines/{kettle.pk}/", {"remove": "1"})

    answer = browser.post("/checkout/delivery/", seen | {"pay": "1"})

    assert (answer.status_code, answer.headers["Location"]) == (303, "/cart/")
    assert not Order.objects.exists()


def test_a_cart_that_was_filled_in_another_tab_is_not_called_a_changed_price(browser):
    kettle = make.variant(20_00)
    cup = make.variant(3_00, of=kettle.product)
    at_delivery(browser, {kettle: 1})
    seen = offered(browser)
    browser.post("/cart/add/", {"variant": cup.pk})

    refused = browser.post("/checkout/delivery/", seen | {"pay": "1"})

    assert refused.status_code == 409
    assert "What you are paying for changed after this page was opened" in words(refused)
    assert "The price changed" not in words(refused)
    assert "Before: $25.00. Now: $28.00." in words(refused)
    assert "Nothing was charged." in words(refused)
    assert not Order.objects.exists()
    assert press_pay(browser).status_code == 303
    assert Order.objects.get().total == 28_00


def test_a_parcel_does_not_go_where_another_tab_sent_it(browser):
    at_delivery(browser, {make.variant(20_00): 1})
    seen = offered(browser)
    give_address(browser, line1="1 Another Road")

    refused = browser.post("/checkout/delivery/", seen | {"pay": "1"})

    assert refused.status_code == 409
    assert "What you are paying for changed" in words(refused)
    assert "1 Another Road" in words(refused)
    assert not Order.objects.exists()
