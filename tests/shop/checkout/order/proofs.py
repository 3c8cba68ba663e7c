"""Orders of guests, and browsers that only know their links."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.core import mail, signing
from django.db import transaction
from django.test import Client

from shop.checkout.order.proof import COOKIE, COOKIE_SALT
from shop.core import clock
from shop.orders import end
from shop.orders.models import Order
from tests import make
from tests.make import NOON
from tests.queue import run_queued_work
from tests.shop.checkout.steps import link

LIN = "lin@example.org"
PRIVATE = ("88 Renmin Road", "Lin Yue", LIN, "1380000")
"""What of an order only its owner is shown."""


def paid_order(
    wanted: dict | None = None, *, email: str = LIN, at: datetime = NOON, **facts: Any
) -> Order:
    """Return a guest's paid order, about which all mail has gone."""
    order = make.order(wanted or {make.variant(): 1}, email=email, at=at)
    with transaction.atomic():
        end.mark_paid(end.lock(order.pk), at=at)
    Order.objects.filter(pk=order.pk).update(**facts)
    order.refresh_from_db()
    sent()
    return order


def sent() -> list[Any]:
    """Run what is queued and return the mails that went since this was last asked."""
    run_queued_work()
    messages, mail.outbox[:] = list(mail.outbox), []
    return messages


def stranger() -> Client:
    """Return a browser that has nothing but links."""
    return Client(headers={"Sec-Fetch-Site": "same-origin"})


def owner_of(*orders: Order) -> Client:
    """Return a browser in which somebody has just shown that orders are their own."""
    browser, second = stranger(), int(clock.now().timestamp())
    known = [[order.pk, second] for order in orders]
    browser.cookies[COOKIE] = signing.dumps(known, salt=COOKIE_SALT)
    return browser


def with_code(browser: Client, order: Order, page: str = "code/") -> str:
    """Have a code sent and return it."""
    browser.post(link(order, page), {"do": "send"})
    [message] = sent()
    return re.search(r"^\d{6}$", message.body, re.MULTILINE)[0]


def is_shown(browser: Client, order: Order) -> bool:
    """Tell whether a browser is shown the address of an order and its invoice."""
    page, invoice = (browser.get(link(order, name)) for name in ("", "invoice/"))
    found = {"88 Renmin Road" in page.text, invoice.status_code == 200}
    assert len(found) == 1, "one shows what the other does not"
    return found.pop()


def take(browser: Client, order: Order, code: str, query: str = "") -> Any:
    """Type a code and return the answer."""
    return browser.post(link(order, f"code/{query}"), {"code": code, "do": "open"})
