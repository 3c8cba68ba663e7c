"""A parcel arrived, or a date took place: who said so, and from when its store may be paid."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from typing import cast

from django.db import transaction
from django.db.models import Max, Q
from django.utils.translation import gettext as _

from shop.catalogue.stock import units as stock
from shop.core.errors import NotPossible
from shop.core.jobs import each
from shop.core.locks import lock_one
from shop.festivals.changelog import log as note
from shop.orders.models import Order, OrderLine, Replacement, Suborder
from shop.orders.refund import refunded
from shop.people.accounts.models import User

State, Arrival = Suborder.State, Suborder.Arrival

AFTER_DELIVERY = timedelta(days=14)
"""So long after its delivery a store's earnings of a parcel wait for complaints."""
AFTER_SESSION = timedelta(days=2)
LAPSE = timedelta(days=7)
"""So long after its last day a parcel counts as delivered, where nobody says otherwise."""
LEAST_ON_ITS_WAY = timedelta(days=10)
MOST_AT_ONCE = 500
OPEN_SEARCHES = ("asked", "agreed", "sent", "received", "appealed")
"""States of a request of ``shop.money.returns`` that keep a parcel from counting as delivered."""


@transaction.atomic
def arrived(
    suborder_id: int, how: str, *, at: datetime, by: User | None = None, reason: str = ""
) -> Suborder:
    """Write down that a parcel is there, since when it is. Safe to repeat.

    Raises:
        NotPossible: it has not been sent, or was cancelled.
    """
    part = lock_one(Suborder.objects.select_related("order"), suborder_id)
    if part.state == State.DELIVERED:
        return part
    if part.state != State.SHIPPED:
        raise NotPossible(_("Only a parcel that was sent can have arrived."))
    _deliver(part, how, at=at, release_at=at + AFTER_DELIVERY)
    if by is not None and how == Arrival.STAFF:
        note(part.order, "arrived", at=at, by=by, festival=None, reason=reason)
    return part


def lapses_at(arrives_to: date, shipped_at: datetime) -> datetime:
    """Return when a parcel counts as delivered where nobody says whether it is."""
    last_day = datetime.combine(arrives_to, time(), UTC) + timedelta(days=1)
    return max(last_day + LAPSE, shipped_at + LEAST_ON_ITS_WAY)


def take_as_arrived(*, at: datetime) -> int:
    """Take as delivered what should have been long ago, and what has taken place; return how many.

    In the beat. One that its shopper says did not come waits for the answer.
    """
    return _lapse(at=at) + _end_sessions(at=at)


def _lapse(*, at: datetime) -> int:
    """Deliver parcels about which nobody has said anything; a search keeps one open."""
    rows = Suborder.objects.filter(state=State.SHIPPED, arrives_to__lt=(at - LAPSE).date())
    rows = rows.exclude(returns__state__in=OPEN_SEARCHES)
    rows = rows.exclude(replacements__state__in=Replacement.ALIVE)
    rows = rows.annotate(sent=Max("shipments__shipped_at"))
    due = rows.filter(Q(sent=None) | Q(sent__lte=at - LEAST_ON_ITS_WAY))
    ids = list(due.order_by("arrives_to", "pk").values_list("pk", flat=True)[:MOST_AT_ONCE])

    def one(pk: int) -> None:
        arrived(pk, Arrival.LAPSE, at=at)

    return each("take parcels as delivered", ids, one, at=at, about=Suborder)


def _over_sessions(*, at: datetime) -> list[int]:
    """Return ids of paid visits of which no date is to come."""
    rows = Suborder.objects.sold().filter(state=State.WAITING, service="")
    rows = rows.filter(order__state=Order.State.PAID)
    dated = rows.annotate(last=Max("lines__variant__session_start")).filter(last__lte=at)
    return list(dated.order_by("pk").values_list("pk", flat=True)[:MOST_AT_ONCE])


def _end_sessions(*, at: datetime) -> int:
    ids = _over_sessions(at=at)

    def one(pk: int) -> None:
        _host(pk, at=at)

    return each("end dates that took place", ids, one, at=at, about=Suborder)


@transaction.atomic
def _host(suborder_id: int, *, at: datetime) -> None:
    """Write down that the dates of a visit have taken place, once the last has ended."""
    part = lock_one(Suborder.objects.select_related("order"), suborder_id)
    lines = list(part.lines.select_related("variant", "product"))
    back = refunded(lines)
    left = {line: line.quantity - back.get(line.pk, 0) for line in lines}
    ends = [_end_of(line) for line, count in left.items() if count]
    if part.state != State.WAITING or not ends or max(ends) > at:
        return
    _deliver(part, Arrival.SESSION, at=max(ends), release_at=max(ends) + AFTER_SESSION)
    units: Counter[int] = Counter()
    for line, count in left.items():
        units[line.pool_id] += line.pool_units // line.quantity * count
    stock.ship(units, at=at, by=None, note=part.order.number)


def _end_of(line: OrderLine) -> datetime:
    start = cast("datetime", line.variant.session_start)
    return start + timedelta(minutes=line.product.duration_minutes or 0)


def _deliver(part: Suborder, how: str, *, at: datetime, release_at: datetime) -> None:
    part.move_to(State.DELIVERED, delivered_at=at, delivered_how=how, release_at=release_at)
