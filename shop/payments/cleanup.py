"""Forgets messages of the provider that nobody will ask about any more."""

from __future__ import annotations

from datetime import datetime, timedelta

from shop.payments.models import GatewayEvent
from shop.rounds import repeat

BATCH = 1_000
KEPT_FOR = timedelta(days=120)
"""Longer than their bodies are kept, and far longer than the provider repeats one: three days."""


def forget_messages(*, at: datetime) -> int:
    """Delete old messages that were applied or given up; return how many."""

    def some() -> int:
        old = GatewayEvent.objects.filter(received_at__lt=at - KEPT_FOR)
        old = old.exclude(state=GatewayEvent.State.NEW).order_by("received_at")
        ids = list(old.values_list("pk", flat=True)[:BATCH])
        return GatewayEvent.objects.filter(pk__in=ids).delete()[0]

    return repeat(some)
