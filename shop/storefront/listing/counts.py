"""Counts products once for all choices of country, category and store.

One statement sorts what passes the other filters into cells: so many products of a store in a
category, from a country. Whatever is chosen of the three is then a sum over a few hundred cells,
and asks nothing of the database while they are kept.

The work does not grow with the catalogue. In a small shop every product is counted. In a large
one cells are read that were counted in the last minute, and of what these do not know, words and
prices, only so many products are counted: then a count says "at least".
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any, NamedTuple

from django.core.cache import cache

from shop.core.statements.prepared import ask
from shop.storefront.cache.catalogue_version import is_unshared
from shop.storefront.search.conditions import Conditions, plain_conditions
from shop.storefront.search.filters import Filters
from shop.storefront.search.ranking import (
    BEHIND,
    FEW_BEHIND,
    FLOOR,
    MOST_RANKED,
    PAGE,
    PRICED,
    REST,
)
from shop.storefront.search.store_names import NAMED, Named, naming
from shop.storefront.search.understand import Search

KEPT_FOR = 30  # seconds; a count may lag behind by so much

LIVE = 2_000  # of so many products each is counted; above, the counts of the last minute are read
MOST_COUNTED = 500  # in a larger shop, of what is not counted every minute

KEPT = """
  SELECT l.country, l.category, l.merchant_id, l.kind, sum(l.listings)::bigint AS n
  FROM shop_listingcell l WHERE {where} GROUP BY 1, 2, 3, 4"""
FOUND = """
  SELECT l.country, l.category, l.merchant_id, l.kind
  FROM shop_productspan s JOIN shop_listing l ON l.product_id = s.product_id
  WHERE {where} AND {asked} LIMIT {most}"""
FEW_KEPT = "(SELECT coalesce(sum(n), 0) FROM kept) <= {}"
# A small shop is counted to its end, of a large one the cheapest that pass: a walk along an index.
# Each has a limit of its own, since of one that is still to be asked for no plan makes use.
IS_SMALL = "(SELECT coalesce(sum(listings), 0) <= {} FROM shop_listingcell)"
EITHER = "({small}) UNION ALL ({large})"
MOST = "CASE WHEN {is_small} THEN {live} ELSE {few} END + 1"
IS_MANY = "(SELECT coalesce(sum(n), 0) FROM kept) > {}"
# As a search looks for a page: in the front of the shop, then on its floor, then behind it.
SEARCHED = """
  SELECT * FROM front UNION ALL SELECT * FROM floor UNION ALL
  (SELECT l.country, l.category, l.merchant_id, l.kind
   FROM {priced}
   WHERE {rest} AND {where} AND (SELECT is_wider FROM looked) LIMIT {most})"""
LOOKED = """
{asked}
front AS MATERIALIZED (
  SELECT l.country, l.category, l.merchant_id, l.kind
  FROM {priced}
  WHERE l.is_front AND {where}),
behind AS ({behind}),
floor AS MATERIALIZED (
  SELECT l.country, l.category, l.merchant_id, l.kind
  FROM {priced}
  WHERE {floor} AND {where}
    AND ((SELECT count(*) FROM front) <= {page} OR (SELECT n FROM behind) <= {few}) LIMIT {most}),
near AS (SELECT (SELECT count(*) FROM front) AS front, (SELECT count(*) FROM floor) AS floor),
looked AS (
  SELECT front + floor <= {page} OR n <= {few} AS is_wider,
    CASE WHEN front > {page} AND n > {few} THEN true
         ELSE front + floor > {page} AND deep > 0 AND n > {few} END AS is_more
  FROM near, behind),
"""
# Hundreds of cells with a few facts each: as JSON they would take longer than they take to count.
CELL = """string_agg(
    c.country || E'\\t' || c.category || E'\\t' || m.slug || E'\\t' || c.n || E'\\t' || c.kind,
    E'\\n')"""
STATEMENT = """
WITH kept AS MATERIALIZED ({kept}), {looked}
live AS (
  SELECT country, category, merchant_id, kind, count(*) AS n
  FROM ({found}) AS hits GROUP BY 1, 2, 3, 4)
SELECT
  (SELECT {cell} FROM live c JOIN shop_merchant m ON m.id = c.merchant_id),
  (SELECT {cell} FROM kept c JOIN shop_merchant m ON m.id = c.merchant_id WHERE {is_cut}),
  {is_cut}, {most},
  (SELECT json_agg(json_build_array(path, name, names, position) ORDER BY position, path)::text
   FROM shop_category),
  (SELECT json_object_agg(slug, name)::text FROM shop_merchant), {named}
