"""Empties the tables after tests that commit, as Django does, but only those with rows in them.

Django truncates each of some two hundred tables and makes the rows of its own tables anew, which
takes longer than most of these tests. What it makes stays the same, so it is left where it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from django.db import connection, transaction
from django.db.models import Model
from django.test import TransactionTestCase

FEW = 1_000  # rows of a table: deleting more takes longer than truncating all
DELETE = "part_{} AS (DELETE FROM {})"
COUNT = "SELECT '{}', count(*) FROM (SELECT FROM {} LIMIT {}) AS part"
TELL = "SELECT '{}', md5(coalesce(string_agg(t::text, ' ' ORDER BY t::text), '')) FROM {} AS t"
KEEPERS = {
    "shop_ledgertransaction": "shop_ledger_is_kept",
    "shop_ledgerentry": "shop_ledger_is_kept",
    "shop_closedmonth": "shop_month_stays",
    "shop_closedbalance": "shop_month_stays",
    "shop_settlement": "settlement_stays",
    "shop_settlementline": "settlement_line_stays",
    "shop_payout": "payout_stays",
    "shop_document": "shop_papers_are_kept",
    "shop_series": "shop_papers_are_kept",
}
"""The tables that refuse to lose a row, and the trigger that does it."""
NEVER_EMPTIED = "shop_is_not_emptied"
"""The trigger of those tables that refuse to lose all rows at once."""
KEPT: dict[str, str] = {}
"""The tables in which Django has put rows once all were empty, and what these rows are."""


def watch() -> None:
    """Let the tables be emptied in this way from now on."""
    empty_all = TransactionTestCase._fixture_teardown

    def emptied(self: Any) -> None:
        if not _empty_few():
            with may_be_emptied():
                empty_all(self)
            KEPT.clear()
            KEPT.update(_rows_of(list(_filled())))

    TransactionTestCase._fixture_teardown = emptied


def _empty_few() -> bool:
    """Delete what was written; return whether all is as if Django had emptied the tables."""
    if not KEPT or _rows_of(KEPT) != KEPT:
        return False
    written = {table: count for table, count in _filled().items() if table not in KEPT}
    if any(count > FEW for count in written.values()):
        return False
    if written:
        # One statement: what refers to what is looked at only when all rows are gone.
        parts = [DELETE.format(number, quoted(t)) for number, t in enumerate(written)]
        with kept_no_more(KEEPERS.keys() & written), connection.cursor() as cursor:
            cursor.execute(f"WITH {', '.join(parts)} SELECT 1")
    return set(_filled()) == KEPT.keys()


@contextmanager
def kept_no_more(tables: Iterable[str]) -> Iterator[None]:
    """Let rows of tables be deleted that are kept for ever outside tests."""
    with _without((table, KEEPERS[table]) for table in tables):
        yield


@contextmanager
def in_any_step(model: type[Model]) -> Iterator[None]:
    """Let rows of a model be put into any state of it, whatever came before."""
    with _without([(model._meta.db_table, "takes_steps")]):
        yield


@contextmanager
def may_be_emptied() -> Iterator[None]:
    """Let tables be truncated that are kept for ever outside tests."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = %s", [NEVER_EMPTIED]
        )
        tables = [table for (table,) in cursor.fetchall()]
    with _without((table, NEVER_EMPTIED) for table in tables):
        yield


@contextmanager
def _without(triggers: Iterable[tuple[str, str]]) -> Iterator[None]:
    several = list(triggers)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # what waits keeps a table from changing
        for table, trigger in several:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
        yield
        for table, trigger in several:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER {trigger}")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def _filled() -> dict[str, int]:
    """Return the tables that have rows, and of how many it is known."""
    with connection.cursor() as cursor:
        cursor.execute(_count())
        return {table: count for table, count in cursor.fetchall() if count}


@cache
def _count() -> str:
    return " UNION ALL ".join(
        COUNT.format(table, quoted(table), FEW + 1)
        for table in connection.introspection.django_table_names(
            only_existing=True, include_views=False
        )
    )


def _rows_of(tables: Iterable[str]) -> dict[str, str]:
    """Return what the rows of tables are, told in short."""
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(TELL.format(t, quoted(t)) for t in tables))
        return dict(cursor.fetchall())


def quoted(name: str) -> str:
    """Return a name as statements have it."""
    return connection.ops.quote_name(name)
