"""What a shopper and the provider do around a payment, over HTTP against the sandbox."""

from __future__ import annotations

import time
from datetime import datetime
from math import ceil
from typing import Any

from django.test import Client

from shop.money.ledger.balances import unbalanced
from shop.money.payments.collect import NextStep, start_payment
from shop.money.payments.models import Payment
from shop.money.payments.provider.requests import Addresses
from shop.orders.cart.current import Shopper
from shop.orders.models import Order
from shop.orders.reconcile import differences
from tests import make
from tests.make import NOON

WEBHOOK = "/webhooks/stripe/"
ADDRESSES = Addresses("http://testserver/orders/{order}/paid/", "http://testserver/orders/{order}/")


def set_clocks(sandbox: Any, at: datetime) -> None:
    """Let the sandbox think that it is this instant, as the shop is told by ``at``.

    It counts whole seconds, and is less than one ahead: behind, midnight would be the day before.
    """
    sandbox.set_offset(ceil(at.timestamp() - time.time()))


def begin(who: Shopper, *, at: datetime = NOON) -> Payment:
    """Press Pay: return the payment whose page the shopper is sent to."""
    press_pay(who, at=at)
    return Payment.objects.latest("pk")


def press_pay(who: Shopper, *, at: datetime = NOON) -> NextStep:
    """Press Pay with what the cart costs at that moment."""
    return start_payment(who, agreed=make.agreed(who, at=at), addresses=ADDRESSES, at=at)


def post(event: dict, sandbox: Any, *, client: Client | None = None, **headers: str) -> int:
    """Deliver a message to the webhook and return the status of the answer."""
    body, signature = sandbox.sign(event)
    headers = {"Stripe-Signature": signature} | headers
    answer = (client or Client()).post(
        WEBHOOK, body, content_type="application/json", headers=headers
    )
    return answer.status_code


def deliver(sandbox: Any) -> list[int]:
    """Deliver everything that waits, in order, and return the statuses."""
    return [post(event, sandbox) for event in sandbox.pull()]


def assert_books_agree() -> None:
    """Counters equal the lines, and the ledger sums to zero."""
    assert differences() == []
    assert list(unbalanced()) == []


def the_order() -> Order:
    """Return the only order there is."""
    return Order.objects.get()


def completed(sandbox: Any) -> dict:
    """Return the waiting message that says that a session was paid."""
    found = [e for e in sandbox.pull() if e["type"] == "checkout.session.completed"]
    return found[0]
