"""Database connections that take turns, so that a race happens the same way every time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

from django.db import connection, transaction
from django.db.models import Model

from shop.core.errors import ShopError
from tests.patience import PATIENCE, wait_until


class Beside:
    """Something done beside the test, in a thread with a database connection of its own."""

    def __init__(self, action: Callable[[], Any]) -> None:
        self._backend: Future[int] = Future()
        self._outcome: Future[Any] = Future()
        Thread(target=self._run, args=(action,), daemon=True).start()

    def waits(self) -> bool:
        """Return True as soon as it waits for a lock of somebody, False when it is done."""
        backend = self._backend.result(PATIENCE)
        found = wait_until(lambda: self._stands(backend), "it neither waits nor ends")
        return found == "waits"

    def result(self) -> Any:
        """Return what came of it; a refusal is returned, any other error is raised."""
        return self._outcome.result(PATIENCE)

    def _stands(self, backend: int) -> str:
        if self._outcome.done():
            return "done"
        return "waits" if is_blocked(backend) else ""

    def _run(self, action: Callable[[], Any]) -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                self._backend.set_result(cursor.fetchone()[0])
            self._outcome.set_result(action())
        except ShopError as refusal:
            self._outcome.set_result(refusal)
        except BaseException as error:  # noqa: BLE001 (raised again where the result is asked for)
            self._outcome.set_exception(error)
        finally:
            connection.close()


def is_blocked(backend: int) -> bool:
    """Tell whether a connection waits for a lock that another one holds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [backend])
        return cursor.fetchone()[0]


@contextmanager
def open_transaction(action: Callable[[], Any]) -> Iterator[None]:
    """Do something in a transaction of its own, which is committed when the block ends."""
    is_done, may_commit = Event(), Event()

    def act() -> None:
        with transaction.atomic():
            try:
                action()
            finally:
                is_done.set()
            may_commit.wait(PATIENCE)

    other = Beside(act)
    assert is_done.wait(PATIENCE), "it waits for something"
    try:
        yield
    finally:
        may_commit.set()
        other.result()


def lock_row(row: Model) -> None:
    """Lock a row until the transaction ends."""
    type(row).objects.select_for_update().get(pk=row.pk)


def is_locked(row: Model) -> bool:
    """Tell whether somebody else holds a row's lock."""
    with transaction.atomic():
        rows = type(row).objects.select_for_update(skip_locked=True, no_key=True)
        return not rows.filter(pk=row.pk).exists()
