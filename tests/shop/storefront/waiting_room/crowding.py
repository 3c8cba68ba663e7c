"""Shoppers with something in their carts, and a house that is full."""

import re
from contextlib import contextmanager

from django.test import Client

from shop.storefront.waiting_room import queued


def shopper(kettle, n=0):
    """Return a browser with something in its cart, from a network address of its own."""
    browser = Client(headers={"Sec-Fetch-Site": "same-origin"}, REMOTE_ADDR=f"127.0.1.{n}")
    browser.post("/cart/add/", {"variant": kettle.pk, "quantity": 1})
    return browser


@contextmanager
def full_house():
    """Keep the only place taken, as a slow request of the checkout would."""
    assert queued.gate.enter(1)
    try:
        yield
    finally:
        queued.gate.leave()


def number(answer):
    """Return the number that a page of the queue says, or None where it is another page."""
    found = re.search(r"<h1>You are number (\d+)</h1>", answer.text)
    return int(found[1]) if found else None
