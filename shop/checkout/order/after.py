"""What a shopper can do with each parcel of an order, and what was asked for already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple, cast

from django.urls import reverse
from django.utils.translation import gettext as _

from shop.cart.formats import day_at
from shop.checkout.order.again import AgainShown, replacements_of
from shop.checkout.order.summary import OrderShown
from shop.orders.models import Order, OrderLine, Suborder
from shop.returns.models import ReturnRequest
from shop.returns.rules import hours_before, kinds_of, return_until, was_moved
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
    cancel = _cancel_until([parcel.part for parcel in shown.parcels], at=at)
    return [
        replace(
            _after(
                order, parcel.part, found[parcel.part.pk], at=at, cancel=cancel.get(parcel.part.pk)
            ),
            again=tuple(again.get(parcel.part.pk, ())),
        )
        for parcel in shown.parcels
    ]


class Cancelling(NamedTuple):
    """Whether a visit can be cancelled, and the words on until when."""

    is_possible: bool
    text: str


def _cancel_until(parts: Sequence[Suborder], *, at: datetime) -> dict[int, Cancelling]:
    """Return whether visits can be cancelled, by the ids of their parts.

    Where a date that was not moved is far enough, its rule is told, of several the strictest.
    """
    visits = [part.pk for part in parts if not part.service and part.state == State.WAITING]
    said = dict.fromkeys(visits, Cancelling(False, ""))
    if not visits:
        return said
    changed = _("The time or the place was changed. You can cancel until it begins.")
    lines = OrderLine.objects.filter(suborder__in=visits, variant__session_start__gt=at)
    strictest: dict[int, int] = {}
    for line in lines.select_related("variant", "order"):
        hours, pk = hours_before(line), line.suborder_id
        starts = cast("datetime", line.variant.session_start)
        if was_moved(line):
            said[pk] = Cancelling(True, changed)
        elif at <= starts - timedelta(hours=hours):
            strictest[pk] = max(hours, strictest.get(pk, 0))
        elif not said[pk].is_possible:
            late = _("This can no longer be cancelled: it starts in less than %(hours)d hours.")
            said[pk] = Cancelling(False, late % {"hours": hours})
    by_rule = _("You can cancel until %(hours)d hours before the date.")
    may = {pk: Cancelling(True, by_rule % {"hours": n}) for pk, n in strictest.items()}
    return said | may


def _after(
    order: Order,
    part: Suborder,
    rows: list[ReturnRequest],
    *,
    at: datetime,
    cancel: Cancelling | None,
) -> After:
    place = [order.number, order.token]
    labels = {
        Kind.CANCEL: _("Cancel this parcel") if part.service else _("Cancel the visit"),
        Kind.MISSING: _("It did not arrive"),
        Kind.RETURN: _("Return an item"),
    }
    may = order.is_paid and (cancel is None or cancel.is_possible)
    kinds = kinds_of(part, at=at) if may else ()
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
    if cancel and order.is_paid and (Kind.CANCEL in kinds or not cancel.is_possible):
        until = cancel.text
    asked = tuple(_asked(row, place) for row in rows)
    return After(tuple(acts), until, asked)


def _asked(row: ReturnRequest, place: list[str]) -> AskedShown:
    state, tag = state_words(row.state)
    title = f"{KINDS[Kind(row.kind)]} {row.number}"
    return AskedShown(title, reverse("order-request", args=[*place, row.pk]), state, tag)
