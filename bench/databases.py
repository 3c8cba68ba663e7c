"""Databases of the harness's own: made before, dropped after, never the demonstration's."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from bench import cpu
from bench.servers import CannotMeasure
from config import embedded

LOCK = 0x62656E6368  # any number that nobody else takes
SHOWN = ("server_version", "shared_buffers", "fsync", "synchronous_commit")
MARK = "Made by python -m bench, which drops it when it likes."


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


def exists(server: str, name: str) -> bool:
    """Tell whether a database of ours is there.

    Raises:
        CannotMeasure: somebody else's has its name.
    """
    with psycopg.connect(server) as connection:
        found = connection.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s",
            [name],
        ).fetchone()
    if found and found[0] != MARK:
        raise CannotMeasure(f"There is a database {name} that is not the harness's: rename it.")
    return found is not None


def create(server: str, name: str, *, like: str = "template1") -> str:
    """Make a database and return its address."""
    with psycopg.connect(server, autocommit=True) as connection:
        new = sql.Identifier(name)
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(new, sql.Identifier(like))
        )
        connection.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(new, MARK))
    return address(server, name)


def drop(server: str, name: str) -> None:
    """Drop a database of ours, if it is there."""
    if exists(server, name):
        with psycopg.connect(server, autocommit=True) as connection:
            command = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
            connection.execute(command)


def address(server: str, name: str) -> str:
    """Return the address of another database on a server."""
    return urlsplit(server)._replace(path=f"/{name}").geturl()


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
