"""A shopper's steps from the cart to the confirmation, over HTTP."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from django.test import Client

from shop.catalogue.models import Variant
from shop.money.payments.models import Payment
from shop.orders.models import Order
from tests.shop.orders.cart.carts import fill

ADDRESS = {
    "email": "lin@example.org",
    "country": "CN",
    "name": "Lin Yue",
    "line1": "88 Renmin Road",
    "line2": "",
    "postcode": "410000",
    "city": "Changsha",
    "region": "Hunan",
    "phone": "138 0000 0000",
}
FIELD = re.compile(r'<input type="hidden" name="(total|digest|wish|shown)" value="([^"]*)">')


def give_address(browser: Client, **changes: str) -> Any:
    """Post the address, with these fields changed."""
    return browser.post("/checkout/", ADDRESS | changes)


def offered(browser: Client) -> dict[str, str]:
    """Return what the delivery page offers: total, digest, and the ways that are chosen."""
    return dict(FIELD.findall(browser.get("/checkout/delivery/").text))


def press_pay(browser: Client, **changes: str) -> Any:
    """Press the button of the delivery page, with these fields changed."""
    return browser.post("/checkout/delivery/", offered(browser) | {"pay": "1"} | changes)


def go_to_payment(browser: Client, wanted: dict[Variant, int], **changes: str) -> Payment:
    """Go all the way to the payment page and return the payment that is open there."""
    fill(browser, wanted)
    assert give_address(browser, **changes).status_code == 303
    answer = press_pay(browser)
    assert answer.status_code == 303, answer.text
    return Payment.objects.latest("pk")


def buy(browser: Client, till: Any, wanted: dict[Variant, int], **address: str) -> Order:
    """Buy these, look at the confirmation, and return the order."""
    payment = go_to_payment(browser, wanted, **address)
    till.pay(payment.session_id)
    browser.get(way_back(payment))
    return Order.objects.latest("pk")


def link(order: Order, page: str = "") -> str:
    """Return the address of an order's page."""
    return f"/orders/{order.number}/{order.token}/{page}"


def way_back(payment: Payment, kind: str = "success_url") -> str:
    """Return the path to which the payment page sends the shopper."""
    address = payment.request[kind].replace("{CHECKOUT_SESSION_ID}", payment.session_id)
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
