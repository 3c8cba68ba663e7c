"""Until when a visit that was booked may be cancelled, as was agreed by paying."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from shop.catalogue.models import CANCEL_HOURS
from shop.catalogue.returns import cancelling
from shop.orders.models import OrderLine


def hours_before(line: OrderLine) -> int:
    """Return how many hours before its visit a line may be cancelled, as was agreed."""
    return CANCEL_HOURS if line.cancel_hours is None else line.cancel_hours


def was_moved(line: OrderLine) -> bool:
    """Return whether the session of a line got another time after its order was placed.

    Who was paying meanwhile had agreed to the time of before.
    """
    moved = line.variant.moved_at
    return bool(moved and moved > line.order.placed_at)


def can_cancel(line: OrderLine, *, at: datetime) -> bool:
    """Return whether a line may be cancelled now; what has no date may be at any time."""
    starts = line.variant.session_start
    if starts is None or at <= starts - timedelta(hours=hours_before(line)):
        return True
    return was_moved(line) and at < starts  # they chose another time


def until_when(line: OrderLine, language: str, *, at: datetime) -> str:
    """Return until when a visit may be cancelled, or that it no longer can be; for its page.

    By the clock of the place, as the visit itself; nothing of what has begun.
    """
    starts, hours = line.variant.session_start, hours_before(line)
    if starts is None or at >= starts:
        return ""
    if was_moved(line):
        return _("The time or the place was changed. You can cancel until it begins.")
    if not can_cancel(line, at=at):
        late = _("This can no longer be cancelled: it starts in less than %(hours)d hours.")
        return late % {"hours": hours}
    return cancelling(hours, starts, line.variant.session_zone or "UTC", language, at=at)
