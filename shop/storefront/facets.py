"""Counts of products beside each choice of a filter, as if that choice were made."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from django.core.cache import cache
from django.db import connection

from shop.delivery.names import country_name
from shop.storefront.conditions import Conditions
from shop.storefront.filters import Filters
from shop.storefront.wording import in_language

KEPT_FOR = 30  # seconds; a count may lag behind by so much
EXACT_TO = 5_000
MOST_STORES = 12

STATEMENT = """
WITH base AS MATERIALIZED (
  SELECT l.country, l.category, l.store_slug, l.store,
         {country} AS by_country, {category} AS by_category, {store} AS by_store
  FROM shop_productspan s JOIN shop_listing l ON l.product_id = s.product_id
  WHERE {rest}
),
stores AS (
  SELECT store_slug, store, count(*) AS n, store_slug = ANY(%(stores)s) AS is_on
  FROM base WHERE by_country AND by_category GROUP BY store_slug, store
)
SELECT 'all' AS kind, '' AS code, '' AS name, NULL AS names, count(*) AS n, 0 AS position
FROM base WHERE by_country AND by_category AND by_store
UNION ALL
SELECT 'country', country, '', NULL, count(*), 0
FROM base WHERE by_category AND by_store GROUP BY country
UNION ALL
SELECT 'category', c.path, c.name, c.names::text, coalesce(b.n, 0), c.position
FROM shop_category c LEFT JOIN (
  SELECT category, count(*) AS n FROM base WHERE by_country AND by_store GROUP BY category
) AS b ON b.category = c.path
UNION ALL
(SELECT 'store', store_slug, store, NULL, n, 0 FROM stores
 ORDER BY is_on DESC, n DESC, store LIMIT %(most_stores)s)
"""


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a filter."""

    value: str
    label: str
    count: int
    is_on: bool

    @property
    def shown_count(self) -> str:
        """Return the count as it is shown."""
        return shown(self.count)


@dataclass(frozen=True, slots=True)
class Facets:
    """The choices of the filters that have counts, and how many products pass them all."""

    total: int
    countries: tuple[Option, ...]
    categories: tuple[Option, ...]
    stores: tuple[Option, ...]
    names: dict[str, str]

    def name(self, path: str) -> str:
        """Return the name of a category, or its path if there is none."""
        return self.names.get(path, path)


def shown(count: int) -> str:
    """Return a count as lists show it: exact to 5,000."""
    return f"{count:,}" if count <= EXACT_TO else f"{EXACT_TO:,}+"


def facets_of(
    filters: Filters, *, at: datetime, since: datetime, festivals: Sequence[int], language: str
) -> Facets:
    """Return the choices beside a list. One statement, or none while the counts are kept.

    Args:
        since: when the present epoch of prices began.
    """
    asked = filters.changed(sort="popular")
    facts = (asked.query(), since.isoformat(), tuple(festivals))
    key = f"facets:{blake2b(repr(facts).encode(), digest_size=16).hexdigest()}"
    rows = cache.get(key)
    if rows is None:
        rows = _count(asked, at=at, festivals=festivals)
        cache.set(key, rows, KEPT_FOR)
    return _facets(rows, filters, language)


def _count(filters: Filters, *, at: datetime, festivals: Sequence[int]) -> list[tuple]:
    conditions = Conditions.of(filters, at=at, festivals=festivals)
    statement = STATEMENT.format(
        country=conditions.country,
        category=conditions.category,
        store=conditions.store,
        rest=conditions.rest,
    )
    most = max(MOST_STORES, len(filters.stores))
    with connection.cursor() as cursor:
        cursor.execute(statement, conditions.values | {"most_stores": most})
        return cursor.fetchall()


def _facets(rows: list[tuple], filters: Filters, language: str) -> Facets:
    countries, stores, names, counts, total = [], [], {}, {}, 0
    for kind, code, name, texts, count, position in rows:
        match kind:
            case "all":
                total = count
            case "country":
                label, is_on = country_name(code, language), code in filters.countries
                countries.append(Option(code, label, count, is_on))
            case "store":
                stores.append(Option(code, name, count, code in filters.stores))
            case "category":
                names[code] = in_language(json.loads(texts), language) or name
                counts[code] = (position, count)
    return Facets(
        total=total,
        countries=tuple(sorted(countries, key=lambda option: option.label)),
        categories=tuple(_categories(counts, names, filters.category)),
        stores=tuple(sorted(stores, key=lambda option: option.label)),
        names=names,
    )


def _categories(
    counts: dict[str, tuple[int, int]], names: dict[str, str], chosen: str
) -> list[Option]:
    """Return the tops of the tree, and what lies below the chosen one."""
    top = chosen.partition("/")[0]
    sums: dict[str, int] = {}
    for path, (_, count) in counts.items():
        root = path.partition("/")[0]
        sums[root] = sums.get(root, 0) + count
    below = {path: count for path, (_, count) in counts.items() if path.startswith(f"{top}/")}
    places = {path: position for path, (position, _) in counts.items()}
    found = []
    for root in sorted(sums, key=lambda path: (places.get(path, 0), path)):
        found.append(Option(root, names.get(root, root), sums[root], root == chosen))
        if root == top:
            found += [
                Option(path, names[path], count, path == chosen)
                for path, count in sorted(below.items(), key=lambda pair: names[pair[0]])
                if count or path == chosen
            ]
    return [option for option in found if option.count or option.value == chosen]
