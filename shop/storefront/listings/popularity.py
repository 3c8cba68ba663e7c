"""Counts the units bought in the last seven days, and ranks the products in front.

Only what was sold, what was counted as sold before, and what is new is looked at: the work grows
with the sales and not with the catalogue. It is written in batches that hold no lock for long.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from shop.core.jobs import repeat
from shop.storefront.listings.models import ALIKE

WEEK = timedelta(days=7)
BATCH = 2_000
MOVED = 250  # of those that come to stand elsewhere: each goes into every index anew
# Products among which a search looks first, and then, whatever the size of the shop: the front, and
# the floor behind it.
FRONT, FLOOR = 2_000, 20_000

# Units sold, then a number of the product's own, which is never 0: those that sold alike are mixed,
# and no store fills the first page just because it came first. What is new has 0.
# A row that an order is at is left to the next count: orders lock several, and would wait in a
# circle with whoever waited for them.
POPULAR = f"""
WITH sold AS (
  SELECT line.product_id, sum(line.quantity) AS units
  FROM shop_orderline line JOIN shop_order o ON o.id = line.order_id
  WHERE o.state = 'paid' AND o.paid_at > %(since)s GROUP BY 1),
asked AS (
  SELECT product_id FROM sold
  UNION SELECT product_id FROM shop_listing WHERE popularity >= {ALIKE}
  UNION SELECT product_id FROM shop_listing WHERE popularity = 0),
changed AS (
  SELECT l.product_id,
    coalesce(sold.units, 0) * {ALIKE} + 1 + l.product_id * 7919 %% {ALIKE - 1} AS popularity
  FROM asked JOIN shop_listing l USING (product_id) LEFT JOIN sold USING (product_id)
  WHERE l.popularity
    <> coalesce(sold.units, 0) * {ALIKE} + 1 + l.product_id * 7919 %% {ALIKE - 1}
  ORDER BY l.product_id LIMIT %(most)s FOR NO KEY UPDATE OF l SKIP LOCKED),
written AS (
  UPDATE shop_listing AS l SET popularity = changed.popularity
  FROM changed WHERE l.product_id = changed.product_id RETURNING l.merchant_id),
noted AS (
  INSERT INTO shop_changedstore (merchant_id) SELECT DISTINCT merchant_id FROM written)
SELECT FROM written
"""  # noqa: S608 (constants only)
IN_ORDER = """
WITH first AS (
  SELECT product_id, row_number() OVER (ORDER BY popularity DESC, product_id) AS place
  FROM shop_listing ORDER BY popularity DESC, product_id LIMIT %(front)s + %(floor)s),
due AS (
  SELECT product_id, place <= %(front)s AS is_front, place > %(front)s AS is_floor FROM first),
there AS (
  SELECT product_id, true AS is_front, false AS is_floor FROM shop_listing
  WHERE is_front AND popularity >= 0
  UNION ALL
  SELECT product_id, false, true FROM shop_listing WHERE is_floor AND popularity >= 0),
differs AS (
  (SELECT * FROM due EXCEPT SELECT * FROM there)
  UNION ALL
  SELECT product_id, false, false
  FROM (SELECT product_id FROM there EXCEPT SELECT product_id FROM due) AS gone),
changed AS (
  SELECT l.product_id, differs.is_front, differs.is_floor
  FROM differs JOIN shop_listing l USING (product_id)
  ORDER BY l.product_id LIMIT %(most)s FOR NO KEY UPDATE OF l SKIP LOCKED)
UPDATE shop_listing AS l SET is_front = changed.is_front, is_floor = changed.is_floor
FROM changed WHERE l.product_id = changed.product_id
"""


def refresh_popularity(*, at: datetime) -> int:
    """Count the units bought in the last seven days; return how many rows changed."""
    values = {"since": at - WEEK, "most": BATCH}
    places = {"front": FRONT, "floor": FLOOR, "most": MOVED}
    counted = repeat(lambda: _changed(POPULAR, values))
    return counted + repeat(lambda: _changed(IN_ORDER, places))


def _changed(statement: str, values: dict[str, Any]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.rowcount
