"""Finds the products of a list with one statement: listing rows joined with the price in force.

Pages go by the last row seen and not by number, so that the hundredth page costs what the
first one does. The rows after a place are those that share its key and have a higher id, then
those with a later key: each of these ranges is a walk along an index.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from shop.core.languages import in_sql, sql_values
from shop.core.statements.prepared import ask
from shop.storefront.card_deals import CLAIMED
from shop.storefront.search.conditions import IN_FORCE, Conditions
from shop.storefront.search.filters import BEST, Filters, ListPlace, possible
from shop.storefront.search.ranking import PAGE, PRICED, best_statement
from shop.storefront.search.understand import Search

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NO_KEY = -1

COLUMNS = f"""l.product_id, l.slug, l.title,
  {in_sql("l.titles")} AS translated,
  l.store, l.country, l.kind, l.is_available, l.popularity, l.rating, l.rating_count,
  l.picture->>'small' AS small, l.picture->>'jpeg' AS jpeg, l.picture->>'avif' AS avif,
  s.price, s.highest, s.prior_price, s.percent, s.deal_id"""
# Where prices neither sort nor bound a list, that of each listing which is walked by is looked up.
BY_PRICE = "shop_productspan s JOIN shop_listing l ON l.product_id = s.product_id"
BRANCH = """(
  SELECT {branch} AS branch, {key} AS key, {columns}
  FROM {rows} WHERE {where} ORDER BY {order} LIMIT {most}
)"""
# How many rows are wanted stands in the text: one plan for any number would be one for very many.
PAGE_OF = "{asked} SELECT * FROM ({branches}) AS rows ORDER BY {order} LIMIT {in_all}"


class ProductRow(NamedTuple):
    """A product as a list shows it: ``claimed`` of ``allotment`` at the flash price.

    ``deal_...``, where not all variants cost the same: the options, price, saving and units left
    of the cheapest variant that has a deal. The last three are those of the deal of its price.
    """

    branch: int
    key: int
    product_id: int
    slug: str
    title: str
    translated: str | None
    store: str
    country: str
    kind: str
    is_available: bool
    popularity: int
    rating: int | None
    rating_count: int
    small: str | None
    jpeg: str | None
    avif: str | None
    price: int
    highest: int
    prior_price: int | None
    percent: int | None
    deal_id: int | None
    is_flash: bool
    allotment: int | None
    claimed: Any  # a number wherever there is an allotment
    sold: Any
    deal_options: list[str] | None
    deal_price: int | None
    deal_percent: int | None
    deal_left: int | None
    rule_code: str | None
    rule_value: Any  # a number wherever there is a rule
    paid_units: int | None


@dataclass(frozen=True, slots=True)
class Sort:
    """An order of rows by a column, then by the product's id, which makes it strict.

    ``number`` writes the column as a whole number. Rows that ``may_lack`` it come last.
    """

    column: str
    number: str
    is_falling: bool = True
    ids_fall: bool = False
    may_lack: bool = False

    @property
    def is_of_price(self) -> bool:
        """Tell whether the column is one of a price."""
        return self.column.startswith("s.")

    @property
    def product_id(self) -> str:
        """Return the id that an index has beside the column: by the other one rows are sorted."""
        return "s.product_id" if self.is_of_price else "l.product_id"

    def turned(self) -> Sort:
        """Return the order backwards."""
        return replace(self, is_falling=not self.is_falling, ids_fall=not self.ids_fall)

    def order(self, column: str, product_id: str) -> str:
        """Return the order as SQL over columns of these names."""
        way = "DESC" if self.is_falling else "ASC"
        return f"{column} {way}, {self.by_id(product_id)}"

    def by_id(self, product_id: str) -> str:
        """Return the order of rows that have the same key, or none."""
        return f"{product_id} {'DESC' if self.ids_fall else 'ASC'}"


MOMENT = Sort("l.published_at", "(extract(epoch FROM l.published_at) * 1000000)::bigint")
SORTS = {
    "popular": Sort("l.popularity", "l.popularity"),
    "price": Sort("s.price", "s.price", is_falling=False),
    "-price": Sort("s.price", "s.price", ids_fall=True),
    "saving": Sort("s.percent", f"coalesce(s.percent, {NO_KEY})", may_lack=True),
    "newest": MOMENT,
}
BEST_FIRST = Sort("key", "key")


class Range(NamedTuple):
    """Rows that a walk along an index yields one after the other: a condition, and their order."""

    where: str
    order: str


@dataclass(frozen=True, slots=True)
class FoundProducts:
    """A page of rows, and the places from which the pages around it are found."""

    rows: tuple[ProductRow, ...]
    previous: ListPlace | None
    next: ListPlace | None


def find(
    filters: Filters,
    *,
    at: datetime,
    festivals: Sequence[int],
    language: str,
    search: Search | None = None,
) -> FoundProducts:
    """Return a page of the products that pass the filters. One statement.

    Args:
        festivals: ids of the festivals that count as "the festival".
        search: what the words among the filters ask for.
    """
    conditions = Conditions.of(filters, at=at, festivals=festivals, search=search)
    if search and filters.sort == BEST:
        return _find_best(conditions, filters.place, at=at, language=language)
    name = filters.sort if filters.sort in SORTS else "popular"
    sort, place = SORTS[name], possible(filters.place, name)
    way = sort.turned() if place and place.is_before else sort
    ranges = [
        Range(f"{conditions.where} AND {where}", order) for where, order in _ranges(way, place)
    ]
    values = conditions.values | _place_values(sort, place)
    statement = _statement(
        ranges,
        way,
        by_price=conditions.bounds_price or sort.is_of_price,
        asked=conditions.asked,
        most=PAGE + 1,
        in_all=PAGE + 1,
    )
    return _page(_run(statement, values, conditions, at=at, language=language), place)


def _find_best(
    conditions: Conditions, place: ListPlace | None, *, at: datetime, language: str
) -> FoundProducts:
    """Return a page of the results of a search, the best first."""
    is_before = bool(place and place.is_before)
    values = conditions.values | {
        "place_key": place.key if place else 0,
        "place_id": place.product_id if place else 0,
    }
    statement = best_statement(
        conditions.where,
        COLUMNS,
        asked=conditions.asked,
        is_later=bool(place) and not is_before,
        is_before=is_before,
    )
    order = BEST_FIRST.turned() if is_before else BEST_FIRST
    statement = CLAIMED.format(page=statement, order=order.order("key", "product_id"))
    return _page(_run(statement, values, conditions, at=at, language=language), place)


def find_popular(
    wheres: Sequence[str], values: dict[str, object], *, most: int, at: datetime, language: str
) -> list[ProductRow]:
    """Return the most bought products of each condition, its number as ``branch``. One statement.

    Args:
        wheres: conditions on the listing ``l`` and its span in force ``s``.
        most: rows of each condition.
    """
    sort = SORTS["popular"]
    order = sort.order(sort.column, sort.product_id)
    ranges = [Range(f"{IN_FORCE} AND {where}", order) for where in wheres]
    statement = _statement(ranges, sort, by_price=False, most=most, in_all=most * len(wheres))
    return _run(statement, values, at=at, language=language)


def _statement(
    ranges: Sequence[Range],
    sort: Sort,
    *,
    by_price: bool,
    asked: str = "",
    most: int,
    in_all: int,
) -> str:
    branches = (
        BRANCH.format(
            branch=number,
            key=sort.number,
            columns=COLUMNS,
            rows=BY_PRICE if by_price else PRICED,
            where=where,
            order=order,
            most=most,
        )
        for number, (where, order) in enumerate(ranges)
    )
    order = "branch, " + sort.order("key", "product_id")
    page = PAGE_OF.format(
        asked=f"WITH {asked}" if asked else "",
        branches=" UNION ALL ".join(branches),
        order=order,
        in_all=in_all,
    )
    return CLAIMED.format(page=page, order=order)


def _run(
    statement: str,
    values: dict[str, object],
    conditions: Conditions | None = None,
    *,
    at: datetime,
    language: str,
) -> list[ProductRow]:
    is_anew = conditions is not None and conditions.bounds_price
    rows = ask(statement, values | {"at": at} | sql_values(language), is_anew=is_anew)
    return [ProductRow._make(row) for row in rows]


def _ranges(way: Sort, place: ListPlace | None) -> list[Range]:
    """Return the ranges of rows after a place, or before it, in the order of the walk."""
    column, product_id = way.column, way.product_id
    order = way.order(column, product_id)
    having = Range(f"{column} IS NOT NULL", order)
    lacking = Range(f"{column} IS NULL", way.by_id(product_id))
    if place is None:
        return [having, lacking] if way.may_lack else [Range("true", order)]
    further = f"{product_id} {'<' if way.ids_fall else '>'} %(place_id)s"
    if place.key == NO_KEY and way.may_lack:
        rest = lacking._replace(where=f"{lacking.where} AND {further}")
        return [rest, *([having] if place.is_before else [])]
    ranges = [
        Range(f"{column} = %(place_key)s AND {further}", order),
        Range(f"{column} {'<' if way.is_falling else '>'} %(place_key)s", order),
    ]
    return [*ranges, lacking] if way.may_lack and not place.is_before else ranges


def _place_values(sort: Sort, place: ListPlace | None) -> dict[str, object]:
    if place is None:
        return {}
    key = EPOCH + timedelta(microseconds=place.key) if sort is MOMENT else place.key
    return {"place_key": key, "place_id": place.product_id}


def _page(rows: list[ProductRow], place: ListPlace | None) -> FoundProducts:
    is_before = bool(place and place.is_before)
    there_is_more, rows = len(rows) > PAGE, rows[:PAGE]
    if is_before:
        rows.reverse()
    if not rows:
        return FoundProducts((), None, None)
    first, last = rows[0], rows[-1]
    has_previous = there_is_more if is_before else place is not None
    has_next = is_before or there_is_more
    return FoundProducts(
        rows=tuple(rows),
        previous=ListPlace(first.key, first.product_id, is_before=True) if has_previous else None,
        next=ListPlace(last.key, last.product_id) if has_next else None,
    )
