"""Puts the tables of an empty database up at once, from a file: ``sample/tables.sql.gz``.

Migrating from nothing takes three times as long, most of it in the packages' steps. The file is
what was there afterwards. Migrations that came since are applied by
``migrate``, so an old file costs seconds and nothing else.

    python -m tools.scripts.demo_tables        writes the file anew
"""

import gzip
import os
import re
import subprocess
import sys
from pathlib import Path

import psycopg

from config import embedded
from config.embedded.clusters import Cluster
from config.embedded.databases import drop
from config.embedded.programs import find_programs
from tools.scripts.demo_leftovers import ROOT

FILE = ROOT / "sample" / "tables.sql.gz"
MADE_IN = "tables_to_be_kept"
# What a server of another version does not know, and what psql alone understands.
LEFT_OUT = re.compile(r"^(?:SET transaction_timeout|\\(?:un)?restrict|--|COMMENT ON EXTENSION)")


def put_up(address: str) -> bool:
    """Make the tables if there are none; return whether they were made.

    What this server does not take is left to ``migrate``, which makes everything step by step.
    """
    if not FILE.is_file():
        return False
    with psycopg.connect(address) as connection:
        known = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        if known.fetchone() != (0,):
            return False
        try:
            connection.execute(gzip.decompress(FILE.read_bytes()))
        except psycopg.Error:
            connection.rollback()
            return False
    return True


def dumped(address: str) -> str:
    """Return the statements that make a database anew."""
    programs = find_programs(Cluster.of("test").shelf)
    said = subprocess.run(  # noqa: S603 (a program that we found ourselves)
        [programs.folder / "pg_dump", "--no-owner", "--no-privileges", "--inserts",
         "--rows-per-insert=200", address],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    lines = [line for line in said.splitlines() if line and not LEFT_OUT.match(line)]
    return "\n".join(lines) + "\n"


def main() -> int:
    """Migrate an empty database, and keep what is there then."""
    server = os.environ.get("DATABASE_URL") or embedded.provide("test")
    address = f"{server.rpartition('/')[0]}/{MADE_IN}"
    with psycopg.connect(server, autocommit=True) as connection:
        drop(connection, MADE_IN)
        connection.execute(f"CREATE DATABASE {MADE_IN}")
        try:
            environment = os.environ | {"DATABASE_URL": address, "DEBUG": "1"}
            command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
            subprocess.run(command, env=environment, cwd=ROOT, check=True)  # noqa: S603
            FILE.write_bytes(gzip.compress(dumped(address).encode(), mtime=0))
        finally:
            drop(connection, MADE_IN)
    sys.stdout.write(f"{Path(FILE).relative_to(ROOT)}: {FILE.stat().st_size:,} bytes.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