"""


class CountCell(NamedTuple):
    """So many products of a store, in a category, from a country."""

    country: str
    category: str
    store: str
    count: int  # type: ignore[assignment]  # in the place of a tuple's own
    kind: str = ""


class CategoryPlace(NamedTuple):
    """A place in the catalogue tree, with its names by language."""

    path: str
    name: str
    names: dict[str, str]
    position: int


@dataclass(frozen=True, slots=True)
class AllCells:
    """All cells, all categories in their order, and the names of stores by their slugs.

    ``is_least`` says that there may be more products than the cells count; ``named`` are the
    stores that the words of a search name.
    """

    cells: tuple[CountCell, ...]
    categories: tuple[CategoryPlace, ...]
    stores: dict[str, str]
    is_least: bool = False
    named: tuple[Named, ...] = ()


@dataclass(frozen=True, slots=True)
class Counts:
    """How many products pass all filters, and how many would with another choice of each kind."""

    total: int
    countries: Counter[str]
    categories: Counter[str]
    stores: Counter[str]
    kinds: Counter[str]


def cells_of(
    filters: Filters,
    *,
    at: datetime,
    since: datetime,
    festivals: Sequence[int],
    search: Search | None = None,
    language: str,
) -> AllCells:
    """Return the cells of products that pass all filters but country, category and store.

    One statement, or none while they are kept: those of common filters, since of the others
    there are as many as one likes.

    Args:
        since: when the present version of the catalogue began.
    """
    rest = filters.changed(countries=(), category="", stores=(), sort="popular")
    if filters.words:  # a search says how many it found of each kind
        rest = rest.changed(kind="")
    if not rest.is_common or is_unshared():
        words = (search.instead or rest.words) if search else ""
        conditions = Conditions.of(rest, at=at, festivals=festivals, search=search)
        return _read(rest, conditions, naming(words, language))
    facts = (rest.query(), since.isoformat(), tuple(festivals) if rest.in_festival else ())
    key = f"counts:{blake2b(repr(facts).encode(), digest_size=16).hexdigest()}"
    found = cache.get(key)
    if found is None:
        conditions = Conditions.of(rest, at=at, festivals=festivals)
        found = _read(rest, conditions, naming("", language))
        cache.set(key, found, KEPT_FOR)
    return found


def count(cells: Sequence[CountCell], filters: Filters) -> Counts:
    """Add cells up. A choice counts as if it were made in place of the present one of its kind."""
    total = 0
    by_country: Counter[str] = Counter()
    by_category: Counter[str] = Counter()
    by_store: Counter[str] = Counter()
    by_kind: Counter[str] = Counter()
    countries, stores, category = filters.countries, filters.stores, filters.category
    below = f"{category}/"
    for cell in cells:
        is_there = not countries or cell.country in countries
        is_such = not category or cell.category == category or cell.category.startswith(below)
        is_theirs = not stores or cell.store in stores
        is_of_kind = not filters.kind or cell.kind == filters.kind
        if is_such and is_theirs and is_of_kind:
            by_country[cell.country] += cell.count
        if is_there and is_theirs and is_of_kind:
            by_category[cell.category] += cell.count
        if is_there and is_such and is_of_kind:
            by_store[cell.store] += cell.count
        if is_there and is_such and is_theirs:
            by_kind[cell.kind] += cell.count
            total += cell.count if is_of_kind else 0
    return Counts(total, by_country, by_category, by_store, by_kind)


def _read(rest: Filters, conditions: Conditions, named: Any) -> AllCells:
    values = conditions.values | named
    (found,) = ask(_statement(rest, conditions), values, is_anew=conditions.bounds_price)
    live, kept, is_cut, most, categories, stores, named = found
    cells = _cells(live)
    total = sum(cell.count for cell in cells)
    if rest.can_be_kept and (is_cut or total >= most):
        cells, total, is_cut = _cells(kept) or cells, 0, not kept
    return AllCells(
        cells=cells,
        categories=tuple(CategoryPlace._make(row) for row in json.loads(categories or "[]")),
        stores=json.loads(stores or "{}"),
        is_least=bool(is_cut) or total >= most,
        named=tuple(Named._make(row) for row in json.loads(named or "[]")),
    )


def _statement(rest: Filters, conditions: Conditions) -> str:
    where = conditions.where
    most: int | str
    if rest.words:
        behind = BEHIND.format(few=FEW_BEHIND)
        return STATEMENT.format(
            cell=CELL,
            kept=KEPT.format(where="false"),
            looked=LOOKED.format(
                asked=f"{conditions.asked}," if conditions.asked else "",
                priced=PRICED,
                where=where,
                behind=behind,
                floor=FLOOR,
                page=PAGE,
                few=FEW_BEHIND,
                most=MOST_RANKED,
            ),
            found=SEARCHED.format(priced=PRICED, rest=REST, where=where, most=MOST_RANKED),
            most=MOST_RANKED,
            is_cut="(SELECT is_more FROM looked)",
            named=NAMED,
        )
    if rest.can_be_kept:
        # What every minute is counted is counted of cells as it is of listings.
        kept = KEPT.format(where=" AND ".join(["true", *plain_conditions(rest)]))
        found, most = (
            FOUND.format(where=where, asked=FEW_KEPT.format(LIVE), most=LIVE + 1),
            LIVE + 1,
        )
    else:
        is_small = IS_SMALL.format(LIVE)
        kept = KEPT.format(where="false")
        found = EITHER.format(
            small=FOUND.format(where=where, asked=is_small, most=LIVE + 1),
            large=FOUND.format(
                where=where, asked=f"NOT {is_small} ORDER BY s.price", most=MOST_COUNTED + 1
            ),
        )
        most = MOST.format(is_small=is_small, live=LIVE, few=MOST_COUNTED)
    return STATEMENT.format(
        cell=CELL,
        kept=kept,
        looked="",
        found=found,
        most=most,
        is_cut=IS_MANY.format(LIVE),
        named="NULL",
    )


def _cells(text: str | None) -> tuple[CountCell, ...]:
    rows = (row.split("\t") for row in (text.split("\n") if text else ()))
    return tuple(
        CountCell(country, category, store, int(n), kind)
        for country, category, store, n, kind in rows
    )
