"""A database is taken from whoever is connected to it, without the rights of a superuser."""

import os
import time

import psycopg
import pytest

from config.embedded.databases import IS_THERE, drop, rename
from tests.patience import PATIENCE

# The server tidies this table without being asked, and takes its time.
TIDIED = """
CREATE TABLE tidied (id int, words text) WITH (
    autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0,
    autovacuum_vacuum_cost_delay = 100, autovacuum_vacuum_cost_limit = 1);
INSERT INTO tidied SELECT n, repeat('x', 200) FROM generate_series(1, 20000) n;
DELETE FROM tidied WHERE id % 2 = 0;
"""
ITS_OWN = """
SELECT 1 FROM pg_stat_activity WHERE datname = %s AND usename IS DISTINCT FROM current_user
"""
ROUND = 60  # seconds between two looks of the server's at a database, unless it was told otherwise


@pytest.fixture
def line():
    with connected("postgres") as found:
        yield found


@pytest.fixture
def name(line):
    made = f"taken_by_a_test_{os.environ.get('PYTEST_XDIST_WORKER', 'one')}"
    drop(line, made)
    line.execute(f"CREATE DATABASE {made}")
    yield made
    drop(line, made)


def connected(name):
    server = os.environ["DATABASE_URL"].rpartition("/")[0]
    return psycopg.connect(f"{server}/{name}", autocommit=True)


def test_a_database_in_use_is_dropped_and_one_that_is_gone_is_no_error(line, name):
    with connected(name) as somebody:
        drop(line, name)
        with pytest.raises(psycopg.OperationalError):
            somebody.execute("SELECT 1")
    assert line.execute(IS_THERE, [name]).fetchone() is None
    drop(line, name)


def test_a_database_that_keeps_its_name_can_be_used_on(line, name):
    with pytest.raises(psycopg.errors.DuplicateDatabase):
        rename(line, name, "postgres")

    with connected(name) as somebody:
        assert somebody.execute("SELECT 1").fetchone() == (1,)


@pytest.mark.long
def test_a_database_that_the_server_tidies_is_renamed_and_dropped(line, name):
    """The server's own processes may not be ended by us; they go when they are in the way."""
    with connected(name) as somebody:
        somebody.execute(TIDIED)
    until = time.monotonic() + 3 * ROUND + PATIENCE
    while not line.execute(ITS_OWN, [name]).fetchone():
        assert time.monotonic() < until, "the server did not tidy the table"
        time.sleep(0.1)

    other = f"{name}_other"
    drop(line, other)
    rename(line, name, other)
    drop(line, other)

    assert line.execute(IS_THERE, [other]).fetchone() is None
