"""A store's statement by pages: however long it is, a page reads only its own lines.

The sums of a long one are the store's row of the tallies, which count the same rows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, ExpressionWrapper, F, Min, Q, QuerySet

from shop.core.statements.composed import AnyOf
from shop.festivals.models import Festival
from shop.orders.models import OrderLine
from shop.people.merchants.models import Merchant
from shop.reports.models import Tally
from shop.reports.statements import (
    Statement,
    StatementLine,
    delivery_line,
    discounts_of,
    goods_line,
    goods_of,
    grouped,
    net,
    outside_line,
    statement,
)

PART = 500


@dataclass(frozen=True, slots=True)
class StatementPage:
    """Some lines of a statement, with the sums of all of it."""

    statement: Statement
    sums: dict[str, int]
    is_whole: bool
    has_next: bool


def page(festival: Festival, merchant: Merchant, *, start: int, size: int) -> StatementPage:
    """Return so many lines of a statement from a place on."""
    if festival.state == Festival.State.CLOSED:
        kept = statement(festival, merchant)
        lines, sums = kept.lines[start : start + size + 1], kept.sums
    else:
        lines, sums = _lines(festival, merchant, start, size + 1), None
    shown = Statement(lines[:size], is_final=sums is not None)
    is_whole = not start and len(lines) <= size
    if sums is None:
        sums = shown.sums if is_whole else _sums(festival, merchant)
    return StatementPage(shown, sums, is_whole, has_next=len(lines) > size)


def lines_of(festival: Festival, merchant: Merchant) -> Iterator[StatementLine]:
    """Yield all lines of a statement, so many in memory at a time."""
    if festival.state == Festival.State.CLOSED:
        yield from statement(festival, merchant).lines
        return
    keys = list(_own_goods(festival, merchant).values_list("pk", flat=True))
    for start in range(0, len(keys), PART):
        rows = goods_of(festival, merchant).filter(pk__in=keys[start : start + PART])
        yield from _goods_lines(festival, list(rows))
    apart = list(_apart_keys(festival, merchant))
    for start in range(0, len(apart), PART):
        yield from _apart_lines(festival, merchant, apart[start : start + PART])


def _lines(
    festival: Festival, merchant: Merchant, start: int, most: int
) -> tuple[StatementLine, ...]:
    goods = _own_goods(festival, merchant)
    # What stands before the page is passed over without being read in full.
    shown = ArraySubquery(goods.values("pk")[start : start + most])
    rows = list(goods_of(festival, merchant).filter(AnyOf(F("pk"), shown)))
    lines = _goods_lines(festival, rows)
    if len(rows) < most:
        before = start if rows or not start else goods.count()
        first = 0 if rows else start - before
        keys = list(_apart_keys(festival, merchant)[first : first + most - len(rows)])
        lines += _apart_lines(festival, merchant, keys)
    return tuple(lines)


def _own_goods(festival: Festival, merchant: Merchant) -> QuerySet[OrderLine]:
    """Return the goods by the index of the store's sales."""
    rows = goods_of(festival, merchant).filter(suborder__paid_at__isnull=False)
    return rows.order_by("suborder__paid_at", "order", "position")


def _goods_lines(festival: Festival, rows: list[OrderLine]) -> list[StatementLine]:
    if not rows:
        return []
    by_line, _by_parcel = grouped(discounts_of(festival, None).filter(line__in=rows))
    return [goods_line(row, by_line.get(row.pk, [])) for row in rows]


def _apart_keys(festival: Festival, merchant: Merchant) -> QuerySet[Any, Any]:
    """Return parcels, and after them lines outside the festival, that its benefits are on."""
    found = discounts_of(festival, merchant).filter(~Q(line__festival=festival))
    rows: QuerySet[Any, Any] = found.order_by().values("suborder", "line").annotate(
        paid=Min("order__paid_at"), of=Min("order"), first=Min("pk")
    )  # fmt: skip
    is_outside = ExpressionWrapper(Q(line__isnull=False), output_field=BooleanField())
    return rows.order_by(is_outside, "paid", "of", "first")


def _apart_lines(
    festival: Festival, merchant: Merchant, keys: list[dict[str, Any]]
) -> list[StatementLine]:
    if not keys:
        return []
    parcels = [key["suborder"] for key in keys if key["line"] is None]
    lines = [key["line"] for key in keys if key["line"] is not None]
    rows = discounts_of(festival, merchant).filter(Q(suborder__in=parcels) | Q(line__in=lines))
    by_line, by_parcel = grouped(rows)
    return [
        *(delivery_line(by_parcel[key]) for key in parcels),
        *(outside_line(by_line[key]) for key in lines),
    ]


def _sums(festival: Festival, merchant: Merchant) -> dict[str, int]:
    """Return the sums of a statement from the tallies."""
    tallies = Tally.objects.filter(festival=festival, kind=Tally.Kind.MERCHANT, key=merchant.pk)
    found = tallies.values(*Tally.FIGURES).first() or dict.fromkeys(Tally.FIGURES, 0)
    found["commission"] -= found["refunded_commission"]
    went_back = found["refunded"] + found["refunded_funded"]
    return found | {"payout": net(found), "went_back": went_back}
