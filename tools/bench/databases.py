"""Databases of the harness's own: made before, dropped after, never the demonstration's."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from config import embedded
from config.embedded.databases import drop
from tools.bench import cpu
from tools.bench.servers import CannotMeasure

LOCK = 0x62656E6368  # any number that nobody else takes
UNFINISHED = "Made by python -m tools.bench, which drops it when it likes."
READY = f"{UNFINISHED} It is complete."
SHOWN = ("server_version", "shared_buffers", "fsync", "synchronous_commit")


@contextmanager
def server() -> Iterator[str]:
    """Lend a database server: that of DATABASE_URL, or else the demonstration's own.

    Gives the address of a database there in which nothing is touched.

    Raises:
        CannotMeasure: another run uses the same server.
    """
    with _running() as found, psycopg.connect(found, autocommit=True) as connection:
        if not connection.execute("SELECT pg_try_advisory_lock(%s)", [LOCK]).fetchone()[0]:
            raise CannotMeasure("Another bench runs on this database server: let it end first.")
        yield found


@contextmanager
def database(
    server: str, name: str, *, fill: Callable[[str], None], keep: bool, like: str = "template1"
) -> Iterator[str]:
    """Lend a database and drop it afterwards.

    Args:
        fill: is given the address of the new database.
        keep: use the one that an earlier run has left, and leave it to the next one.
        like: the database of which it is a copy.

    Raises:
        CannotMeasure: somebody else's has its name.
    """
    there = urlsplit(server)._replace(path=f"/{name}").geturl()
    try:
        if not keep or _remark(server, name) != READY:
            _drop(server, name)
            _create(server, name, like)
            fill(there)
            _note(server, name, READY)
        yield there
    finally:
        if not keep:
            _drop(server, name)


def process(server: str) -> int | None:
    """Return the number of the server's first process, if it runs on this machine."""
    with psycopg.connect(server) as connection:
        own = connection.execute("SELECT pg_backend_pid()").fetchone()[0]
        first = cpu.parent_of(own)
        is_here = cpu.name_of(own).startswith("postgres")
    return first if first and is_here else None


def version(server: str) -> str:
    """Return the version of the server and the settings that decide how fast it writes."""
    with psycopg.connect(server) as connection:
        found = {name: connection.execute(f"SHOW {name}").fetchone()[0] for name in SHOWN}
    number = found.pop("server_version").split()[0]
    return f"{number} ({', '.join(f'{name} {value}' for name, value in found.items())})"


@contextmanager
def _running() -> Iterator[str]:
    """Start the embedded server if need be, and stop it again if nobody else had started it."""
    if own := os.environ.get("DATABASE_URL"):
        yield own
        return
    was_running = embedded.address("demo")
    try:
        yield embedded.provide("demo")
    finally:
        if not was_running:
            embedded.stop("demo")


def _create(server: str, name: str, like: str) -> None:
    command = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(command.format(sql.Identifier(name), sql.Identifier(like)))
    _note(server, name, UNFINISHED)


def _drop(server: str, name: str) -> None:
    remark = _remark(server, name)
    if remark is None:
        return
    if remark not in (UNFINISHED, READY):
        raise CannotMeasure(f"There is a database {name} that is not the harness's: rename it.")
    with psycopg.connect(server, autocommit=True) as connection:
        drop(connection, name)


def _note(server: str, name: str, remark: str) -> None:
    command = sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), remark)
    with psycopg.connect(server) as connection:
        connection.execute(command)


def _remark(server: str, name: str) -> str | None:
    """Return what we noted of a database, nothing if there is none."""
    query = """
      SELECT coalesce(shobj_description(oid, 'pg_database'), '') FROM pg_database
      WHERE datname = %s
    """
    with psycopg.connect(server) as connection:
        found = connection.execute(query, [name]).fetchone()
    return found[0] if found else None
