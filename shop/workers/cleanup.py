"""Deletes tasks that are done: the queue is a table, which has to stay small to be counted."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from django.db.models import Q
from django.tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from shop.rounds import repeat
from shop.workers.models import Worker

BATCH = 2_000
KEPT_FOR = timedelta(days=1)
FAILED_KEPT_FOR = timedelta(days=30)
"""A person may still want to know what a failed one was to do."""


def forget_tasks(*, at: datetime) -> int:
    """Delete tasks that were done yesterday, and failed ones of long ago; return how many."""
    Worker.objects.filter(seen_at__lt=at - KEPT_FOR).delete()
    done = Q(finished_at__lt=at - KEPT_FOR) & ~Q(status=TaskResultStatus.FAILED)
    failed = Q(finished_at__lt=at - FAILED_KEPT_FOR, status=TaskResultStatus.FAILED)
    return sum(repeat(partial(_some, rows)) for rows in (done, failed))


def _some(which: Q) -> int:
    old = DBTaskResult.objects.filter(which).order_by("finished_at")
    ids = list(old.values_list("pk", flat=True)[:BATCH])
    return DBTaskResult.objects.filter(pk__in=ids).delete()[0]
