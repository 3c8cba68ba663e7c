"""Counts listings by the filters of lists, so that no page has to.

A store is counted again if something of it changed, or a price of it began or ended, since the
last count. What is written notes the store beside it; all stores are counted once a day.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from shop.festivals.models.prices import in_force_sql
from shop.storefront.listings.models import CellCount

DAY = timedelta(days=1)
# A change may say an instant that is past by the time it is committed.
OVERLAP = timedelta(minutes=10)

# Of those that write, none waits for another: a store may be noted many times.
CHANGED = """
WITH noted AS (DELETE FROM shop_changedstore RETURNING merchant_id),
turned AS (
  SELECT product_id FROM shop_productspan WHERE starts_at > %(since)s AND starts_at <= %(at)s
  UNION
  SELECT product_id FROM shop_productspan WHERE ends_at > %(since)s AND ends_at <= %(at)s)
SELECT coalesce(array_agg(merchant_id), '{}') FROM (
  SELECT merchant_id FROM noted
  UNION SELECT p.merchant_id FROM turned JOIN shop_product p ON p.id = turned.product_id) AS stores
"""
NOW = f"""
CREATE TEMP TABLE counted ON COMMIT DROP AS
SELECT l.country, l.category, l.merchant_id, l.kind, l.is_available, l.festivals,
  count(*) AS listings, sum(l.popularity / 1000) AS popularity
FROM shop_productspan s JOIN shop_listing l ON l.product_id = s.product_id
WHERE {in_force_sql("s")} AND {{stores}} GROUP BY 1, 2, 3, 4, 5, 6
"""  # noqa: S608 (constants only)
# Only what has changed is written: a quiet shop writes nothing.
COLUMNS = "country, category, merchant_id, kind, is_available, festivals, listings, popularity"
GONE = f"""
DELETE FROM shop_listingcell l
WHERE {{stores}} AND ({COLUMNS}) NOT IN (SELECT {COLUMNS} FROM counted)
"""  # noqa: S608 (constants only)
NEW = f"""
INSERT INTO shop_listingcell ({COLUMNS})
SELECT {COLUMNS} FROM counted EXCEPT SELECT {COLUMNS} FROM shop_listingcell l WHERE {{stores}}
"""  # noqa: S608
SOME, ALL = "l.merchant_id = ANY(%(stores)s)", "true"


@transaction.atomic
def count_listings(*, at: datetime) -> int:
    """Count the listings that have a price now; return how many cells changed."""
    last = CellCount.locked(at=at)
    is_all = not at - DAY < last.all_at <= last.counted_at <= at
    with connection.cursor() as cursor:
        cursor.execute(CHANGED, {"since": last.counted_at - OVERLAP, "at": at})
        values = {"at": at, "stores": cursor.fetchone()[0]}
        changed = _count(cursor, values, ALL if is_all else SOME)
    last.counted_at, last.all_at = at, at if is_all else last.all_at
    last.save(update_fields=["counted_at", "all_at"])
    return changed


def _count(cursor: Any, values: dict[str, object], stores: str) -> int:
    if stores == SOME and not values["stores"]:
        return 0
    cursor.execute(NOW.format(stores=stores), values)
    cursor.execute(GONE.format(stores=stores), values)
    changed = cursor.rowcount
    cursor.execute(NEW.format(stores=stores), values)
    changed += cursor.rowcount
    cursor.execute("DROP TABLE counted")
    return changed
