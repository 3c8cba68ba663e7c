"""Takes up the tasks of a worker that died: they wait again, and the next worker does them.

A task may run twice, so it is safe to take up one whose worker was only thought dead.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.tasks import TaskResultStatus
from django.utils.module_loading import import_string
from django_tasks_db.models import DBTaskResult

from shop.core.jobs import each
from shop.core.workers.models import Worker

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=1)
"""For so long a worker that says nothing may still be at work; it speaks every ten seconds."""
MOST_WORKERS = 5
"""After so many that died in it a task is not handed out again: it may be what kills them."""
PAUSE = timedelta(seconds=1)
PASSING = ("django.db.utils.OperationalError", "django.db.utils.InterfaceError")
AGAIN = timedelta(seconds=30)
UNKNOWN_FOR = timedelta(days=1)
"""For so long a task that this version does not know waits for a worker of one that does."""
UNKNOWN = ("builtins.ImportError", "builtins.ModuleNotFoundError")
DIED = "shop.core.workers.revive.WorkersDied"


class WorkersDied(Exception):
    """A task did not come to an end, whichever worker took it."""


def take_up(*, at: datetime) -> int:
    """Let the tasks of workers that died wait again; return how many. Part of the beat."""
    alive = set(Worker.objects.filter(seen_at__gt=at - LEASE).values_list("pk", flat=True))
    running = DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING)
    left = [row for row in running.order_by("started_at") if not _is_held(row, alive)]
    return each("take up what dead workers left", left, lambda row: _take_up(row, at=at), at=at)


def take_up_own(worker_id: str) -> int:
    """Let the tasks wait again that a worker lost when the database went away under it."""
    running = DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING)
    own = [row for row in running if row.worker_ids[-1:] == [worker_id]]
    return sum(_hand_back(row) for row in own)


def try_again(row: DBTaskResult[..., Any], *, at: datetime) -> bool:
    """Let a task wait again that failed since the database went away or gave way to another."""
    is_fault = row.status == TaskResultStatus.FAILED and row.exception_class_path in PASSING
    if not is_fault or len(row.worker_ids) >= MOST_WORKERS:
        return False
    waits = {"status": TaskResultStatus.READY, "started_at": None, "finished_at": None}
    later = at + PAUSE * 2 ** len(row.worker_ids)
    return bool(DBTaskResult.objects.filter(pk=row.pk).update(**waits, run_after=later))


def leave_to_others(row: DBTaskResult[..., Any], *, at: datetime) -> bool:
    """Let a task wait for a worker of the version that queued it; False if this one does it.

    While one version follows another, or goes back, pages of both queue tasks. After a day nobody
    comes who knows it any more: then it fails as all others do.
    """
    if is_known(row) or row.enqueued_at < at - UNKNOWN_FOR:
        return False
    waits = {"status": TaskResultStatus.READY, "started_at": None, "run_after": at + AGAIN}
    _same(row).update(**waits, worker_ids=row.worker_ids[:-1])
    return True


def take_up_unknown() -> int:
    """Let tasks wait again at which a worker of another version failed, not knowing them."""
    failed = DBTaskResult.objects.filter(
        status=TaskResultStatus.FAILED, exception_class_path__in=UNKNOWN
    )
    waits = {"status": TaskResultStatus.READY, "started_at": None, "finished_at": None}
    known = [row for row in failed if len(row.worker_ids) < MOST_WORKERS and is_known(row)]
    return DBTaskResult.objects.filter(pk__in=[row.pk for row in known]).update(**waits)


def is_known(row: DBTaskResult[..., Any]) -> bool:
    """Tell whether this version has the function of a task."""
    try:
        import_string(row.task_path)
    except ImportError:
        return False
    return True


def _is_held(row: DBTaskResult[..., Any], alive: set[str]) -> bool:
    return bool(row.worker_ids) and row.worker_ids[-1] in alive


def _take_up(row: DBTaskResult[..., Any], *, at: datetime) -> bool:
    log.warning("task %s of %s: its worker died", row.pk, row.task_path)
    return _hand_back(row) if len(row.worker_ids) < MOST_WORKERS else _give_up(row, at=at)


def _hand_back(row: DBTaskResult[..., Any]) -> bool:
    return bool(_same(row).update(status=TaskResultStatus.READY, started_at=None))


def _give_up(row: DBTaskResult[..., Any], *, at: datetime) -> bool:
    log.error("task %s of %s: %s workers died in it", row.pk, row.task_path, len(row.worker_ids))
    facts = {"exception_class_path": DIED, "traceback": "Each worker that took it died in it."}
    failed = {"status": TaskResultStatus.FAILED, "finished_at": at}
    return bool(_same(row).update(**failed, **facts))


def _same(row: DBTaskResult[..., Any]) -> QuerySet[DBTaskResult[..., Any]]:
    """Return the row as it was seen: who finished it meanwhile, or took it, is left alone."""
    seen = {"status": TaskResultStatus.RUNNING, "worker_ids": row.worker_ids}
    return DBTaskResult.objects.filter(pk=row.pk, **seen)
