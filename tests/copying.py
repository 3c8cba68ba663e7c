"""Databases with something in them: made once for all processes of a run, and copied for each.

The server copies a database in a fraction of the time that it takes to fill one. What a test
changes in its copy it takes back.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import connection

# Of another run's database nobody knows which code filled it.
RUN = os.environ.get("PYTEST_XDIST_TESTRUNUID") or f"process {os.getpid()}"
WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
MADE_BY = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
# The server's own processes in a database end by themselves when it is copied or dropped.
CUT_OFF = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = %s AND usename = current_user
"""


@contextmanager
def copied(name: str, fill: Callable[[], None], *, of: str = "") -> Iterator[str]:
    """Make this process its copy of a filled database and return the name; drop it in the end.

    Args:
        name: what the database is called, behind the name of the test's own.
        fill: fills what begins as a copy, in the first process of a run that asks.
        of: the database that is copied before it is filled; if not given, the test's own.
    """
    own = connection.settings_dict["NAME"]
    filled = f"{own.removesuffix(f'_{WORKER}')}_{name}"
    copy = f"{filled}_{WORKER}"
    with (settings.TEST_FOLDER.parent / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        is_ours = _ask(MADE_BY, filled) != RUN
        if is_ours:
            _copy(of or own, filled)
            with led_to(filled):
                fill()
            _do(f"COMMENT ON DATABASE {_quoted(filled)} IS '{RUN}'")
        _copy(filled, copy)
    yield copy
    _drop(copy)
    if is_ours:
        _drop(filled)


@contextmanager
def led_to(name: str) -> Iterator[None]:
    """Let the connection of this thread lead to another database for a while."""
    own = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = own


def _copy(source: str, target: str) -> None:
    """Copy a database; a server that idles on it is cut off, and finds its way back."""
    connection.close()
    _drop(target)
    _ask(CUT_OFF, source)
    _do(f"CREATE DATABASE {_quoted(target)} TEMPLATE {_quoted(source)}")


def _drop(name: str) -> None:
    _ask(CUT_OFF, name)
    _do(f"DROP DATABASE IF EXISTS {_quoted(name)}")


def _quoted(name: str) -> str:
    return connection.ops.quote_name(name)


def _ask(question: str, name: str) -> str | None:
    """Return the first value of the first row of an answer, if there is one."""
    with connection._nodb_cursor() as cursor:
        cursor.execute(question, [name])
        row = cursor.fetchone()
        return row[0] if row else None


def _do(statement: str) -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute(statement)
