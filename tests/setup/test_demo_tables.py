"""All ways to the tables lead to the same: the kept file, old migrations and new ones."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from config.embedded.databases import drop
from tools.scripts import demo_tables

pytestmark = pytest.mark.long
OF_ROWS = ("INSERT", "\t(", "SELECT pg_catalog.setval")
ROOT = Path(__file__).resolve().parents[2]
GRANTED = (
    "auth_group_permissions JOIN auth_group g ON g.id = group_id "
    "JOIN auth_permission p ON p.id = permission_id"
)
WRITTEN = (
    ("auth_permission", "codename, name"),
    ("auth_group", "name"),
    (GRANTED, "g.name, p.codename"),
    ("wagtailcore_page", "path, slug"),
    ("wagtailcore_workflow", "name"),
    ("shop_payoutcountry", "code, by_connect, by_global, needs"),
)
NAMES = ("tables_migrated", "tables_put_up", "tables_again")


@pytest.fixture
def three():
    """Give the addresses of three empty databases."""
    server = os.environ["DATABASE_URL"]
    with psycopg.connect(server, autocommit=True) as beside:
        for name in NAMES:
            drop(beside, name)
            beside.execute(f"CREATE DATABASE {name}")
        yield [f"{server.rpartition('/')[0]}/{name}" for name in NAMES]
        for name in NAMES:
            drop(beside, name)


def migrate(address, *target):
    environment = os.environ | {
        "DATABASE_URL": address, "DEBUG": "1", "DJANGO_SETTINGS_MODULE": "config.settings",
    }  # fmt: skip
    command = [sys.executable, "manage.py", "migrate", *target, "--verbosity", "0"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)


def structure(address, again):
    """Return the statements that make the tables, without rows.

    PostgreSQL writes a condition otherwise once it has read it from such a statement, so what is
    compared was read and written once more.
    """
    with psycopg.connect(again) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
        connection.execute(demo_tables.dumped(address).encode())
    lines = demo_tables.dumped(again).splitlines()
    return [line for line in lines if not line.startswith(OF_ROWS)]


def rows(address, table, columns):
    with psycopg.connect(address) as connection:
        found = connection.execute(f"SELECT {columns} FROM {table}")  # noqa: S608 (our own)
        return set(found.fetchall())


def test_a_database_from_the_file_is_the_one_that_migrations_make(three):
    migrated, put_up, again = three
    migrate(migrated)
    assert demo_tables.put_up(put_up)
    migrate(put_up)

    assert structure(put_up, again) == structure(migrated, again)
    for table, columns in (("django_migrations", "app, name"), *WRITTEN):
        assert rows(put_up, table, columns) == rows(migrated, table, columns)


def test_squashed_migrations_make_what_the_old_ones_make(three):
    """Goes with version 1.2, as they do. The order of columns may differ, which nothing reads."""
    by_old, by_new, again = three
    migrate(by_old, "cms", "0093")  # a replaced name: the old ones run
    migrate(by_old)
    migrate(by_new)

    assert sorted(structure(by_new, again)) == sorted(structure(by_old, again))
    for table, columns in WRITTEN:
        assert rows(by_new, table, columns) == rows(by_old, table, columns)
