"""Where the units of an order's lines are: to be sent, or sent, of those that are not refunded.

Every list of what is to be packed, every paper of a parcel and every bound on a refund asks here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.db.models import F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from shop.orders.models import OrderLine, RefundLine, ShipmentLine, Suborder

State = Suborder.State


@dataclass(frozen=True, slots=True)
class Units:
    """Units of a line that are not refunded: with their store, and those that have left."""

    to_send: int = 0
    sent: int = 0


def units_of(lines: Collection[OrderLine]) -> dict[int, Units]:
    """Return where the units of lines are, by line id. One statement."""
    rows = OrderLine.objects.filter(pk__in=[line.pk for line in lines]).order_by()
    back = RefundLine.objects.filter(line=OuterRef("pk"))
    # A refund from before it was written down was made while a parcel left whole or not at all.
    unsent = Coalesce(F("unsent"), F("quantity"))
    gone = ShipmentLine.objects.filter(line=OuterRef("pk"))
    found = rows.values_list(
        "pk", "quantity", "suborder__state",
        _sum(back.annotate(units=F("quantity"))), _sum(back.annotate(units=unsent)),
        _sum(gone.annotate(units=F("quantity"))),
    )  # fmt: skip
    return {pk: _units(*facts) for pk, *facts in found}


def to_send(lines: Collection[OrderLine]) -> dict[int, int]:
    """Return how many units of lines are still to be sent, by line id. One statement."""
    return {pk: units.to_send for pk, units in units_of(lines).items()}


def left_to_send(part: Suborder) -> dict[OrderLine, int]:
    """Return the lines of a part of which something is still to be sent, with how much of it."""
    lines = list(part.lines.all())
    left = to_send(lines)
    return {line: left[line.pk] for line in lines if left[line.pk]}


def note_contents(parts: Iterable[Suborder]) -> None:
    """Note with parts, whose lines were read, what lists show of them: units, line by line.

    What waits to be sent shows what is left to send; all else what was ordered. One statement.
    """
    parts = list(parts)
    waiting = [part for part in parts if part.service and part.state == State.WAITING]
    left = to_send([line for part in waiting for line in part.lines.all()])
    for part in parts:
        rows = [(left.get(line.pk, line.quantity), line) for line in part.lines.all()]
        part.contents = [(count, line) for count, line in rows if count]


def pools_of(units: Mapping[OrderLine, int]) -> dict[int, int]:
    """Return units of lines as units of their pools."""
    found: dict[int, int] = {}
    for line, count in units.items():
        each = line.pool_units // line.quantity
        found[line.pool_id] = found.get(line.pool_id, 0) + each * count
    return found


def _sum(rows: QuerySet[RefundLine] | QuerySet[ShipmentLine]) -> Coalesce:
    per_line = rows.order_by().values("line").annotate(sum=Sum("units")).values("sum")
    return Coalesce(Subquery(per_line), 0)


def _units(quantity: int, state: str, back: int, unsent: int, gone: int) -> Units:
    left = quantity - back
    if state != State.WAITING:
        return Units(sent=left)
    here = quantity - unsent - gone
    return Units(to_send=here, sent=left - here)
