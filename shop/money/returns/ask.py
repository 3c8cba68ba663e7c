"""A shopper asks: to cancel what was not sent, to search for a parcel, to send something back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from shop.catalogue.delivery.carriers import refuse_typing_error
from shop.core.errors import NotPossible
from shop.core.locks import lock_one
from shop.core.tasks import enqueue
from shop.money.money_tasks import gate
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.refund import refund_parts
from shop.money.returns.models import ReturnLine, ReturnRequest
from shop.money.returns.pictures import MOST_PICTURES, SentFile, receive_all
from shop.money.returns.rules import LineLeft, kinds_of, lines_left
from shop.money.returns.sums import BackSum, sum_of
from shop.money.returns.tasks import send_news, tell_store
from shop.orders import end
from shop.orders.after_sale.arrive import AFTER_DELIVERY
from shop.orders.models import Order, OrderLine, Refund, Suborder

State, Kind, Reason = ReturnRequest.State, ReturnRequest.Kind, ReturnLine.Reason
ANSWER_WITHIN = timedelta(days=3)
MOST_REQUESTS = 10  # for one parcel: asking again and again is no way to a decision
LATE = timedelta(days=10)
"""So long after the day by which a parcel had to leave, cancelling it is its store's fault."""


@dataclass(frozen=True, slots=True)
class Wish:
    """Units of one line that a shopper asks back, why, and files with pictures as they came."""

    quantity: int
    reason: str
    words: str = ""
    pictures: Sequence[SentFile] = ()


@transaction.atomic
def ask(
    order_id: int, suborder_id: int, kind: str, wishes: Mapping[int, Wish], *, at: datetime
) -> ReturnRequest:
    """Write down what a shopper asks for; to cancel what was not sent is done at once.

    A second press of the button finds that nothing more is left to ask for.

    Args:
        wishes: by line id.

    Raises:
        NotPossible: it may not be asked now, or for fewer units, or not for this reason; nothing
            is changed.
    """
    order = end.lock(order_id)
    part = _locked(order, suborder_id)
    is_too_often = part.returns.count() >= MOST_REQUESTS
    if is_too_often or kind not in kinds_of(part, at=at):
        raise NotPossible(_("This cannot be asked for any more. Look at the order again."))
    rows = {row.line.pk: row for row in lines_left(part, kind, at=at)}
    chosen = {pk: wish for pk, wish in wishes.items() if wish.quantity}
    if not chosen:
        raise NotPossible(_("Choose what it is about."))
    for pk, wish in chosen.items():
        _check(rows.get(pk), wish, kind)
    if kind == Kind.RETURN and part.state == Suborder.State.SHIPPED:
        part.move_to(
            Suborder.State.DELIVERED, delivered_at=at, release_at=at + AFTER_DELIVERY,
            delivered_how=Suborder.Arrival.SHOPPER,
        )  # fmt: skip
    facts: dict[str, Any] = {"suborder": part, "kind": kind, "asked_at": at}
    if kind == Kind.CANCEL:
        units = {rows[pk].line: wish.quantity for pk, wish in chosen.items()}
        facts |= _cancelled(order, part, units, at)
    request = ReturnRequest.objects.create(
        answer_by=at + ANSWER_WITHIN, carriage=_carriage(kind, chosen.values()),
        has_pictures=any(wish.pictures for wish in chosen.values()), **facts,
    )  # fmt: skip
    _write_lines(request, {rows[pk].line: wish for pk, wish in sorted(chosen.items())}, at=at)
    enqueue(tell_store, request.pk)
    if kind != Kind.CANCEL:
        enqueue(send_news, request.pk)
    return request


