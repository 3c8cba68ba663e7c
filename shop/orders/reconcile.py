"""Compares every counter with the frozen lines that it stands for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import connection, transaction

if TYPE_CHECKING:
    from django.db.backends.utils import CursorWrapper

# Each statement lists rows whose counters differ from what the lines of orders say: id, then
# pairs of counted and right. Held is what pending orders hold; sold is paid, not shipped, and not
# sent back, or waits to be sent once more. Of a deal shipped units count, and of those sent back
# what did not return to it.
POOLS = """
SELECT p.id, p.held, coalesce(l.held, 0), p.sold, coalesce(l.sold, 0) + coalesce(again.sold, 0)
FROM shop_pool p LEFT JOIN (
  SELECT line.pool_id, sum(line.pool_units / line.quantity * r.quantity) AS sold
  FROM shop_replacementline r JOIN shop_orderline line ON line.id = r.line_id
  JOIN shop_replacement m ON m.id = r.replacement_id
  WHERE m.state = 'waiting' GROUP BY line.pool_id) again ON again.pool_id = p.id
LEFT JOIN (
  SELECT line.pool_id,
    sum(line.pool_units) FILTER (WHERE o.state = 'pending') AS held,
    sum(line.pool_units / line.quantity
        * (line.quantity - coalesce(back.units, 0) - coalesce(gone.units, 0)))
      FILTER (WHERE o.state = 'paid' AND s.state = 'waiting') AS sold
  FROM shop_orderline line
  JOIN shop_order o ON o.id = line.order_id JOIN shop_suborder s ON s.id = line.suborder_id
  LEFT JOIN (SELECT line_id, sum(coalesce(unsent, quantity)) AS units FROM shop_refundline
             GROUP BY line_id) back ON back.line_id = line.id
  LEFT JOIN (SELECT line_id, sum(quantity) AS units FROM shop_shipmentline GROUP BY line_id) gone
    ON gone.line_id = line.id
  WHERE o.state IN ('pending', 'paid') GROUP BY line.pool_id) l ON l.pool_id = p.id
WHERE p.held <> coalesce(l.held, 0)
  OR p.sold <> coalesce(l.sold, 0) + coalesce(again.sold, 0) ORDER BY p.id
"""
DEALS = """
SELECT d.id, d.held, coalesce(l.held, 0), d.sold, coalesce(l.sold, 0)
FROM shop_deal d LEFT JOIN (
  SELECT line.deal_id,
    sum(line.quantity) FILTER (WHERE o.state = 'pending') AS held,
    sum(line.quantity - coalesce(back.units, 0)) FILTER (WHERE o.state = 'paid') AS sold
  FROM shop_orderline line JOIN shop_order o ON o.id = line.order_id
  LEFT JOIN (SELECT line_id, sum(quantity) AS units FROM shop_refundline
             WHERE returns_allotment GROUP BY line_id) back ON back.line_id = line.id
  WHERE line.deal_id IS NOT NULL GROUP BY line.deal_id) l ON l.deal_id = d.id
WHERE d.held <> coalesce(l.held, 0) OR d.sold <> coalesce(l.sold, 0) ORDER BY d.id
"""
PROMOTIONS = """
SELECT p.id, p.held_uses, coalesce(l.held_uses, 0), p.used,
       coalesce(l.used, 0) - coalesce(b.uses, 0),
       p.held_amount, coalesce(l.held_amount, 0), p.spent,
       coalesce(l.spent, 0) - coalesce(b.amount, 0)
FROM shop_promotion p LEFT JOIN (
  SELECT d.promotion_id,
    count(DISTINCT o.id) FILTER (WHERE o.state = 'pending') AS held_uses,
    count(DISTINCT o.id) FILTER (WHERE o.state = 'paid') AS used,
    sum(d.amount) FILTER (WHERE o.state = 'pending') AS held_amount,
    sum(d.amount) FILTER (WHERE o.state = 'paid') AS spent
  FROM shop_discount d JOIN shop_order o ON o.id = d.order_id
  GROUP BY d.promotion_id) l ON l.promotion_id = p.id
