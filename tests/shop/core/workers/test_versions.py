"""Two versions run side by side for a while: neither loses what the other has queued."""

import inspect
from datetime import timedelta
from pathlib import Path

import pytest
from django.tasks import Task
from django.utils.module_loading import import_string
from django_tasks_db.models import DBTaskResult

from shop.core import clock
from shop.core.tasks import enqueue
from shop.core.workers.revive import MOST_WORKERS, UNKNOWN, UNKNOWN_FOR, take_up_unknown
from shop.core.workers.work import LivingWorker
from shop.orders.tasks import send_receipt

OF_BEFORE = sorted(
    {line for file in Path(__file__).parent.glob("tasks-*.txt")
     for line in file.read_text("utf-8").splitlines()}
)  # fmt: skip
"""What versions up to this one queue: the path of a task and the names of its arguments."""
TOMORROW = "shop.orders.tasks.of_tomorrow"


def queued(path=TOMORROW, **facts):
    enqueue(send_receipt, 0)
    row = DBTaskResult.objects.latest("enqueued_at")
    DBTaskResult.objects.filter(pk=row.pk).update(task_path=path, **facts)
    row.refresh_from_db()
    return row


def given_to_a_worker(row):
    worker = LivingWorker(
        queue_names=["default"], excluded_queue_names=[], interval=0, batch=True,
        backend_name="default", startup_delay=False, max_tasks=None, worker_id="here",
    )  # fmt: skip
    row.claim("here")
    worker.run_task(row)
    row.refresh_from_db()
    return row


@pytest.mark.parametrize("line", OF_BEFORE, ids=lambda line: line.split()[0])
def test_what_an_earlier_version_queued_is_done_by_this_one(line):
    path, *names = line.split()

    task = import_string(path)

    assert isinstance(task, Task)
    inspect.signature(task.func).bind(*names)


@pytest.mark.django_db
def test_a_task_of_another_version_waits_for_a_worker_of_it():
    row = given_to_a_worker(queued())

    assert (row.status, row.worker_ids) == ("READY", [])
    assert clock.now() < row.run_after < clock.now() + timedelta(minutes=1)


@pytest.mark.django_db
def test_a_task_that_nobody_knew_for_a_day_fails():
    row = queued(enqueued_at=clock.now() - UNKNOWN_FOR - timedelta(seconds=1))

    assert given_to_a_worker(row).status == "FAILED"


@pytest.mark.django_db
def test_at_what_another_version_failed_this_one_tries_as_it_starts():
    facts = {"status": "FAILED", "finished_at": clock.now()}
    lost = queued("shop.orders.tasks.send_receipt", exception_class_path=UNKNOWN[0], **facts)
    gone = queued(exception_class_path=UNKNOWN[0], **facts)
    wrong = queued("shop.orders.tasks.send_receipt", exception_class_path="x.Y", **facts)
    often = ["w"] * MOST_WORKERS
    tired = queued(
        "shop.orders.tasks.send_receipt", exception_class_path=UNKNOWN[0], worker_ids=often, **facts
    )

    assert take_up_unknown() == 1

    states = dict(DBTaskResult.objects.values_list("pk", "status"))
    assert states[lost.pk] == "READY"
    assert {states[row.pk] for row in (gone, wrong, tired)} == {"FAILED"}
