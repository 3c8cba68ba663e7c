"""What goes of notices, by time or with their person."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from shop.core.jobs import delete_some
from shop.merchant.content_reports.models import Notice

KEPT_FOR = timedelta(days=365)


def forget_notices(*, at: datetime) -> int:
    """Delete what was decided long ago; return how many."""
    rows = Notice.objects.filter(decided_at__lt=at - KEPT_FOR).exclude(state=Notice.State.OPEN)
    return delete_some(rows.order_by("decided_at"))


def forget_reporter(addresses: Collection[str]) -> None:
    """Delete who a person is from what they reported; what is said of a listing stays."""
    Notice.objects.filter(email__in=addresses).update(name="", email="")
