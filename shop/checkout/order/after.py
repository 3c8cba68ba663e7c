"""What a shopper can do with each parcel of an order, and what was asked for already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from shop.checkout.order.again import AgainShown, replacements_of
from shop.checkout.order.summary import OrderShown
from shop.money.returns.models import ReturnRequest
from shop.money.returns.rules import kinds_of, return_until
from shop.money.returns.words import KINDS, state_words
from shop.orders.cart.formats import day_at
from shop.orders.models import Order, OrderLine, Suborder
from shop.orders.tickets.cancelling import can_cancel

Kind, State = ReturnRequest.Kind, Suborder.State


@dataclass(frozen=True, slots=True)
class ParcelAct:
    """Something that a shopper can do with a parcel."""

    label: str
    url: str
    is_first: bool


@dataclass(frozen=True, slots=True)
class AskedShown:
    """A request of a parcel, and how it stands."""

    title: str
    url: str
    state: str
    tag: str


@dataclass(frozen=True, slots=True)
class After:
    """Everything after the sale that concerns one parcel."""

    acts: tuple[ParcelAct, ...]
    until: str
    asked: tuple[AskedShown, ...]
    again: tuple[AgainShown, ...] = ()


def afters(order: Order, shown: OrderShown, *, at: datetime) -> list[After]:
    """Return for each parcel of an order, in its order, what can be done.

    One statement, two where a visit is to come, two more where a parcel has left.
    """
    found: dict[int, list[ReturnRequest]] = defaultdict(list)
    for row in ReturnRequest.objects.filter(suborder__order=order).order_by("-pk"):
        found[row.suborder_id].append(row)
    again = replacements_of(order, shown)
    may = _cancellable([parcel.part for parcel in shown.parcels], at=at)
    return [
        replace(
            _after(
                order, parcel.part, found[parcel.part.pk], at=at, may=may.get(parcel.part.pk, True)
            ),
            again=tuple(again.get(parcel.part.pk, ())),
        )
        for parcel in shown.parcels
    ]


def _cancellable(parts: Sequence[Suborder], *, at: datetime) -> dict[int, bool]:
    """Return whether a date of a part can be cancelled, by the ids of parts with visits.

    Beside each date stands until when: ``VisitShown.cancel``.
    """
    visits = [part.pk for part in parts if not part.service and part.state == State.WAITING]
    if not visits:
        return {}
    lines = OrderLine.objects.filter(suborder__in=visits, variant__session_start__gt=at)
    found = dict.fromkeys(visits, False)
    for line in lines.select_related("variant", "order"):
        found[line.suborder_id] |= can_cancel(line, at=at)
    return found


def _after(
    order: Order,
    part: Suborder,
    rows: list[ReturnRequest],
    *,
    at: datetime,
    may: bool,
) -> After:
    place = [order.number, order.token]
    labels = {
        Kind.CANCEL: _("Cancel this parcel") if part.service else _("Cancel the visit"),
        Kind.MISSING: _("It did not arrive"),
        Kind.RETURN: _("Return an item"),
    }
    kinds = kinds_of(part, at=at) if may and order.is_paid else ()
    acts = [
        ParcelAct(labels[Kind(kind)], reverse("order-ask", args=[*place, part.pk, kind]),
                  is_first=number == 0 and kind == Kind.MISSING)
        for number, kind in enumerate(kinds)
    ]  # fmt: skip
    if part.state == State.SHIPPED:
        url = reverse("order-arrival", args=[*place, part.pk])
        acts.append(ParcelAct(_("It arrived"), url, is_first=False))
    until = ""
    if Kind.RETURN in kinds and part.delivered_at:
        date = {"date": day_at(return_until(part))}
        until = _("You can return goods from this parcel until %(date)s.") % date
    asked = tuple(_asked(row, place) for row in rows)
    return After(tuple(acts), until, asked)


def _asked(row: ReturnRequest, place: list[str]) -> AskedShown:
    state, tag = state_words(row.state)
    title = f"{KINDS[Kind(row.kind)]} {row.number}"
    return AskedShown(title, reverse("order-request", args=[*place, row.pk]), state, tag)
