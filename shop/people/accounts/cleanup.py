"""Forgets who was signed in, when that is over."""

from __future__ import annotations

from datetime import datetime

from django.contrib.sessions.models import Session
from django.db.models.functions import Now

from shop.core.jobs import delete_some

BATCH = 1_000


def forget_sessions(*, at: datetime) -> int:
    """Delete the sessions that are over; return how many.

    Django writes their end by the machine's clock, which alone can say whether it has come.
    """
    over = Session.objects.filter(expire_date__lt=Now()).order_by("expire_date")
    return delete_some(over, batch=BATCH)
