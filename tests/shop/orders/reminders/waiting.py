"""People who wait, and the posts with which they ask."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.core import mail
from django.test import Client

from shop.orders.reminders.models import Reminder
from tests import make
from tests.make import NOON, START
from tests.queue import run_queued_work

BEFORE = START - timedelta(days=2)


def guest() -> Client:
    """Return a browser that says where its posts come from."""
    return Client(headers={"Sec-Fetch-Site": "same-origin"})


def reminder(email: str = "ada@example.org", *, asked_at: datetime = BEFORE, is_confirmed=True,
             **facts: Any) -> Reminder:  # fmt: skip
    """Return a reminder whose address agreed, unless said otherwise."""
    confirmed = asked_at if is_confirmed else None
    known = {"language": "en", "network_key": "0" * 64, "confirmed_at": confirmed}
    return Reminder.objects.create(email=email, asked_at=asked_at, **known | facts)


def whole(festival):
    """Return the slot that stands for a festival."""
    return festival.slots.get(kind="whole")


def mails() -> list[str]:
    """Run what is queued and return to whom mail went."""
    run_queued_work()
    return [message.to[0] for message in mail.outbox]


def sold_out(price=20_00, **facts):
    """Return a variant whose only unit is held by an order, and that order."""
    kettle = make.variant(price, on_hand=1, **facts)
    return kettle, make.order({kettle: 1}, at=NOON)
