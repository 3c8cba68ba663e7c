"""The history of one order, the newest event first, read from its rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.db.models import Q

from cms.dashboard.changelog.text import lines as told
from cms.dashboard.orders import history
from cms.dashboard.orders.facts import SentParcel
from cms.dashboard.orders.history import MAILS, MONEY, PARCELS, PEOPLE, OrderEvent, name
from cms.dashboard.orders.money import PAYMENT_STATES, OrderMoney
from cms.dashboard.orders.notes import NoteShown
from cms.dashboard.orders.replacements import ReplacedShown
from shop.core.currencies import written
from shop.festivals.models import ChangeLog
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.disputes.models import Dispute
from shop.money.returns.models import ReturnRequest
from shop.orders.documents.models import Document
from shop.orders.models import Order, SaleDecision
from shop.orders.tickets.models import Ticket

MOST = 200
SHOWN = {MONEY: "Money", PARCELS: "Parcels", MAILS: "Mails", PEOPLE: "People of the desk"}
ENDS: dict[str, str] = {
    Order.State.EXPIRED: "Ended, not paid in time",
    Order.State.CANCELLED: "Cancelled",
}
CALLED = {"email": "mail address", "line1": "street and number", "line2": "flat, floor or company"}
DECIDED: dict[str, str] = {
    SaleDecision.Outcome.HONOURED: "The wrong price is kept",
    SaleDecision.Outcome.REFUNDED: "The wrong price is not kept",
}


@dataclass(frozen=True, slots=True)
class ReadRows:
    """The rows that a screen of an order has read, from which its events are told."""

    parcels: Sequence[SentParcel]
    money: OrderMoney
    requests: Sequence[ReturnRequest]
    again: Sequence[ReplacedShown]
    disputes: Sequence[Dispute]
    tasks: Sequence[MoneyTask]
    papers: Sequence[Document]
    notes: Sequence[NoteShown]


def events_of(order: Order, rows: ReadRows, *, show: str = "") -> list[OrderEvent]:
    """Return the events of an order, at the most 200. Four statements and the log's.

    Args:
        show: one of ``SHOWN``, or empty for all of them.
    """
    found = [
        *_of_order(order),
        *_of_money(order, rows.money),
        *_of_parcels(rows.parcels),
        *_of_decisions(order),
        *_of_tickets(order),
        *history.papers(rows.papers),
        *history.disputes(rows.disputes),
        *history.tasks(rows.tasks),
        *history.after_sale(rows.parcels, rows.requests, rows.again),
        *history.mails(order),
        *_of_people(order, rows),
        *history.notes(rows.notes),
    ]
    # Of two things of one instant that which is named later above happened later.
    found = [event for event in found if show in ("", event.kind)]
    found.sort(key=lambda event: event.at)
    return found[::-1][:MOST]


def _of_order(order: Order) -> Iterator[OrderEvent]:
    total = written(order.total, order.currency, "en")
    until = f"To be paid until {order.pay_by:%-d %B, %H:%M} UTC"
    yield OrderEvent(order.placed_at, f"Order placed, {total}", small=until, kind=MONEY)
    if order.paid_at:
        yield OrderEvent(order.paid_at, "Paid", kind=MONEY)
    if order.ended_at:
        yield OrderEvent(order.ended_at, ENDS.get(order.state, "Ended"), kind=MONEY)


def _of_money(order: Order, money: OrderMoney) -> Iterator[OrderEvent]:
    for row in reversed(money.tries):
        state = PAYMENT_STATES[row.payment.state]
        yield OrderEvent(
            row.payment.made_at, f"Payment of {row.amount} begun", small=f"Now: {state}", kind=MONEY
        )
    for message in reversed(money.messages):
        said = f"The provider said: {message.kind}"
        small = message.error or message.state
        yield OrderEvent(message.received_at, said, small=small, kind=MONEY)
    for back in reversed(money.backs):
        if back.at is None:
            continue
        text = f"{back.amount} go back: {back.cause}"
        small = "; ".join(filter(None, (back.reason, back.state)))
        yield OrderEvent(back.at, text, small=small, kind=MONEY)


def _of_parcels(parcels: Iterable[SentParcel]) -> Iterator[OrderEvent]:
    for parcel in parcels:
        for row, _to in parcel.shipments:
            number = f", {row.tracking_number}" if row.tracking_number else ""
            text = f"{parcel.part.merchant.name} handed its parcel to {row.carrier}{number}"
            yield OrderEvent(row.shipped_at, text, by=name(row.by))


def _of_decisions(order: Order) -> Iterator[OrderEvent]:
    rows = SaleDecision.objects.filter(line__order=order).select_related("line", "by")
    for row in rows.order_by("pk"):
        yield OrderEvent(row.at, f"{DECIDED[row.outcome]}: {row.line.title}", by=name(row.by))


def _of_tickets(order: Order) -> Iterator[OrderEvent]:
    rows = Ticket.objects.filter(line__order=order).select_related("line", "used_by")
    gone = rows.filter(Q(used_at__isnull=False) | Q(cancelled_at__isnull=False))
    for row in gone.order_by("pk")[:MOST]:
        if row.used_at:
            yield OrderEvent(row.used_at, f"Ticket used: {row.line.title}", by=name(row.used_by))
        else:
            yield OrderEvent(
                cast("datetime", row.cancelled_at), f"Ticket cancelled: {row.line.title}"
            )


def _of_people(order: Order, rows: ReadRows) -> Iterator[OrderEvent]:
    """Yield the events in the log of the order and of the rows that belong to it."""
    money = rows.money
    operations = [row.operation for row in money.backs if row.operation]
    about = {
        "order": [order.pk],
        "suborder": [row.part.pk for row in rows.parcels],
        "returnrequest": [row.pk for row in rows.requests],
        "moneytask": [row.pk for row in rows.tasks],
        "payment": [row.payment.pk for row in money.tries],
        "operation": [row.pk for row in operations],
        "refund": [row.refund_id for row in operations if row.refund_id],
        "gatewayevent": [row.pk for row in money.messages],
    }
    mine = Q()
    for subject, ids in about.items():
        mine |= Q(subject=subject, subject_id__in=ids)
    for line in reversed(told(ChangeLog.objects.filter(mine).order_by("-pk")[:MOST])):
        change, text = line.change, line.words[:1].upper() + line.words[1:]
        yield OrderEvent(
            change.at, text, by=name(change.by), small=change.reason or _detail(change), kind=PEOPLE
        )


def _detail(change: ChangeLog) -> str:
    """Name the mended fields of an address, or the mail sent again; never their content."""
    mended = [CALLED.get(field, field) for field in change.after.get("changed", ())]
    return ", ".join(mended) or str(change.after.get("mail", ""))
