"""The public prices at an instant, and their changes between two, as sheets list them.

They come from the spans: of the past these are evidence of what was shown. Rows go by the
variant's id, so that each page costs what the first one does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

PAGE = 50
BATCH = 2_000  # rows of a sheet that are read at a time
MOST = 100_000  # rows of one sheet

SPAN = """LEFT JOIN LATERAL (
  SELECT * FROM shop_pricespan
  WHERE variant_id = v.id AND starts_at <= %({at})s AND ends_at > %({at})s OFFSET 0
) AS {name} ON true """
WHAT = "v.id, p.title, array_to_string(v.options, ', '), v.sku, m.name, m.country"
DEAL = "CASE WHEN t.id IS NULL THEN '' ELSE f.title || ': ' || t.label END"
STATEMENT = """SELECT {what}, {prices}
FROM shop_variant v JOIN shop_product p ON p.id = v.product_id
JOIN shop_merchant m ON m.id = p.merchant_id {spans}
LEFT JOIN shop_deal d ON d.id = s.deal_id
LEFT JOIN shop_slot t ON t.id = d.slot_id LEFT JOIN shop_festival f ON f.id = t.festival_id
WHERE v.id > %(after)s AND {where} ORDER BY v.id LIMIT %(most)s"""
ONLY = """
  AND (%(festival)s::bigint IS NULL OR p.id IN (
    SELECT product_id FROM shop_participation WHERE festival_id = %(festival)s
    UNION SELECT own.product_id FROM shop_slot x JOIN shop_deal y ON y.slot_id = x.id
      JOIN shop_variant own ON own.id = y.variant_id WHERE x.festival_id = %(festival)s))
  AND (%(store)s::bigint IS NULL OR m.id = %(store)s)
  AND (%(slot)s::bigint IS NULL OR v.id IN (
    SELECT variant_id FROM shop_deal WHERE slot_id = %(slot)s AND state <> 'withdrawn'))"""
LISTED = STATEMENT.format(
    what=WHAT,
    prices=f"s.regular, s.price, {DEAL}, s.prior_price, s.percent, s.starts_at, s.ends_at",
    spans=SPAN.format(at="at", name="s"),
    where="s.price IS NOT NULL" + ONLY,
)
CHANGED = STATEMENT.format(
    what=WHAT,
    prices=f"a.price, s.price, {DEAL}, s.prior_price, s.percent",
    spans=SPAN.format(at="first", name="a") + SPAN.format(at="second", name="s"),
    where="a.price IS DISTINCT FROM s.price",
)


class Listed(NamedTuple):
    """A variant's public price at an instant, in minor units, and the time in which it holds."""

    id: int
    product: str
    options: str
    sku: str
    store: str
    country: str
    regular: int
    price: int
    deal: str
    prior: int | None
    percent: int | None
    starts_at: datetime
    ends_at: datetime


class Only(NamedTuple):
    """A filter of the listed prices, by ids: None leaves nothing out.

    ``festival``: of products that take or took part; ``slot``: of variants with a deal in it.
    """

    festival: int | None = None
    store: int | None = None
    slot: int | None = None


EVERYTHING = Only()


class Changed(NamedTuple):
    """A variant whose price differs between two instants; None where it has none."""

    id: int
    product: str
    options: str
    sku: str
    store: str
    country: str
    was: int | None
    becomes: int | None
    deal: str
    prior: int | None
    percent: int | None

    @property
    def change(self) -> int | None:
        """Return by how many percent the price rises, or falls below 0; rounded toward 0."""
        if not self.was or self.becomes is None:
            return None
        return int((self.becomes - self.was) * 100 / self.was)


def prices_at(
    at: datetime, *, only: Only = EVERYTHING, after: int = 0, most: int = PAGE
) -> list[Listed]:
    """Return the public prices at an instant, by variants after an id. One statement."""
    rows = _rows(LISTED, at=at, after=after, most=most, **only._asdict())
    return [Listed._make(row) for row in rows]


def price_changes(
    first: datetime, second: datetime, *, after: int = 0, most: int = PAGE
) -> list[Changed]:
    """Return the variants whose public price differs between two instants. One statement."""
    rows = _rows(CHANGED, first=first, second=second, after=after, most=most)
    return [Changed._make(row) for row in rows]


def every[Row: (Listed, Changed)](read: Callable[..., list[Row]]) -> Iterator[Row]:
    """Yield all rows of a sheet; ``read`` takes ``after`` and ``most``."""
    after, count = 0, 0
    while rows := read(after=after, most=BATCH):
        yield from rows
        after, count = rows[-1].id, count + len(rows)
        if len(rows) < BATCH or count >= MOST:
            return


def _rows(statement: str, **values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()
