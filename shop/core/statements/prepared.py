"""Statements that PostgreSQL plans once on each connection, with their values sent apart.

Planning a join of ten tables takes longer than finding its few rows. Elsewhere Django writes the
values into the text, so that every statement is a new one; here the text stays the same and is
prepared at its first use. A rollback makes psycopg forget what it has prepared.

A plan knows its tables, whatever bears their names meanwhile: where views stand in for tables,
nothing that was prepared may be used. Behind a pooler that does not track prepared statements
``DATABASE_PREPARES=0`` sends values apart and prepares nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.backends.postgresql.base import CursorMixin
from psycopg import ClientCursor, RawCursor
from psycopg.types.numeric import Int8

type Row = tuple[Any, ...]

PLACE = re.compile(r"%\((\w+)\)s|%%")
_may_prepare: ContextVar[bool] = ContextVar("may_prepare", default=True)
MOST_TEXTS = 2_000  # that a process keeps in the form in which they are sent


def ask(text: str, values: Mapping[str, Any], *, is_anew: bool = False) -> list[Row]:
    """Return the rows of a statement that names its values: ``%(at)s``.

    Args:
        is_anew: no plan is good for all values, so each time there is one for these.
    """
    with connection.cursor() if is_anew else prepared_cursor() as cursor:
        cursor.execute(text, values)
        return cursor.fetchall()


@contextmanager
def prepared_cursor() -> Iterator[Any]:
    """Lend a cursor for statements that name their values and are planned once."""
    connection.close_if_health_check_failed()
    connection.ensure_connection()
    line: Any = connection  # what is private of it has no types
    # Wrapped as Django wraps its own: statements are counted, and errors are Django's.
    cursor = line._prepare_cursor(_Cursor(connection.connection))
    with cursor:
        yield cursor


@contextmanager
def planned_anew() -> Iterator[None]:
    """Have every statement planned for itself, since names may mean other tables than before."""
    token = _may_prepare.set(False)
    try:
        yield
    finally:
        _may_prepare.reset(token)


class _Cursor(CursorMixin, RawCursor):
    """Takes statements as Django's wrappers know them, and numbers their values."""

    _query: Any

    def execute(  # type: ignore[override]  # as Django calls it
        self, query: str, params: Mapping[str, Any] | None = None
    ) -> _Cursor:
        """Execute a statement, as a prepared one unless the settings say otherwise."""
        text, names = _numbered(query)
        values = [_sent((params or {})[name]) for name in names]
        super().execute(text, values, prepare=settings.DATABASE_PREPARES and _may_prepare.get())
        self._query = _Told(self, query, params)
        return self


class _Told:
    """The executed statement, for Django's log of statements, which reads it only while it logs."""

    __slots__ = ("_cursor", "_params", "_query")

    def __init__(self, cursor: _Cursor, query: str, params: Mapping[str, Any] | None) -> None:
        self._cursor = cursor
        self._query = query
        self._params = params

    @property
    def query(self) -> bytes:
        """Return the statement with its values."""
        return ClientCursor(self._cursor.connection).mogrify(self._query, self._params).encode()


@lru_cache(MOST_TEXTS)
def _numbered(text: str) -> tuple[bytes, tuple[str, ...]]:
    """Return a statement with its values by number, and their names in this order."""
    numbers: dict[str, int] = {}

    def place(found: re.Match[str]) -> str:
        name = found[1]
        return f"${numbers.setdefault(name, len(numbers) + 1)}" if name else "%"

    return PLACE.sub(place, text).encode(), tuple(numbers)


def _sent(value: Any) -> Any:
    """Return a value whose type does not depend on its size: each type is planned anew."""
    if isinstance(value, int) and not isinstance(value, bool):
        return Int8(value)
    if isinstance(value, (list, tuple)):
        return [_sent(one) for one in value]
    return value