LEFT JOIN (
  SELECT c.promotion_id, count(*) AS uses, sum(r.amount) AS amount
  FROM shop_returnedclaim r JOIN shop_claim c ON c.id = r.claim_id WHERE r.instead_id IS NULL
  GROUP BY c.promotion_id) b ON b.promotion_id = p.id
WHERE (p.held_uses, p.used, p.held_amount, p.spent) IS DISTINCT FROM
      (coalesce(l.held_uses, 0), coalesce(l.used, 0) - coalesce(b.uses, 0),
       coalesce(l.held_amount, 0), coalesce(l.spent, 0) - coalesce(b.amount, 0)) ORDER BY p.id
"""
CLAIMS = """
SELECT c.id, (c.state = 'held')::int, (l.held > 0)::int, (c.state = 'used')::int, (l.used > 0)::int
FROM shop_claim c JOIN LATERAL (
  SELECT count(*) FILTER (WHERE o.state = 'pending') AS held,
         count(*) FILTER (WHERE o.state = 'paid' AND NOT EXISTS (
           SELECT 1 FROM shop_returnedclaim r JOIN shop_refund f ON f.id = r.refund_id
           WHERE r.claim_id = c.id AND f.order_id = o.id AND r.instead_id IS NULL)) AS used
  FROM shop_discount d JOIN shop_order o ON o.id = d.order_id WHERE d.claim_id = c.id) l ON true
WHERE (c.state = 'held') <> (l.held > 0) OR (c.state = 'used') <> (l.used > 0) ORDER BY c.id
"""
# Usage is counted for the mailboxes of shoppers whose address was verified when they ordered.
DEAL_USAGE = """
SELECT u.id, u.held, coalesce(l.held, 0), u.sold, coalesce(l.sold, 0)
FROM shop_dealusage u LEFT JOIN (
  SELECT line.deal_id, o.mailbox_id,
    sum(line.quantity) FILTER (WHERE o.state = 'pending') AS held,
    sum(line.quantity - coalesce(back.units, 0)) FILTER (WHERE o.state = 'paid') AS sold
  FROM shop_orderline line JOIN shop_order o ON o.id = line.order_id
  LEFT JOIN (SELECT line_id, sum(quantity) AS units FROM shop_refundline
             WHERE returns_allotment GROUP BY line_id) back ON back.line_id = line.id
  WHERE line.deal_id IS NOT NULL AND o.mailbox_id IS NOT NULL
  GROUP BY line.deal_id, o.mailbox_id) l ON l.deal_id = u.deal_id AND l.mailbox_id = u.mailbox_id
WHERE u.held <> coalesce(l.held, 0) OR u.sold <> coalesce(l.sold, 0) ORDER BY u.id
"""
PROMOTION_USAGE = """
SELECT u.id, u.held, coalesce(l.held, 0), u.used, coalesce(l.used, 0)
FROM shop_promotionusage u LEFT JOIN (
  SELECT d.promotion_id, o.mailbox_id,
    count(DISTINCT o.id) FILTER (WHERE o.state = 'pending') AS held,
    count(DISTINCT o.id) FILTER (WHERE o.state = 'paid' AND NOT EXISTS (
      SELECT 1 FROM shop_returnedclaim r JOIN shop_refund f ON f.id = r.refund_id
      WHERE r.claim_id = d.claim_id AND f.order_id = o.id AND r.instead_id IS NULL)) AS used
  FROM shop_discount d JOIN shop_order o ON o.id = d.order_id
  WHERE o.mailbox_id IS NOT NULL
  GROUP BY d.promotion_id, o.mailbox_id) l
  ON l.promotion_id = u.promotion_id AND l.mailbox_id = u.mailbox_id
