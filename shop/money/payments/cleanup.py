"""Forgets messages of the provider that nobody will ask about any more."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from shop.core.jobs import delete_some, repeat
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.models import GatewayEvent

BATCH = 1_000
TOLD_FOR = timedelta(days=90)
"""For so long their bodies are kept, which name people."""
KEPT_FOR = timedelta(days=120)
"""Longer than their bodies are kept, and far longer than the provider repeats one: three days."""


def forget_bodies(*, at: datetime) -> int:
    """Blank the bodies of old messages, since they name people; return how many."""

    def some() -> int:
        old = GatewayEvent.objects.filter(received_at__lt=at - TOLD_FOR, body__isnull=False)
        old = old.exclude(state=GatewayEvent.State.NEW).order_by("received_at")
        ids = list(old.values_list("pk", flat=True)[:BATCH])
        return GatewayEvent.objects.filter(pk__in=ids).update(body=None) if ids else 0

    return repeat(some)


def forget_messages(*, at: datetime) -> int:
    """Delete old messages that were applied or given up; return how many.

    One about which there is a task of the money desk stays with it, without what it said.
    """
    old = GatewayEvent.objects.filter(received_at__lt=at - KEPT_FOR)
    old = old.exclude(state=GatewayEvent.State.NEW)
    old = old.filter(~Exists(MoneyTask.objects.filter(event=OuterRef("pk"))))
    return delete_some(old.order_by("received_at"), batch=BATCH)
