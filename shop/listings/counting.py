"""Counts all listings by what lists can be filtered by, so that no page has to."""

from __future__ import annotations

from datetime import datetime

from django.db import connection, transaction

# Only what has changed is written: a quiet shop writes nothing.
NOW = """
CREATE TEMP TABLE counted ON COMMIT DROP AS
SELECT l.country, l.category, l.merchant_id, l.kind, l.is_available, l.festivals,
  count(*) AS listings, sum(l.popularity / 1000) AS popularity
FROM shop_productspan s JOIN shop_listing l ON l.product_id = s.product_id
WHERE s.starts_at <= %(at)s AND s.ends_at > %(at)s GROUP BY 1, 2, 3, 4, 5, 6
"""
COLUMNS = "country, category, merchant_id, kind, is_available, festivals, listings, popularity"
GONE = f"""
DELETE FROM shop_listingcell WHERE ({COLUMNS}) NOT IN (SELECT {COLUMNS} FROM counted)
"""  # noqa: S608 (constants only)
NEW = f"""
INSERT INTO shop_listingcell ({COLUMNS})
SELECT {COLUMNS} FROM counted EXCEPT SELECT {COLUMNS} FROM shop_listingcell
"""  # noqa: S608


@transaction.atomic
def count_listings(*, at: datetime) -> int:
    """Count the listings that have a price now; return how many cells changed."""
    with connection.cursor() as cursor:
        cursor.execute(NOW, {"at": at})
        cursor.execute(GONE)
        changed = cursor.rowcount
        cursor.execute(NEW)
        changed += cursor.rowcount
        cursor.execute("DROP TABLE counted")
        return changed
