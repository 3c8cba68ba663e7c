"""Watches in which order the tables of a transaction are locked, in every test.

What is looked at is what PostgreSQL is told, whoever puts it together, in the transactions that the
shop begins; what a test holds open around them is its own business. Tables are looked at, not rows:
further rows of a table that is locked already are nobody's concern here.
"""

from __future__ import annotations

import re
import sys
import threading
import traceback
from pathlib import Path
from typing import Any

from django.db.backends.utils import CursorWrapper
from django.db.transaction import Atomic

import sample
from shop.core.locks import ORDER

LOCKS = re.compile(
    r"\bFOR (?:NO KEY )?UPDATE(?: OF ([\w\", .]+?))?(?: SKIP LOCKED| NOWAIT|\)|\s*$)"
)
FIRST = re.compile(r'FROM "?(\w+)"?')
TESTS = str(Path(__file__).parent)
SAMPLE = str(Path(sample.__file__).parent)
OURS = "shop_"  # what Django, Wagtail and their packages lock for themselves is their business
NAMED = {"l": "shop_listing"}  # what statements call a table that they lock


class OutOfOrder(AssertionError):
    """A table was locked behind one that comes after it."""


class _Held(threading.local):
    def __init__(self) -> None:
        self.tables: list[str] = []
        self.marks: list[int] = []
        self.ours: list[bool] = []  # of the open transactions, whether the shop began them


held = _Held()


def tables_of(statement: str) -> list[str]:
    """Return the tables of which a statement locks rows, in its order; none if it locks none."""
    if " UPDATE" not in statement or (found := LOCKS.search(statement)) is None:
        return []
    if found[1]:
        names = [name.strip().strip('"') for name in found[1].split(",")]
    else:
        names = [first[1]] if (first := FIRST.search(statement)) else []
    return [NAMED.get(name, name) for name in names]


def take(statement: str) -> None:
    """Note what a statement locks in a transaction of the shop's; a test's own holds all it does.

    Raises:
        OutOfOrder: it comes before a table that the transaction has locked already.
    """
    for table in tables_of(statement) if held.marks else ():
        if table in held.tables or not (table in ORDER or table.startswith(OURS)):
            continue
        if table not in ORDER:
            raise OutOfOrder(f"{table} has no place in shop.core.locks.ORDER")
        later = [one for one in held.tables if ORDER.index(one) > ORDER.index(table)]
        if later and not _is_loading():
            raise OutOfOrder(f"{table} is locked behind {', '.join(later)}")
        held.tables.append(table)


def _is_loading() -> bool:
    """Tell whether the sample is being loaded: that is done before anybody comes."""
    return any(frame.filename.startswith(SAMPLE) for frame in traceback.extract_stack())


def begin() -> None:
    """Note that a transaction begins, or a part of one that can be taken back."""
    if not held.marks:
        held.tables = []
    held.marks.append(len(held.tables))


def end(*, is_undone: bool) -> None:
    """Note that it ends; what was locked in a part that is undone is free again."""
    before = held.marks.pop() if held.marks else 0
    if is_undone:
        del held.tables[before:]


def watch() -> None:
    """Let all statements and transactions of this process be watched from now on."""
    execute, enter, leave = CursorWrapper.execute, Atomic.__enter__, Atomic.__exit__

    def executed(self: CursorWrapper, sql: Any, params: Any = None) -> Any:
        take(str(sql))
        return execute(self, sql, params)

    def entered(self: Atomic) -> None:
        enter(self)
        is_ours = not sys._getframe(1).f_code.co_filename.startswith(TESTS)
        held.ours.append(is_ours and not self._from_testcase)
        if held.ours[-1]:
            begin()

    def left(self: Atomic, kind: Any, error: Any, trace: Any) -> Any:
        try:
            return leave(self, kind, error, trace)
        finally:
            if held.ours.pop():
                end(is_undone=kind is not None)

    CursorWrapper.execute, Atomic.__enter__, Atomic.__exit__ = executed, entered, left
