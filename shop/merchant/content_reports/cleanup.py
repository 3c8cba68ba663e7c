"""What goes of reports, by time or with their person."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from shop.core.jobs import delete_some
from shop.merchant.content_reports.models import ContentReport

KEPT_FOR = timedelta(days=365)


def forget_content_reports(*, at: datetime) -> int:
    """Delete what was decided long ago; return how many."""
    rows = ContentReport.objects.filter(decided_at__lt=at - KEPT_FOR).exclude(
        state=ContentReport.State.OPEN
    )
    return delete_some(rows.order_by("decided_at"))


def forget_reporter(addresses: Collection[str]) -> None:
    """Delete who a person is from what they reported; what is said of a listing stays."""
    ContentReport.objects.filter(email__in=addresses).update(name="", email="")
