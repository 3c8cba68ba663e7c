"""Makes the database of which those of a run are copies: migrations run once, and not each time.

``python -m tests.template`` prints its name. It is kept for as long as there are the same
migrations; a name is given when all is there, so that a killed run leaves nothing that counts.
"""

import hashlib
import os
import sys
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings_test")
django.setup()

from django.db import connection  # noqa: E402 (needs settings)
from django.db.migrations.loader import MigrationLoader  # noqa: E402 (needs settings)

PROJECT = Path(__file__).parents[1]
PREFIX = "template_of_tests_"
UNFINISHED = "new_template_of_tests"


def name_of_all() -> str:
    """Return the name of a database with all migrations: their names, and what ours contain."""
    said = hashlib.sha256(repr(sorted(MigrationLoader(None).disk_migrations)).encode())
    for path in sorted(PROJECT.glob("*/migrations/*.py")):
        said.update(path.read_bytes())
    return f"{PREFIX}{said.hexdigest()[:16]}"


def provide() -> str:
    """Return the name of that database, which is there afterwards; those before it are not."""
    name = name_of_all()
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
        there = {row[0] for row in cursor.fetchall()}
        for old in there - {name}:
            cursor.execute(f'DROP DATABASE "{old}"')
    if name not in there:
        connection.settings_dict["TEST"]["NAME"] = UNFINISHED
        connection.creation.create_test_db(verbosity=0, autoclobber=True)
        connection.close()
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'ALTER DATABASE "{UNFINISHED}" RENAME TO "{name}"')
    return name


if __name__ == "__main__":
    sys.stdout.write(f"{provide()}\n")
