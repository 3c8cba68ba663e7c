"""Provides the database of which those of a run are copies: migrations run once, not each time.

A copy takes a second. A template is named when all is there, so a killed run leaves nothing that
counts. The newest ones are kept, since several checkouts share a server.
"""

import hashlib
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.db import OperationalError, connection
from django.db.migrations.loader import MigrationLoader

PROJECT = Path(__file__).parents[1]
PREFIX = "template_of_tests_"
UNFINISHED = "new_template_of_tests"
KEPT = 3
LOCK = 49  # number of the server's lock under which one process makes it, and all others wait


def name_of_all() -> str:
    """Return the name of a database with all migrations: their names, and what ours contain."""
    said = hashlib.sha256(repr(sorted(MigrationLoader(None).disk_migrations)).encode())
    for path in sorted(PROJECT.glob("*/migrations/*.py")):
        said.update(path.read_bytes())
    return f"{PREFIX}{said.hexdigest()[:16]}"


def provide() -> str:
    """Return the name of that database, which is there afterwards."""
    name = name_of_all()
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])  # until the connection ends
        if name not in _newest_first(cursor):
            _make()
            cursor.execute(f'ALTER DATABASE "{UNFINISHED}" RENAME TO "{name}"')
            for old in _newest_first(cursor)[KEPT:]:
                with suppress(OperationalError):  # somebody copies it
                    cursor.execute(f'DROP DATABASE "{old}"')
    return name


def _newest_first(cursor: Any) -> list[str]:
    cursor.execute(
        "SELECT datname FROM pg_database WHERE starts_with(datname, %s) ORDER BY oid DESC", [PREFIX]
    )
    return [name for (name,) in cursor.fetchall()]


def _make() -> None:
    used, wanted = connection.settings_dict["NAME"], connection.settings_dict["TEST"]["NAME"]
    connection.settings_dict["TEST"]["NAME"] = UNFINISHED
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    connection.creation.destroy_test_db(used, verbosity=0, keepdb=True)  # takes the names back
    connection.settings_dict["TEST"]["NAME"] = wanted
