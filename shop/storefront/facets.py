"""Counts of products beside each choice of a filter, as if that choice were made."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b

from babel import Locale
from babel.numbers import format_decimal
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
SELECT 'store', slug, name, NULL, 0, 0 FROM shop_merchant WHERE slug = ANY(%(stores)s)
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
    shown: str = ""


@dataclass(frozen=True, slots=True)
class Branch:
    """A category with the products that lie in it, not below it."""

    path: str
    label: str
    count: int
    position: int

    @property
    def top(self) -> str:
        """Return the path of the top of the tree above it."""
        return self.path.partition("/")[0]


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


def shown(count: int, language: str) -> str:
    """Return a count as lists show it: exact to 5,000."""
    return whole(count, language) if count <= EXACT_TO else f"{whole(EXACT_TO, language)}+"


@lru_cache(maxsize=10_000)
def whole(number: int, language: str) -> str:
    """Return a whole number as people of a language write it: 1,000 or 1 000."""
    return format_decimal(number, locale=Locale.parse(language, sep="-"))


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
    total, countries, stores, categories = 0, {}, {}, []
    for kind, code, name, texts, count, position in rows:
        match kind:
            case "all":
                total = count
            case "country":
                countries[code] = count
            case "store":
                stores[code] = (name, max(count, stores.get(code, ("", 0))[1]))
            case "category":
                label = in_language(json.loads(texts), language) or name
                categories.append(Branch(code, label, count, position))
    return Facets(
        total=total,
        countries=_by_label(
            _option(code, country_name(code, language), countries.get(code, 0), language,
                    is_on=code in filters.countries)
            for code in {*countries, *filters.countries}
        ),
        categories=tuple(_tree(categories, filters.category, language)),
        stores=_by_label(
            _option(slug, *stores.get(slug, (slug, 0)), language, is_on=slug in filters.stores)
            for slug in {*stores, *filters.stores}
        ),
        names={branch.path: branch.label for branch in categories},
    )  # fmt: skip


def _tree(branches: list[Branch], chosen: str, language: str) -> Iterator[Option]:
    """Yield the tops of the tree that hold something, and what lies below the chosen one."""
    tops: dict[str, list[Branch]] = defaultdict(list)
    for branch in sorted(branches, key=lambda branch: (branch.position, branch.path)):
        tops[branch.top].append(branch)
    labels = {branch.path: branch.label for branch in branches}
    for top, below in tops.items():
        count = sum(branch.count for branch in below)
        is_open = top == chosen.partition("/")[0]
        if count or is_open:
            label = labels.get(top, top)
            yield _option(top, label, count, language, is_on=top == chosen)
        for branch in below if is_open else ():
            if branch.path != top and (branch.count or branch.path == chosen):
                is_on = branch.path == chosen
                yield _option(branch.path, branch.label, branch.count, language, is_on=is_on)


def _option(value: str, label: str, count: int, language: str, *, is_on: bool) -> Option:
    return Option(value, label, count, is_on, shown(count, language))


def _by_label(options: Iterable[Option]) -> tuple[Option, ...]:
    return tuple(sorted(options, key=lambda option: option.label))
