"""What may still be asked for after paying: what can be cancelled, searched for, sent back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from shop.catalogue.models import Category
from shop.catalogue.returns import RETURN_DAYS
from shop.money.returns.models import ReturnLine, ReturnRequest
from shop.orders.after_sale.arrive import LAPSE
from shop.orders.after_sale.contents import units_of
from shop.orders.models import OrderLine, Replacement, ReplacementLine, Suborder
from shop.orders.tickets.cancelling import can_cancel, hours_before

State, Reason, Kind = Suborder.State, ReturnLine.Reason, ReturnRequest.Kind

BY_MIND = frozenset({Reason.MIND, Reason.SIZE})


@dataclass(frozen=True, slots=True)
class LineLeft:
    """A line of a parcel, how many units of it can be asked back, and for which reasons.

    ``why_not`` says it where it is none; ``rule`` is what its kind of goods may come back for.
    """

    line: OrderLine
    units: int
    reasons: tuple[str, ...]
    why_not: str
    rule: str


def kinds_of(part: Suborder, *, at: datetime) -> tuple[str, ...]:
    """Return what may be asked for a part of a paid order now, whatever of it is left."""
    match part.state:
        case State.WAITING if not part.stopped_at:
            return (Kind.CANCEL, *_of_sent(part, at)) if part.is_partly_sent else (Kind.CANCEL,)
        case State.SHIPPED if at <= return_until(part):
            return _of_sent(part, at)
        case State.DELIVERED if part.service and at <= return_until(part):
            is_told = part.delivered_how in (Suborder.Arrival.LAPSE, Suborder.Arrival.CARRIER)
            return (Kind.RETURN, Kind.MISSING) if is_told else (Kind.RETURN,)
        case _:
            return ()


def _of_sent(part: Suborder, at: datetime) -> tuple[str, ...]:
    is_late = part.arrives_to is None or at > _end_of_day(part)
    return (Kind.MISSING, Kind.RETURN) if is_late else (Kind.RETURN,)


def return_until(part: Suborder) -> datetime:
    """Return until when what was sent may be asked back.

    Where nobody said when it arrived, its last day of delivery counts, and the days in which it is
    taken as delivered; where none was told, the day on which it had to leave, or was paid.
    """
    there = part.replaced_at or part.delivered_at
    if there is None:
        paid = part.paid_at or part.order.placed_at
        last = part.arrives_to or part.ship_by or paid.date()
        there = datetime.combine(last, time(), UTC) + timedelta(days=1) + LAPSE
    return there + timedelta(days=RETURN_DAYS)


def lines_left(part: Suborder, kind: str, *, at: datetime) -> list[LineLeft]:
    """Return the lines of a part with what of them may be asked back. Three statements.

    What an organizer has refused after an appeal is not asked for again.
    """
    lines = list(part.lines.select_related("variant", "order", "product__category"))
    places = units_of(lines)
    if kind == Kind.CANCEL:
        return [_left(line, places[line.pk].to_send, kind, at=at) for line in lines]
    asked = _asked_for(lines, kind)
    return [_left(line, places[line.pk].sent - asked[line.pk], kind, at=at) for line in lines]


def asked_units(lines: Sequence[OrderLine]) -> dict[int, int]:
    """Return how many units of lines are in requests that are not decided, by line id.

    With those in replacements that are not there yet.
    """
    return dict(_units_of(lines, Q(request__state__in=ReturnRequest.ALIVE)) + _again(lines))


def _asked_for(lines: Sequence[OrderLine], kind: str) -> Counter[int]:
    """Return how many units of lines wait for a decision, were refused for good, or come again."""
    refused = Q(request__state=ReturnRequest.State.REFUSED, request__appealed_at__isnull=False)
    alive = Q(request__state__in=ReturnRequest.ALIVE)
    return _units_of(lines, alive | refused & Q(request__kind=kind)) + _again(lines)


def _units_of(lines: Sequence[OrderLine], which: Q) -> Counter[int]:
    rows = ReturnLine.objects.filter(which, line__in=lines)
    counted = rows.order_by().values_list("line").annotate(units=Sum("quantity"))
    return Counter(dict(counted))


def _again(lines: Sequence[OrderLine]) -> Counter[int]:
    return Counter(ReplacementLine.objects.units(lines, *Replacement.ALIVE))


def _left(line: OrderLine, units: int, kind: str, *, at: datetime) -> LineLeft:
    rule = line.product.category.returns
    why_not = _("Nothing of it is left to ask for.") if units <= 0 else ""
    if not why_not and kind == Kind.CANCEL:
        why_not = _why_not_cancelled(line, at=at)
    return LineLeft(line, 0 if why_not else units, _reasons(line, kind), why_not, rule)


def _why_not_cancelled(line: OrderLine, *, at: datetime) -> str:
    if can_cancel(line, at=at):
        return ""
    return _("A date can be cancelled until %(hours)d hours before it begins.") % {
        "hours": hours_before(line)
    }


def _reasons(line: OrderLine, kind: str) -> tuple[str, ...]:
    if kind == Kind.CANCEL:
        return (Reason.MIND,)
    if kind == Kind.MISSING:
        return (Reason.MISSING,)
    found = [reason for reason in Reason if reason != Reason.MISSING]
    if line.product.category.returns == Category.Returns.FAULTY:
        found = [reason for reason in found if reason not in BY_MIND]
    return tuple(str(reason) for reason in found)


def _end_of_day(part: Suborder) -> datetime:
    last = part.arrives_to
    assert last is not None  # noqa: S101 - asked before
    return datetime.combine(last, time(), UTC) + timedelta(days=1)