@transaction.atomic
def take_back(request_id: int, *, at: datetime) -> None:
    """Drop a request that its shopper does not want any more.

    Raises:
        NotPossible: it is decided, or the store has the goods.
    """
    request = lock_one(ReturnRequest.objects, request_id)
    if State.LAPSED not in ReturnRequest.NEXT[request.state]:
        raise NotPossible(_("This is decided already. Look at the order again."))
    request.move_to(State.LAPSED, closed_at=at)
    gate.close_by_itself(request, kind=MoneyTask.Kind.RETURN, at=at)


@transaction.atomic
def note_sent(request_id: int, *, carrier: str, tracking_number: str, at: datetime) -> None:
    """Write down that a shopper has sent the goods back.

    Raises:
        NotPossible: the store has not agreed, or it was written down before.
        WrongNumber: the number has a typing error.
    """
    request = lock_one(ReturnRequest.objects, request_id)
    if request.state != State.AGREED or request.kind != Kind.RETURN:
        raise NotPossible(_("Nothing waits to be sent back."))
    country = request.suborder.order.contact.country
    refuse_typing_error(carrier.strip(), tracking_number, country=country)
    request.move_to(
        State.SENT, sent_at=at, carrier=carrier.strip()[:80],
        tracking_number=tracking_number.strip()[:60],
    )  # fmt: skip
    enqueue(tell_store, request.pk)


def foreseen(part: Suborder, wishes: Mapping[int, Wish]) -> BackSum:
    """Return what a shopper would get for what is asked."""
    lines = {line.pk: line for line in part.lines.all()}
    units = {lines[pk]: wish.quantity for pk, wish in wishes.items() if wish.quantity}
    fault = {pk for pk, wish in wishes.items() if wish.reason in ReturnLine.AT_FAULT}
    return sum_of(part, units, at_fault=fault)


def sum_of_request(request: ReturnRequest) -> BackSum:
    """Return what a request would send back as things stand now."""
    rows = list(request.lines.select_related("line"))
    fault = {row.line_id for row in rows if row.is_stores_fault}
    return sum_of(request.suborder, {row.line: row.quantity for row in rows}, at_fault=fault)


def _cancelled(
    order: Order, part: Suborder, units: Mapping[OrderLine, int], at: datetime
) -> dict[str, Any]:
    """Send the money of units back that were not sent; return what the request says then."""
    is_late = part.ship_by is not None and at.date() >= part.ship_by + LATE
    cause = Refund.Cause.CANNOT_DELIVER if is_late else Refund.Cause.CANCELLED
    refund = refund_parts(order, units, cause=cause, at=at)
    return {"state": State.REFUNDED, "refund": refund, "answered_at": at, "closed_at": at}


def _write_lines(request: ReturnRequest, wishes: Mapping[OrderLine, Wish], *, at: datetime) -> None:
    lines = [
        ReturnLine(request=request, line=line, quantity=wish.quantity, reason=wish.reason,
                   words=wish.words)
        for line, wish in wishes.items()
    ]  # fmt: skip
    ReturnLine.objects.bulk_create(lines)
    for row in lines:
        receive_all(row, wishes[row.line].pictures[:MOST_PICTURES], at=at)


def _check(row: LineLeft | None, wish: Wish, kind: str) -> None:
    if row is None or row.why_not:
        raise NotPossible(row.why_not if row else _("Choose what it is about."))
    if not 0 < wish.quantity <= row.units:
        raise NotPossible(_("Choose at most %(count)d of them.") % {"count": row.units})
    if wish.reason not in row.reasons:
        raise NotPossible(_("Say for each piece why it goes back."))


def _carriage(kind: str, wishes: Iterable[Wish]) -> str:
    """Return who pays the way back: the store where it is to blame for any of it."""
    if kind != Kind.RETURN:
        return ""
    fault = any(wish.reason in ReturnLine.AT_FAULT for wish in wishes)
    return ReturnRequest.Carriage.STORE if fault else ReturnRequest.Carriage.SHOPPER


def _locked(order: Order, suborder_id: int) -> Suborder:
    part = lock_one(order.suborders, suborder_id)
    part.order = order
    return part
