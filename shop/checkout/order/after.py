"""What a shopper can do with each parcel of an order, and what was asked for already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext as _

from shop.cart.formats import day
from shop.catalogue.returns import BEFORE_SESSION, hours_before
from shop.checkout.order.again import AgainShown, replacements_of
from shop.checkout.order.summary import OrderShown
from shop.orders.models import Order, OrderLine, Suborder
from shop.returns.models import ReturnRequest
from shop.returns.rules import kinds_of, return_until
from shop.returns.words import KINDS, state_words

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
    late = _too_late([parcel.part for parcel in shown.parcels], at=at)
    return [
        replace(
            _after(
                order, parcel.part, found[parcel.part.pk], at=at, is_late=parcel.part.pk in late
            ),
            again=tuple(again.get(parcel.part.pk, ())),
        )
        for parcel in shown.parcels
    ]


def _too_late(parts: Sequence[Suborder], *, at: datetime) -> set[int]:
    """Return the visits of which no date can be cancelled any more, by their ids."""
    visits = [part.pk for part in parts if not part.service and part.state == State.WAITING]
    if not visits:
        return set()
    far = Q(variant__session_start__gte=at + BEFORE_SESSION)
    moved = Q(variant__moved_at__gt=F("order__placed_at"), variant__session_start__gt=at)
    lines = OrderLine.objects.filter(far | moved, suborder__in=visits)
    return set(visits) - set(lines.values_list("suborder", flat=True))


def _after(
    order: Order, part: Suborder, rows: list[ReturnRequest], *, at: datetime, is_late: bool
) -> After:
    place = [order.number, order.token]
    labels = {
        Kind.CANCEL: _("Cancel this parcel") if part.service else _("Cancel the visit"),
        Kind.MISSING: _("It did not arrive"),
        Kind.RETURN: _("Return an item"),
    }
    kinds = kinds_of(part, at=at) if order.is_paid and not is_late else ()
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
        date = {"date": day(return_until(part).date())}
        until = _("You can return goods from this parcel until %(date)s.") % date
    if Kind.CANCEL in kinds and not part.service:
        until = _("You can cancel until %(hours)d hours before the date.") % {
            "hours": hours_before()
        }
    asked = tuple(_asked(row, place) for row in rows)
    return After(tuple(acts), until, asked)


def _asked(row: ReturnRequest, place: list[str]) -> AskedShown:
    state, tag = state_words(row.state)
    title = f"{KINDS[Kind(row.kind)]} {row.number}"
    return AskedShown(title, reverse("order-request", args=[*place, row.pk]), state, tag)
