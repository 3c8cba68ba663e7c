"""The only way to queue work."""

import logging
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import wraps
from smtplib import SMTPRecipientsRefused
from typing import Any

from django.db import transaction
from django.tasks import Task, TaskResultStatus
from django.utils.module_loading import import_string
from django_tasks_db.models import DBTaskResult, get_date_max

from shop.core import clock
from shop.core.occasions import occasion, on_account_of, request_id

log = logging.getLogger(__name__)

# When a mail is tried again that the mail server would not take: within nine hours in all.
PAUSES = (1, 5, 30, 120, 360)  # minutes


def enqueue(task: Task[..., Any], *args: Any) -> None:
    """Queue a task inside the caller's transaction: both are committed, or neither.

    The queue is a table of our own database. Waiting for the commit instead would lose the
    job when the process dies in between. Tasks take ids, may run twice, and call a use case.
    """
    enqueue_each([(task, args)])


def enqueue_all(task: Task[..., Any], rows: Iterable[tuple[Any, ...]]) -> None:
    """Queue a task once for each row of arguments, with one statement for all of them."""
    enqueue_each((task, row) for row in rows)


def enqueue_each(work: Iterable[tuple[Task[..., Any], tuple[Any, ...]]]) -> None:
    """Queue tasks with their arguments, with one statement for all of them."""
    DBTaskResult.objects.bulk_create(
        DBTaskResult(
            # The worker reads args and kwargs alone; by the id its lines are found.
            args_kwargs={"args": list(row), "kwargs": {}, "request": request_id()},
            priority=task.priority,
            task_path=task.module_path,
            queue_name=task.queue_name,
            run_after=task.run_after or get_date_max(),  # as the backend itself writes "at once"
            backend_name=task.backend,
        )
        for task, row in work
    )


def is_queued(task: Task[..., Any], *args: Any) -> bool:
    """Tell whether a task waits for the worker already, with these arguments."""
    waiting = DBTaskResult.objects.ready().filter(task_path=task.module_path)
    return waiting.filter(args_kwargs__args=list(args)).exists()


def tried_again(function: Callable[..., None]) -> Callable[..., None]:
    """Let a task that sends one mail be tried again while the mail server does not answer.

    Stands under ``@task``, since the queue itself repeats nothing. The next try is on account of
    the same: the server may have taken the mail and only not have said so.
    """

    @wraps(function)
    def run(*args: Any, tries: int = 0, since: str = "") -> None:
        try:
            with on_account_of(since):
                function(*args)
        except SMTPRecipientsRefused:
            log.warning("%s: the mail server refuses the address for good", function.__name__)
        except OSError:  # what smtplib raises is one, too
            if tries == len(PAUSES):
                raise
            task = import_string(f"{function.__module__}.{function.__qualname__}")
            later = clock.now() + timedelta(minutes=PAUSES[tries])
            first = since or occasion()
            task.using(run_after=later).enqueue(*args, tries=tries + 1, since=first)

    return run


def at_once(function: Callable[..., None]) -> Callable[..., None]:
    """Let a task that queues others do so once: its end is written together with them.

    Stands under ``@task``. A worker that dies has queued nothing, or all and is done.
    """

    @wraps(function)
    @transaction.atomic
    def run(*args: Any) -> None:
        function(*args)
        if occasion():
            done = {"status": TaskResultStatus.SUCCESSFUL, "finished_at": clock.now()}
            DBTaskResult.objects.filter(pk=occasion()).update(**done)

    return run
