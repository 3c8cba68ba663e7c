"""What was done to festivals: the change log, and whether somebody was faster."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from shop.accounts.models import User
from shop.festivals.models import ChangeLog, Festival


def log(
    row: Any,
    action: str,
    *,
    at: datetime,
    festival: Festival | None,
    by: User | None = None,
    **details: Any,
) -> None:
    """Leave a line in the change log: who did what to which row, when and why."""
    ChangeLog.objects.create(
        at=at,
        by=by,
        festival=festival,
        subject=row._meta.model_name,
        subject_id=row.pk,
        action=action,
        **details,
    )
