"""Takes indexes and constraints off tables that are filled, and puts them back afterwards.

Kept up row by row, they would take far longer than the rows. Put back, each constraint is checked
against every row: what is broken by what was filled in cannot come back.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

import psycopg

# Keys stay: rows come in their order, and others refer to them.
CONSTRAINTS = """
SELECT c.conrelid::regclass::text, quote_ident(c.conname), pg_get_constraintdef(c.oid)
FROM pg_constraint c
WHERE c.conrelid::regclass::text = ANY(%(tables)s) AND c.contype IN ('u', 'x', 'f')
  AND NOT EXISTS (SELECT 1 FROM pg_constraint f WHERE f.contype = 'f' AND f.conindid = c.conindid
                  AND f.oid <> c.oid AND c.contype <> 'f')
ORDER BY c.contype = 'f', 1, 2
"""
INDEXES = """
SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE i.indrelid::regclass::text = ANY(%(tables)s) AND NOT i.indisprimary
  AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid
                  AND k.contype <> 'f')
ORDER BY i.indrelid::regclass::text, c.relname
"""


class Taken(NamedTuple):
    """Something that was taken off a table: its name, and the statements for off and on."""

    name: str
    off: str
    on: str


@contextmanager
def bare(
    connection: psycopg.Connection, tables: Sequence[str], tell: Callable[[str], None]
) -> Iterator[None]:
    """Lend tables without their indexes and constraints but the keys.

    Whoever leaves with an error leaves them bare: the database is of no use then.
    """
    taken = [*_constraints(connection, tables), *_indexes(connection, tables)]
    for one in taken:
        connection.execute(one.off)
    yield
    # Rows are referred to only where what refers to them is found quickly: so those come last.
    for one in sorted(taken, key=lambda one: "FOREIGN KEY" in one.on):
        tell(f"  putting back {one.name}")
        connection.execute(one.on)


def _constraints(connection: psycopg.Connection, tables: Sequence[str]) -> list[Taken]:
    rows = connection.execute(CONSTRAINTS, {"tables": list(tables)}).fetchall()
    return [
        Taken(
            name,
            f"ALTER TABLE {table} DROP CONSTRAINT {name}",
            f"ALTER TABLE {table} ADD CONSTRAINT {name} {said}",
        )
        for table, name, said in rows
    ]


def _indexes(connection: psycopg.Connection, tables: Sequence[str]) -> list[Taken]:
    rows = connection.execute(INDEXES, {"tables": list(tables)}).fetchall()
    return [Taken(name, f"DROP INDEX {name}", said) for name, said in rows]
