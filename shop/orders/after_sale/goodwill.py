"""Goodwill that an order's shopper had is no more owed once its goods go back: it counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Max, Sum
from django.db.models.query import QuerySet

from shop.core.money import split
from shop.festivals.promotions import sponsors
from shop.orders.models import Order, Refund, RefundGoodwill, RefundLine, RefundParcel

# A bank or somebody at the provider has paid it already: nothing can be kept of it.
PAID_BY_OTHERS = frozenset({Refund.Cause.DISPUTE, Refund.Cause.OUTSIDE})


@dataclass(frozen=True, slots=True)
class _Given:
    """What one sponsor, the store and the platform gave beside one part of an order, net."""

    suborder_id: int
    fund_id: int | None
    by_merchant: int
    by_platform: int
    by_fund: int

    @property
    def sum(self) -> int:
        return self.by_merchant + self.by_platform + self.by_fund


def counted(order: Order, goods: int) -> list[RefundGoodwill]:
    """Return what of goodwill is kept when goods and delivery go back: rows below zero, unsaved.

    Nobody gets more back than the order's total. Whoever gave the goodwill has it again, the
    newest first, each payer by its share of it.

    Args:
        goods: what goes back of goods and delivery now, minor units.
    """
    given = _given(order)
    had = sum(row.sum for row in given)
    if not had or goods <= 0:
        return []
    over = _gone(order) + goods + had - order.total
    left = min(over, had, goods)
    rows = []
    for row in given:
        if (part := min(left, row.sum)) > 0:
            shares = split(-part, [row.by_merchant, row.by_platform, row.by_fund])
            rows.append(_kept(row, *shares))
            left -= part
    return rows


def give(rows: Iterable[RefundGoodwill]) -> None:
    """Let sponsors promise what they give by these rows, and have what they give no more.

    In the order of locks it stands before deals.

    Raises:
        NotPossible: a sponsor has less left.
    """
    for row in sorted(rows, key=lambda row: row.fund_id or 0):
        if row.fund is not None and row.by_fund:
            sponsors.give(row.fund, row.by_fund)


def _given(order: Order) -> list[_Given]:
    rows = RefundGoodwill.objects.filter(refund__order=order).values_list("suborder", "fund")
    sums = rows.annotate(
        Sum("by_merchant"), Sum("by_platform"), Sum("by_fund"), last=Max("refund")
    ).order_by("-last", "suborder", "fund")
    found = [_Given(part, fund, *given) for part, fund, *given, _last in sums]
    return [row for row in found if row.sum > 0]


def _gone(order: Order) -> int:
    lines = RefundLine.objects.filter(refund__order=order)
    return _paid(lines) + _paid(RefundParcel.objects.filter(refund__order=order))


def _paid(rows: QuerySet[RefundLine] | QuerySet[RefundParcel]) -> int:
    return rows.aggregate(sum=Sum("paid"))["sum"] or 0


def _kept(row: _Given, merchant: int, platform: int, fund: int) -> RefundGoodwill:
    return RefundGoodwill(
        suborder_id=row.suborder_id, fund_id=row.fund_id if fund else None,
        by_merchant=merchant, by_platform=platform, by_fund=fund,
    )  # fmt: skip
