"""A process that is killed on its way: ``python -m tests.shop.money.payments.dying POINT TASK``.

It replaces one function in itself by its own end, so that the shop needs no hook for it. What
the task is about comes as JSON on standard input, the database and the sandbox by environment.
"""

# ruff: noqa: E402 (models can be imported only after Django is set up)

import json
import os
import signal
import sys
from collections.abc import Callable
from typing import Any, NoReturn

import django

django.setup()

from django.test import Client

from shop.money.payments import collect, webhooks
from shop.money.payments.operations import run_operations
from shop.money.payments.provider.stripe_gateway import StripeGateway
from shop.orders.cart.current import Shopper
from tests.make import NOON
from tests.paying import WEBHOOK, press_pay


def die(*_args: Any, **_facts: Any) -> NoReturn:
    """End without a word to anybody, as by a power cut."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still alive")


def die_after(action: Callable) -> Callable:
    """Let an action have its effect, and nothing that follows."""

    def last(*args: Any, **facts: Any) -> NoReturn:
        action(*args, **facts)
        die()

    return last


POINTS = {
    "before the session is made": (collect, "open_session", die),
    "after the session is made": (
        StripeGateway, "open_checkout", die_after(StripeGateway.open_checkout),
    ),
    "before the message is applied": (webhooks, "handle", die),
    "after the refund is made": (StripeGateway, "refund", die_after(StripeGateway.refund)),
}  # fmt: skip


def pay(*, token_hash: str, network_key: str) -> None:
    """Press Pay for a guest's cart."""
    press_pay(Shopper(token_hash, None, False, network_key))


def take_message(*, body: str, signature: str) -> None:
    """Take a message of the provider."""
    headers = {"Stripe-Signature": signature}
    browser = Client(SERVER_NAME="127.0.0.1")
    browser.post(WEBHOOK, body, content_type="application/json", headers=headers)


def move_money() -> None:
    """Carry out what waits in the outbox."""
    run_operations(at=NOON)


TASKS = {"pay": pay, "take a message": take_message, "move money": move_money}


if __name__ == "__main__":
    owner, name, end = POINTS[sys.argv[1]]
    setattr(owner, name, end)
    TASKS[sys.argv[2]](**json.load(sys.stdin))
