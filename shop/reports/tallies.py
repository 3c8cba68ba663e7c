"""Adds up the sales of festivals, from orders and refunds; run by the beat, never by a request.

Each order and each refund is counted once: a row says that it was, written in the same
transaction as the sums. One that was committed late is found since it has no such row.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from shop.core.jobs import repeat
from shop.core.locks import Work, alone_at
from shop.reports.models import Check, Tally
from shop.reports.pieces import EXPANDED, FIRST, PIECES

if TYPE_CHECKING:
    from django.db.backends.utils import CursorWrapper

log = logging.getLogger(__name__)

AT_ONCE = 2_000
# How far back each round looks; every tenth minute all of the past is looked through.
RECENT = timedelta(hours=2)
FIGURES = Tally.FIGURES

UNCOUNTED = """
SELECT o.id, o.email_key FROM shop_order o
WHERE o.state = 'paid' AND o.paid_at >= %(since)s
  AND NOT EXISTS (SELECT 1 FROM shop_countedorder m WHERE m.order_id = o.id)
ORDER BY o.paid_at, o.id LIMIT %(most)s
"""
UNCOUNTED_REFUNDS = """
SELECT f.id FROM shop_refund f JOIN shop_countedorder m ON m.order_id = f.order_id
WHERE f.at >= %(since)s
  AND NOT EXISTS (SELECT 1 FROM shop_countedrefund c WHERE c.refund_id = f.id)
ORDER BY f.id LIMIT %(most)s
"""
NOT_PAID = """
SELECT m.order_id, o.email_key FROM shop_countedorder m JOIN shop_order o ON o.id = m.order_id
WHERE o.state <> 'paid' ORDER BY m.order_id LIMIT %(most)s
"""
MARK = f"""
INSERT INTO shop_countedorder (order_id, is_new)
SELECT o.id, {FIRST} FROM shop_order o WHERE o.id = ANY(%(orders)s)
ON CONFLICT DO NOTHING RETURNING order_id
"""  # noqa: S608 (columns and statements of our own)
# Whose first order is another by now: one that was paid earlier was committed later.
TURNED = f"""
SELECT m.order_id FROM shop_countedorder m JOIN shop_order o ON o.id = m.order_id
WHERE o.email_key = ANY(%(emails)s) AND m.is_new <> ({FIRST})
"""  # noqa: S608 (columns and statements of our own)
ADD = f"""
INSERT INTO shop_tally (festival_id, kind, key, {", ".join(FIGURES)})
SELECT festival_id, kind, key, {", ".join(f"%(sign)s * {name}" for name in FIGURES)}
FROM ({PIECES} {EXPANDED}) AS added
ON CONFLICT (festival_id, kind, key) DO UPDATE
SET {", ".join(f"{name} = shop_tally.{name} + excluded.{name}" for name in FIGURES)}
"""  # noqa: S608 (columns and statements of our own)
LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)
SUMS = ("units", "paid", "refunded", "by_organizer", "by_funds", "by_merchant")
# Totals, and the slots that add up to them.
DIFFERENCES = f"""
SELECT coalesce(t.festival_id, s.festival_id)
FROM (SELECT * FROM shop_tally WHERE kind IN ('total', 'slot')) AS t
FULL JOIN (SELECT * FROM ({PIECES} {EXPANDED}) AS e WHERE e.kind IN ('total', 'slot')) AS s
  ON (s.festival_id, s.kind, s.key) = (t.festival_id, t.kind, t.key)
WHERE ({", ".join(f"coalesce(t.{name}, 0)" for name in SUMS)})
  IS DISTINCT FROM ({", ".join(f"coalesce(s.{name}, 0)" for name in SUMS)})
