"""The lines of a settlement as a store reads them: goods, delivery, refunds, who gave what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from shop.money.ledger.models import LedgerEntry, LedgerTransaction
from shop.orders.models import Refund, RefundLine, RefundParcel, Suborder

Kind = LedgerTransaction.Kind
SALES = (Kind.SALE, Kind.REVIEW_ACCEPTED)
COLUMNS = ("before", "store_gave", "others_gave", "paid", "commission", "yours")


def lines_of(entries: Iterable[LedgerEntry]) -> list[dict[str, Any]]:
    """Return the lines of entries, the oldest first; *yours* of all is what the entries sum to.

    Entries are read with transaction, order and suborder. Those of one event about one part of an
    order, goods and delivery, are told together. A line has what kind of event it is, the
    order's number, what it is about, how many, and the amounts of ``COLUMNS`` in minor units.
    """
    found: list[dict[str, Any]] = []
    events: dict[tuple[int, int | None], list[LedgerEntry]] = defaultdict(list)
    for entry in entries:
        events[entry.transaction_id, entry.suborder_id].append(entry)
    for own in events.values():
        entry = own[0]
        rows = list(_rows(entry))
        rest = -sum(one.amount for one in own) - sum(row["yours"] for row in rows)
        if rest:  # tax that the platform owes, or an event without goods
            rows.append(_row(entry, "tax" if rows else entry.transaction.kind, yours=rest))
        found += rows
    return found


def _rows(entry: LedgerEntry) -> Iterator[dict[str, Any]]:
    kind, part = entry.transaction.kind, entry.suborder
    if part is None:
        return
    if kind in SALES:
        yield from _sold(entry, part)
    elif kind == Kind.REFUND:
        yield from _refunded(entry, part)


def _sold(entry: LedgerEntry, part: Suborder) -> Iterator[dict[str, Any]]:
    for line in part.lines.all():
        before = line.regular * line.quantity
        yield _row(
            entry, "goods", what=line.title, options=line.label, quantity=line.quantity,
            before=before, store_gave=before - line.paid - line.funded, others_gave=line.funded,
            paid=line.paid, commission=line.commission,
            yours=line.paid + line.funded - line.commission,
        )  # fmt: skip
    if part.delivery_paid or part.delivery_funded:
        yield _row(
            entry, "delivery", before=part.delivery_price,
            store_gave=part.delivery_price - part.delivery_paid - part.delivery_funded,
            others_gave=part.delivery_funded, paid=part.delivery_paid,
            yours=part.delivery_paid + part.delivery_funded,
        )  # fmt: skip


def _refunded(entry: LedgerEntry, part: Suborder) -> Iterator[dict[str, Any]]:
    refund = Refund.objects.get(pk=entry.transaction.reference.rpartition("-")[2])
    rows = RefundLine.objects.filter(refund=refund, line__suborder=part).select_related("line")
    for row in rows.order_by("line__position"):
        yield _row(
            entry, "refund", what=row.line.title, options=row.line.label, quantity=row.quantity,
            others_gave=-row.funded, paid=-row.paid, commission=-row.commission, yours=-row.earned,
        )  # fmt: skip
    for parcel in RefundParcel.objects.filter(refund=refund, suborder=part):
        yield _row(entry, "delivery refund", others_gave=-parcel.funded, paid=-parcel.paid,
                   yours=-parcel.earned)  # fmt: skip


def _row(entry: LedgerEntry, kind: str, **facts: Any) -> dict[str, Any]:
    order = entry.transaction.order
    known = {
        "kind": kind,
        "order": order.number if order else "",
        "part": entry.suborder_id,
        "at": entry.transaction.at.isoformat(),
        "what": "",
        "options": "",
        "quantity": 0,
        **dict.fromkeys(COLUMNS, 0),
    }
    return known | facts
