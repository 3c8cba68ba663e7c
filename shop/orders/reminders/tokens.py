"""Signed links of reminders: who has the mail has the link, and nobody can make one up."""

from __future__ import annotations

from datetime import timedelta

from django.core import signing
from django.http import Http404

from shop.orders.reminders.models import Reminder

CONFIRM, STOP, GO = "reminders.confirm", "reminders.stop", "reminders.go"
CONFIRM_WITHIN = timedelta(days=7)


def token(reminder: Reminder, purpose: str) -> str:
    """Return the signed token in a reminder's link, for one purpose."""
    return signing.dumps(reminder.pk, salt=purpose)


def read(text: str, purpose: str) -> int:
    """Return the id of the reminder that a link is about; the row may be gone.

    Raises:
        Http404: nobody but the shop makes such links, or it is too old.
    """
    most = CONFIRM_WITHIN if purpose == CONFIRM else None
    try:
        return int(signing.loads(text, salt=purpose, max_age=most))
    except signing.BadSignature:
        raise Http404 from None