WHERE u.held <> coalesce(l.held, 0) OR u.used <> coalesce(l.used, 0) ORDER BY u.id
"""
# What a part of an order repeats of it and of its refunds, so that its store's lists need not ask.
PARTS = """
SELECT s.id, (s.paid_at IS NOT DISTINCT FROM o.paid_at AND s.paid_at IS NOT NULL)::int,
  (o.state = 'paid')::int, s.returned, coalesce(b.amount, 0)
FROM shop_suborder s JOIN shop_order o ON o.id = s.order_id LEFT JOIN (
  SELECT id, sum(amount) AS amount FROM (
    SELECT l.suborder_id AS id, r.paid + r.funded - r.commission AS amount
    FROM shop_refundline r JOIN shop_orderline l ON l.id = r.line_id
      JOIN shop_refund f ON f.id = r.refund_id AND f.undone_at IS NULL
    UNION ALL SELECT p.suborder_id, p.paid + p.funded
    FROM shop_refundparcel p JOIN shop_refund f ON f.id = p.refund_id AND f.undone_at IS NULL
    UNION ALL SELECT suborder_id, by_merchant FROM shop_refundgoodwill) AS back GROUP BY id) b
  ON b.id = s.id
WHERE (o.state = 'paid') <> (s.paid_at IS NOT NULL)
  OR (o.state = 'paid' AND s.paid_at IS DISTINCT FROM o.paid_at)
  OR s.returned <> coalesce(b.amount, 0) ORDER BY s.id
"""
FUNDS = """
SELECT f.id, f.given, coalesce(g.amount, 0) FROM shop_fund f LEFT JOIN (
  SELECT fund_id, sum(by_fund) AS amount FROM shop_refundgoodwill GROUP BY fund_id) g
  ON g.fund_id = f.id
WHERE f.given <> coalesce(g.amount, 0) ORDER BY f.id
"""
COUNTERS = (
    ("pool", POOLS, ("held", "sold")),
    ("deal", DEALS, ("held", "sold")),
    ("promotion", PROMOTIONS, ("held_uses", "used", "held_amount", "spent")),
    ("claim", CLAIMS, ("held", "used")),
    ("deal usage", DEAL_USAGE, ("held", "sold")),
    ("promotion usage", PROMOTION_USAGE, ("held", "used")),
    ("part", PARTS, ("paid", "returned")),
    ("fund", FUNDS, ("given",)),
)


LATELY = timedelta(days=3)
SOLD = """
UPDATE shop_suborder s SET paid_at = o.paid_at FROM shop_order o
WHERE o.id = s.order_id AND o.state = 'paid' AND o.paid_at > %s AND s.paid_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class Difference:
    """A counter that differs from the lines."""

    table: str
    id: int
    counter: str
    counted: int
    right: int

    def __str__(self) -> str:
        return f"{self.table} {self.id}: {self.counter} is {self.counted}, lines say {self.right}"


def differences() -> list[Difference]:
    """Return where counters and lines differ, all read at one instant. Repairs nothing."""
    is_own = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if is_own:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        return [found for table in COUNTERS for found in _compare(cursor, *table)]


def note_sold(*, at: datetime) -> int:
    """Note with parts of orders of the last days when they were paid; return how many lacked it.

    They are noted as an order is paid; one that an earlier version of the shop took, while this one
    was put in, is not.
    """
    with connection.cursor() as cursor:
        cursor.execute(SOLD, [at - LATELY])
        return cursor.rowcount


def _compare(
    cursor: CursorWrapper, table: str, statement: str, names: tuple[str, ...]
) -> Iterator[Difference]:
    cursor.execute(statement)
    for row in cursor.fetchall():
        pairs = zip(names, row[1::2], row[2::2], strict=True)
        for name, counted, right in pairs:
            if counted != right:
                yield Difference(table, row[0], name, int(counted), int(right))
