"""A worker that says that it lives, and that comes back when the database was away.

The queue's own worker does the tasks. It ends when the database does not answer, and says to
nobody whether it lives; both are added here.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import Any

from django.db import DatabaseError, InterfaceError, close_old_connections, connection
from django_tasks_db.management.commands.db_worker import Worker as QueueWorker
from django_tasks_db.models import DBTaskResult

from shop.core import clock
from shop.core.occasions import following, on_account_of
from shop.core.workers.models import Worker
from shop.core.workers.revive import leave_to_others, take_up_own, take_up_unknown, try_again

log = logging.getLogger(__name__)

SPEAKS_EVERY = 10  # seconds
PAUSES = (0.5, 1, 2, 5, 10)  # seconds until the database is asked again; the last one for ever


class LivingWorker(QueueWorker):
    """The queue's worker, which writes down every ten seconds that it lives."""

    def run(self) -> None:
        """Do tasks until told to stop, across restarts of the database."""
        tries, ended = 0, threading.Event()
        threading.Thread(target=self._speak, args=(ended,), daemon=True).start()
        try:
            while self.running:
                try:
                    self._begin()
                    tries = 0
                    return super().run()
                except (DatabaseError, InterfaceError) as error:
                    self._wait(error, tries)
                    tries += 1
        finally:
            ended.set()

    def run_task(self, db_task_result: DBTaskResult[..., Any]) -> None:
        """Do a task with its id as the occasion, so that mails of a repeat are known as such."""
        if leave_to_others(db_task_result, at=clock.now()):
            log.warning("task %s is of another version and waits", db_task_result.pk)
            return
        request = db_task_result.args_kwargs.get("request", "")
        with on_account_of(str(db_task_result.pk)), following(request):
            super().run_task(db_task_result)
        if try_again(db_task_result, at=clock.now()):
            log.warning("task %s is done again: the database gave way", db_task_result.pk)

    def _begin(self) -> None:
        """Say that it lives before it takes a task, and take up the tasks that it lost."""
        close_old_connections()
        say_alive(self.worker_id)
        if count := take_up_own(self.worker_id):
            log.warning("%s tasks that the database's absence cut off wait again", count)
        if count := take_up_unknown():
            log.warning("%s tasks that another version did not know wait again", count)

    def _wait(self, error: Exception, tries: int) -> None:
        seconds = PAUSES[min(tries, len(PAUSES) - 1)]
        log.error("the database does not answer (%s): again in %s s", type(error).__name__, seconds)
        connection.close()
        time.sleep(seconds)  # a signal ends the process here

    def _speak(self, ended: threading.Event) -> None:
        """Say every ten seconds that the process lives, during any task."""
        while not ended.wait(SPEAKS_EVERY):
            try:
                say_alive(self.worker_id)
            except (DatabaseError, InterfaceError):
                connection.close()
        connection.close()


def say_alive(worker_id: str) -> None:
    """Write down that a worker lives."""
    at = clock.now()
    if not Worker.objects.filter(pk=worker_id).update(seen_at=at):
        Worker.objects.get_or_create(pk=worker_id, defaults={"begun_at": at, "seen_at": at})
