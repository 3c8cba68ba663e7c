"""Deletes tasks that are done: the queue is a table, which has to stay small to be counted."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from shop.core.jobs import delete_some
from shop.core.workers.models import Worker

BATCH = 2_000
KEPT_FOR = timedelta(days=1)
FAILED_KEPT_FOR = timedelta(days=30)
"""A person may still want to know what a failed one was to do."""


def forget_tasks(*, at: datetime) -> int:
    """Delete tasks that were done yesterday, and failed ones of long ago; return how many."""
    Worker.objects.filter(seen_at__lt=at - KEPT_FOR).delete()
    done = DBTaskResult.objects.filter(finished_at__lt=at - KEPT_FOR)
    done = done.exclude(status=TaskResultStatus.FAILED)
    failed = DBTaskResult.objects.filter(
        finished_at__lt=at - FAILED_KEPT_FOR, status=TaskResultStatus.FAILED
    )
    return sum(delete_some(rows.order_by("finished_at"), batch=BATCH) for rows in (done, failed))
