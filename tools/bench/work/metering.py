"""Measures pieces of work in this process: seconds, CPU, rows read and written."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from django.db import connection, connections

from shop.core.jobs import pace
from tools.bench import cpu

LONGEST = 1_800  # seconds, after which a piece of work is given up
TOLD = 300  # letters of a statement
# Entries of indexes and rows of tables; what went into tables that were dropped is not in it.
ROWS = """
SELECT (SELECT coalesce(sum(seq_tup_read), 0) FROM pg_stat_user_tables)
     + (SELECT coalesce(sum(idx_tup_read), 0) FROM pg_stat_user_indexes),
  coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_user_tables
"""


class _Used(NamedTuple):
    """What had been used up to an instant, beside time."""

    python: float = 0
    database: float = 0
    read: int = 0
    written: int = 0

    def since(self, before: _Used) -> _Used:
        """Return what was used since an earlier instant."""
        return _Used(*(now - then for now, then in zip(self, before, strict=True)))


class Meter:
    """Measures what is done in this process, which alone uses its database.

    Args:
        database: the process of the database server, if it can be seen from here.
    """

    def __init__(self, database: int | None) -> None:
        self._database = database
        self._forget()

    def measure(self, act: Callable[[], object]) -> dict[str, Any]:
        """Do something and return what it took, or why it was not done."""
        self._forget()
        before, began = self._used(), time.perf_counter()
        try:
            with connection.execute_wrapper(self._watch), pace.interrupted_after(LONGEST):
                act()
        except (Exception, pace.TooLong) as error:  # noqa: BLE001 (the other work has its turn)
            _let_go()
            return {"missed": " ".join(f"{type(error).__name__}: {error}".split())[:TOLD]}
        seconds = time.perf_counter() - began - self._seconds_apart
        used = self._used().since(before).since(self._apart)
        slowest, statement = self._slowest
        return {"seconds": seconds, "slowest": slowest, "statement": statement, **used._asdict()}

    @contextmanager
    def apart(self) -> Iterator[None]:
        """Leave what is done inside out of what is being measured."""
        began, slowest, before = time.perf_counter(), self._slowest, self._used()
        yield
        none = _Used()
        self._apart = self._used().since(before).since(none.since(self._apart))
        self._slowest = slowest
        self._seconds_apart += time.perf_counter() - began

    def _forget(self) -> None:
        self._apart, self._seconds_apart, self._slowest = _Used(), 0.0, (0.0, "")

    def _watch(
        self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any
    ) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            spent = time.perf_counter() - began
            if spent > self._slowest[0]:
                self._slowest = spent, " ".join(str(sql).split())[:TOLD]

    def _used(self) -> _Used:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_force_next_flush()")
            cursor.execute(ROWS)
            read, written = cursor.fetchone()
        database = cpu.seconds_of(self._database) if self._database else 0.0
        return _Used(time.process_time(), database, int(read), int(written))


def _let_go() -> None:
    """Leave the connection that was in the midst of something."""
    connection.close()
    del connections["default"]
