"""The tables that are kept with the sample are to the letter what migrations make."""

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


def migrate(address):
    environment = os.environ | {
        "DATABASE_URL": address, "DEBUG": "1", "DJANGO_SETTINGS_MODULE": "config.settings",
    }  # fmt: skip
    command = [sys.executable, "manage.py", "migrate", "--verbosity", "0"]
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
    for table, columns in (
        ("django_migrations", "app, name"),
        ("auth_permission", "codename"),
        ("auth_group", "name"),
        ("wagtailcore_page", "path, slug"),
        ("shop_payoutcountry", "code"),
    ):
        assert rows(put_up, table, columns) == rows(migrated, table, columns)
    granted = (
        "auth_group_permissions JOIN auth_group g ON g.id = group_id "
        "JOIN auth_permission p ON p.id = permission_id"
    )
    assert rows(put_up, granted, "g.name, p.codename") == rows(
        migrated, granted, "g.name, p.codename"
    )
