"""Counts products once for all choices of country, category and store.

One statement sorts what passes the other filters into cells: so many products of a store in a
category, from a country. Whatever is chosen of the three is then a sum over a few hundred cells,
and asks nothing of the database while they are kept.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import NamedTuple

from django.core.cache import cache
from django.db import connection

from shop.storefront.conditions import Conditions
from shop.storefront.filters import Filters

KEPT_FOR = 30  # seconds; a count may lag behind by so much

STATEMENT = """
WITH cells AS (
  SELECT l.country, l.category, l.merchant_id, count(*) AS n
  FROM shop_productspan s JOIN shop_listing l ON l.product_id = s.product_id
  WHERE {where} GROUP BY l.country, l.category, l.merchant_id
)
SELECT
  (SELECT json_agg(json_build_array(c.country, c.category, m.slug, c.n))::text
   FROM cells c JOIN shop_merchant m ON m.id = c.merchant_id),
  (SELECT json_agg(json_build_array(path, name, names, position) ORDER BY position, path)::text
   FROM shop_category),
  (SELECT json_object_agg(slug, name)::text FROM shop_merchant)
"""


class Cell(NamedTuple):
    """So many products of a store, in a category, from a country."""

    country: str
    category: str
    store: str
    count: int


class Place(NamedTuple):
    """A place in the catalogue tree, with its names by language."""

    path: str
    name: str
    names: dict[str, str]
    position: int


@dataclass(frozen=True, slots=True)
class Cells:
    """All cells, all categories in their order, and the names of stores by their slugs."""

    cells: tuple[Cell, ...]
    categories: tuple[Place, ...]
    stores: dict[str, str]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many products pass all filters, and how many would with another choice of each kind."""

    total: int
    countries: Counter[str]
    categories: Counter[str]
    stores: Counter[str]


def cells_of(filters: Filters, *, at: datetime, since: datetime, festivals: Sequence[int]) -> Cells:
    """Return the cells of what passes the filters, whatever country, category or store.

    One statement, or none while they are kept: those of common filters, since of the others
    there are as many as one likes.

    Args:
        since: when the present epoch of prices began.
    """
    rest = filters.changed(countries=(), category="", stores=(), sort="popular")
    if not rest.is_common:
        return _read(Conditions.of(rest, at=at, festivals=festivals))
    facts = (rest.query(), since.isoformat(), tuple(festivals) if rest.in_festival else ())
    key = f"cells:{blake2b(repr(facts).encode(), digest_size=16).hexdigest()}"
    found = cache.get(key)
    if found is None:
        found = _read(Conditions.of(rest, at=at, festivals=festivals))
        cache.set(key, found, KEPT_FOR)
    return found


def count(cells: Sequence[Cell], filters: Filters) -> Counts:
    """Add cells up. A choice counts as if it were made in place of the present one of its kind."""
    total, by_country, by_category, by_store = 0, Counter(), Counter(), Counter()
    countries, stores, category = filters.countries, filters.stores, filters.category
    below = f"{category}/"
    for cell in cells:
        is_there = not countries or cell.country in countries
        is_such = not category or cell.category == category or cell.category.startswith(below)
        is_theirs = not stores or cell.store in stores
        if is_such and is_theirs:
            by_country[cell.country] += cell.count
        if is_there and is_theirs:
            by_category[cell.category] += cell.count
        if is_there and is_such:
            by_store[cell.store] += cell.count
        if is_there and is_such and is_theirs:
            total += cell.count
    return Counts(total, by_country, by_category, by_store)


def _read(conditions: Conditions) -> Cells:
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT.format(where=conditions.where), conditions.values)
        cells, categories, stores = (json.loads(text or "null") for text in cursor.fetchone())
    return Cells(
        cells=tuple(Cell._make(row) for row in cells or ()),
        categories=tuple(Place._make(row) for row in categories or ()),
        stores=stores or {},
    )
