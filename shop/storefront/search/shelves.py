"""Fills the shelves of a page: several short lists of products, all with one statement."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from shop.core.languages import sql_values
from shop.core.statements.prepared import ask
from shop.storefront.card_deals import CLAIMED
from shop.storefront.search.conditions import IN_FORCE, Conditions
from shop.storefront.search.filters import Filters
from shop.storefront.search.find import BY_PRICE, COLUMNS, PAGE_OF, SORTS, ProductRow, Sort
from shop.storefront.search.ranking import PRICED

MOST = 24  # products of one shelf
COMMON = {"at", "language", "plain"}  # values that all shelves share
NAME = re.compile(r"%\((\w+)\)s")

# The best of a shelf come first by its own order; ``key`` is their place in it.
BRANCH = """(
  SELECT {branch} AS branch, row_number() OVER (ORDER BY {order}) AS key, {columns}
  FROM {rows} WHERE {where} ORDER BY {order} LIMIT {most}
)"""
PICKED, AMONG = (f"l.product_id = ANY(%({name})s)" for name in ("picked", "among"))
AS_PICKED = "array_position(%(picked)s::bigint[], l.product_id), l.product_id"


@dataclass(frozen=True, slots=True)
class Shelf:
    """A short list of products: those that pass the filters, in their order, or ``picked`` ones.

    ``among`` are the only products that may pass the filters, if it is given. ``only_deals``
    leaves out what is sold at its regular price.
    """

    filters: Filters = field(default_factory=Filters)
    picked: tuple[int, ...] = ()
    among: tuple[int, ...] | None = None
    only_deals: bool = False
    most: int = 8


def find_shelves(
    shelves: Sequence[Shelf], *, festivals: Sequence[int], at: datetime, language: str
) -> list[list[ProductRow]]:
    """Return the products of each shelf at an instant. One statement, however many shelves.

    Args:
        festivals: ids of those whose products a shelf "in the festival" shows.
    """
    if not shelves:
        return []
    branches: list[str] = []
    values: dict[str, object] = {}
    for number, shelf in enumerate(shelves):
        branch, own = _branch(shelf, number, festivals=festivals, at=at)
        branches.append(branch)
        values |= own
    values |= sql_values(language) | {"at": at}
    found: list[list[ProductRow]] = [[] for _ in shelves]
    page = PAGE_OF.format(
        asked="",
        branches=" UNION ALL ".join(branches),
        order="branch, key",
        in_all=sum(shelf.most for shelf in shelves),
    )
    for row in map(ProductRow._make, ask(CLAIMED.format(page=page, order="branch, key"), values)):
        found[row.branch].append(row)
    return found


def _branch(
    shelf: Shelf, number: int, *, festivals: Sequence[int], at: datetime
) -> tuple[str, dict[str, object]]:
    """Return the statement of a shelf and its values, under names that no other shelf uses."""
    conditions = Conditions.of(shelf.filters, at=at, festivals=festivals)
    sort = SORTS[shelf.filters.sort]
    wheres, order = [conditions.where], _order(sort)
    if shelf.picked:
        wheres, order = [IN_FORCE, PICKED], AS_PICKED
    elif sort.may_lack:
        wheres.append(f"{sort.column} IS NOT NULL")
    if shelf.only_deals:
        wheres.append("s.deal_id IS NOT NULL")
    if shelf.among is not None:
        wheres.append(AMONG)
    by_price = not shelf.picked and (shelf.only_deals or sort.is_of_price)
    branch = BRANCH.format(
        branch=number,
        columns=COLUMNS,
        rows=BY_PRICE if by_price else PRICED,
        where=" AND ".join(wheres),
        order=order,
        most=shelf.most,
    )
    own = {"picked": list(shelf.picked), "among": list(shelf.among or ())}
    values = conditions.values | own
    renamed = NAME.sub(lambda name: _own_name(name[1], number), branch)
    return renamed, {f"{name}_{number}": value for name, value in values.items()}


def _own_name(name: str, number: int) -> str:
    return f"%({name})s" if name in COMMON else f"%({name}_{number})s"


def _order(sort: Sort) -> str:
    way, id_way = ("DESC" if falls else "ASC" for falls in (sort.is_falling, sort.ids_fall))
    return f"{sort.column} {way}, {sort.product_id} {id_way}"
