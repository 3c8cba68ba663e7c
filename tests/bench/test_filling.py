"""Tables that are filled bare have all their indexes and constraints again afterwards."""

import re

import pytest
from django.db import IntegrityError, connection
from psycopg import errors

from tests import make
from tools.bench import enlarging
from tools.bench.bare import bare

MADE = """
CREATE EXTENSION IF NOT EXISTS btree_gist;
CREATE TABLE shelf (id int PRIMARY KEY, code text CONSTRAINT code_once UNIQUE);
CREATE TABLE box (
  id int PRIMARY KEY, shelf int CONSTRAINT on_a_shelf REFERENCES shelf, during tstzrange,
  CONSTRAINT one_at_a_time EXCLUDE USING gist (shelf WITH =, during WITH &&),
  CONSTRAINT numbered CHECK (id > 0));
CREATE INDEX box_of_shelf ON box (shelf) WHERE id > 5
"""
SEEN = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid::regclass::text = ANY(%(tables)s) AND contype <> 'n'
UNION ALL
SELECT indrelid::regclass::text, '', pg_get_indexdef(indexrelid) FROM pg_index
WHERE indrelid::regclass::text = ANY(%(tables)s) ORDER BY 1, 2, 3
"""
# What was read once is told with its casts at other places, and means the same.
CASTS = re.compile(r"::(text|character varying)(\[\])?|[()]")
TABLES = ["shelf", "box"]
FILLED = [table.table for table in enlarging.TABLES]
pytestmark = pytest.mark.django_db


@pytest.fixture
def database():
    connection.ensure_connection()
    for statement in MADE.split(";"):
        connection.connection.execute(statement)
    return connection.connection


def seen(database, tables=TABLES):
    rows = database.execute(SEEN, {"tables": list(tables)}).fetchall()
    return sorted((table, name, CASTS.sub("", told)) for table, name, told in rows)


def test_what_was_taken_off_is_put_back_as_it_was(database):
    before = seen(database)

    with bare(database, TABLES, lambda _said: None):
        assert len(seen(database)) == 5  # the keys with their indexes, and the check

    assert seen(database) == before


@pytest.mark.parametrize(
    ("rows", "refusal"),
    [
        ("INSERT INTO shelf VALUES (1, 'a'), (2, 'a')", errors.UniqueViolation),
        ("INSERT INTO box VALUES (1, 7, 'empty')", errors.ForeignKeyViolation),
        (
            """
            INSERT INTO shelf VALUES (1, 'a');
            INSERT INTO box VALUES (1, 1, '[2026-01-01,)'), (2, 1, '[2026-02-01,)')
            """,
            errors.ExclusionViolation,
        ),
    ],
)
def test_what_breaks_a_constraint_cannot_be_filled_in(database, rows, refusal):
    with pytest.raises(refusal), bare(database, TABLES, lambda _said: None):
        database.execute(rows)


def test_the_shops_own_tables_have_all_again(database):
    before = seen(database, FILLED)

    with bare(database, FILLED, lambda _said: None):
        assert len(seen(database, FILLED)) < len(before) / 2

    assert seen(database, FILLED) == before


def test_the_shop_refuses_again_what_its_constraints_forbid(database):
    make.product(slug="one-of-a-kind")
    database.execute("SET CONSTRAINTS ALL IMMEDIATE")  # else what was written waits for its check

    with bare(database, FILLED, lambda _said: None):
        pass

    with pytest.raises(IntegrityError, match="shop_product_slug_key"):
        make.product(slug="one-of-a-kind")