"""  # noqa: S608 (columns and statements of our own)


def count_sales(*, at: datetime) -> int:
    """Count the payments and refunds of the last two hours; return how many rows."""
    done = _count(at - RECENT)
    facts = {"standing": Check.Standing.GOOD, "words": "Sales are added up.", "at": at}
    Check.objects.update_or_create(name="sales", defaults=facts)
    return done


def count_all_sales(*, at: datetime) -> int:
    """Count all that is not counted yet, and take out orders that are not paid any more."""
    with transaction.atomic(), connection.cursor() as cursor:
        _queue_up()
        _take_out(cursor)
    return _count(LONG_AGO)


@transaction.atomic
def rebuild() -> int:
    """Throw all tallies away and add them up again; who reads meanwhile sees the old ones.

    Returns:
        How many orders and refunds were counted.
    """
    with connection.cursor() as cursor:
        _queue_up()
        for table in ("shop_tally", "shop_countedrefund", "shop_countedorder"):
            cursor.execute(f"DELETE FROM {table}")  # noqa: S608 (names from the line above)
        return _count_with(cursor, LONG_AGO)


def check_sales(*, at: datetime) -> list[int]:
    """Compare the tallies with the orders that they count; where they differ, add up again.

    Returns:
        The ids of festivals whose tallies were wrong.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        _queue_up()
        wrong = differing(cursor)
    if wrong:
        log.error("tallies of festivals %s differ from their orders and are added up again", wrong)
        rebuild()
    return wrong


def differing(cursor: CursorWrapper) -> list[int]:
    """Return the festivals whose sums are not those over the orders that count for them."""
    cursor.execute("SELECT array_agg(order_id) FROM shop_countedorder")
    orders = cursor.fetchone()[0] or []
    cursor.execute("SELECT array_agg(refund_id) FROM shop_countedrefund")
    refunds = cursor.fetchone()[0] or []
    cursor.execute(DIFFERENCES, {"orders": orders, "refunds": refunds})
    return sorted({row[0] for row in cursor.fetchall()})


def _queue_up() -> None:
    """Wait for the lock of counting: new rows depend on those that others have counted."""
    alone_at(Work.COUNT_SALES)


def _count(since: datetime) -> int:
    """Count in transactions of their own, so that a crash loses one of them at the most."""

    def some() -> int:
        with transaction.atomic(), connection.cursor() as cursor:
            _queue_up()
            return _count_some(cursor, since)

    return repeat(some)


def _count_with(cursor: CursorWrapper, since: datetime) -> int:
    done = 0
    while counted := _count_some(cursor, since):
        done += counted
    return done


def _count_some(cursor: CursorWrapper, since: datetime) -> int:
    asked: dict[str, Any] = {"since": since, "most": AT_ONCE}
    cursor.execute(UNCOUNTED, asked)
    found = dict(cursor.fetchall())
    cursor.execute(MARK, {"orders": list(found)})
    orders = _ids(cursor)
    cursor.execute(UNCOUNTED_REFUNDS, asked)
    refunds = _ids(cursor)
    cursor.execute(
        "INSERT INTO shop_countedrefund (refund_id) SELECT unnest(%s::bigint[])", [refunds]
    )
    _add(cursor, orders, refunds)
    _turn(cursor, set(found.values()))
    return len(orders) + len(refunds)


def _take_out(cursor: CursorWrapper) -> None:
    """Subtract orders that were paid and are not any more, with their refunds."""
    cursor.execute(NOT_PAID, {"most": AT_ONCE})
    found = dict(cursor.fetchall())
    orders = list(found)
    cursor.execute(
        "DELETE FROM shop_countedrefund c USING shop_refund f"
        " WHERE f.id = c.refund_id AND f.order_id = ANY(%s) RETURNING f.id",
        [orders],
    )
    _add(cursor, orders, _ids(cursor), sign=-1)
    cursor.execute("DELETE FROM shop_countedorder WHERE order_id = ANY(%s)", [orders])
    _turn(cursor, set(found.values()))


def _turn(cursor: CursorWrapper, emails: Collection[str]) -> None:
    """Count anew the orders that are, or are not, the first of their shopper by now."""
    cursor.execute(TURNED, {"emails": list(emails)})
    orders = _ids(cursor)
    _add(cursor, orders, [], sign=-1)
    cursor.execute(
        "UPDATE shop_countedorder SET is_new = NOT is_new WHERE order_id = ANY(%s)", [orders]
    )
    _add(cursor, orders, [])


def _add(cursor: CursorWrapper, orders: list[int], refunds: list[int], *, sign: int = 1) -> None:
    if orders or refunds:
        cursor.execute(ADD, {"orders": orders, "refunds": refunds, "sign": sign})


def _ids(cursor: CursorWrapper) -> list[int]:
    return [row[0] for row in cursor.fetchall()]
