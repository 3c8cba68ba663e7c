"""Refunds of an order: computed per line, written down once, units returned.

Money is moved by ``payments.refund``; here stands how much, and for what.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime

from django.db.models import F, Sum

from shop.accounts.models import User
from shop.errors import NotPossible
from shop.festivals.holds import counters
from shop.listings.refresh import note_stock
from shop.locks import lock
from shop.orders import holds
from shop.orders.models import Order, OrderLine, Refund, RefundLine, RefundParcel, Suborder
from shop.stock import units as stock


def part(total: int, done: int, count: int, of: int) -> int:
    """Return the share of an amount for ``count`` of ``of`` units when ``done`` went back before.

    Rounded down over all units so far, so that any order of partial refunds ends exactly at the
    total: of 165.83 for three, one by one, 55.27, 55.28 and 55.28.
    """
    return total * (done + count) // of - total * done // of


def refunded(lines: Collection[OrderLine]) -> dict[int, int]:
    """Return how many units of lines went back already, by line id."""
    rows = RefundLine.objects.filter(line__in=lines).values_list("line")
    return dict(rows.annotate(units=Sum("quantity")).order_by())


def record(
    order: Order,
    units: Mapping[OrderLine, int],
    *,
    cause: str,
    at: datetime,
    reason: str = "",
    by: User | None = None,
) -> Refund:
    """Write down that units of a paid order go back, and let their pools have them again.

    While its deal runs a unit returns to the allotment and to what the shopper may buy, too.

    Call it under the order's lock, inside the transaction that queues the money.

    Raises:
        NotPossible: the order is not paid, or more would go back than was bought.
    """
    if not order.is_paid:
        raise NotPossible("Only a paid order can be refunded.")
    suborders = _locked(units)
    before = refunded(units.keys())
    rows = []
    for line, count in units.items():
        done = before.get(line.pk, 0)
        if count < 1 or done + count > line.quantity:
            raise NotPossible("More would go back than was bought.")
        rows.append(
            RefundLine(
                line=line,
                quantity=count,
                paid=part(line.paid, done, count, line.quantity),
                funded=part(line.funded, done, count, line.quantity),
                commission=part(line.commission, done, count, line.quantity),
            )
        )
    there = {line: count for line, count in units.items() if _is_there(line, suborders)}
    returned = holds.give_back(order, _of_deals(there), at=at)
    for row in rows:
        row.returns_allotment = row.line in there and row.line.deal_id in returned
    empty = [row for row in suborders.values() if _is_empty(row, units)]
    parcels = [
        RefundParcel(suborder=row, paid=row.delivery_paid, funded=row.delivery_funded)
        for row in empty
        if row.delivery_paid or row.delivery_funded
    ]
    moved: list[RefundLine | RefundParcel] = [*rows, *parcels]
    amount = sum(row.paid for row in moved)
    refund = Refund.objects.create(
        order=order, cause=cause, reason=reason, amount=amount, at=at, by=by
    )
    for each in moved:
        each.refund = refund
    RefundLine.objects.bulk_create(rows)
    RefundParcel.objects.bulk_create(parcels)
    _lower_earnings(rows, parcels)
    _give_back(there, returned, at=at)
    for suborder in empty:
        suborder.move_to(Suborder.State.CANCELLED)
    return refund


def _locked(units: Mapping[OrderLine, int]) -> dict[int, Suborder]:
    """Return the suborders of lines by id, so that no merchant sends one meanwhile."""
    rows = Suborder.objects.filter(pk__in={line.suborder_id for line in units})
    return {row.pk: row for row in lock(rows)}


def _lower_earnings(rows: Collection[RefundLine], parcels: Collection[RefundParcel]) -> None:
    """Add the refunded earnings to ``returned`` of the stores' parts, whose rows are locked."""
    amounts: Counter[int] = Counter()
    for row in rows:
        amounts[row.line.suborder_id] += row.earned
    for parcel in parcels:
        amounts[parcel.suborder_id] += parcel.earned
    for pk, amount in amounts.items():
        Suborder.objects.filter(pk=pk).update(returned=F("returned") + amount)


def _is_there(line: OrderLine, suborders: Mapping[int, Suborder]) -> bool:
    """Tell whether the units of a line have not been sent."""
    return suborders[line.suborder_id].state == Suborder.State.WAITING


def _of_deals(units: Mapping[OrderLine, int]) -> dict[int, int]:
    """Return how many units of each deal are among those of lines."""
    found: Counter[int] = Counter()
    for line, count in units.items():
        if line.deal_id is not None:
            found[line.deal_id] += count
    return dict(found)


def _give_back(
    units: Mapping[OrderLine, int],
    deals: Collection[int],
    *,
    at: datetime,
) -> None:
    """Return units to their pools; deals that sold out give their price again."""
    waiting: Counter[int] = Counter()
    for line, count in units.items():
        waiting[line.pool_id] += line.pool_units // line.quantity * count
    stock.give_back(waiting)
    counters.reopen(deals, at=at)
    note_stock(waiting, at=at)


def _is_empty(suborder: Suborder, units: Mapping[OrderLine, int]) -> bool:
    """Tell whether nothing is left of a part of an order that has not been sent."""
    if suborder.state != Suborder.State.WAITING:
        return False
    lines = list(suborder.lines.all())
    gone = refunded(lines)
    now = {line.pk: count for line, count in units.items()}
    return all(gone.get(line.pk, 0) + now.get(line.pk, 0) == line.quantity for line in lines)
