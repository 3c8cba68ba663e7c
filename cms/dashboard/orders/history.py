"""What happened to an order beside its payments: requests, replacements, disputes, mails, notes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Prefetch

from cms.dashboard.orders.facts import SentParcel
from cms.dashboard.orders.notes import NoteShown
from cms.dashboard.orders.replacements import ReplacedShown
from shop.core.currencies import written
from shop.core.mail.models import SentMail
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.disputes.evidence import with_papers
from shop.money.payments.disputes.models import Dispute, DisputeEvidence
from shop.money.payments.disputes.words import reason_words
from shop.money.returns.models import ReturnRequest
from shop.orders.documents.lists import name_of
from shop.orders.documents.models import Document
from shop.orders.models import Order, Suborder
from shop.people.accounts.models import User

MOST_MAILS = 200
MONEY, PARCELS, MAILS, PEOPLE = "money", "parcels", "mails", "people"
ARRIVED: dict[str, str] = {
    Suborder.Arrival.CARRIER: "as its carrier says",
    Suborder.Arrival.SHOPPER: "as its shopper says",
    Suborder.Arrival.LAPSE: "as nobody said otherwise",
    Suborder.Arrival.SESSION: "the visit took place",
    Suborder.Arrival.STAFF: "as an organizer wrote down",
}
ASKED: dict[str, str] = {
    ReturnRequest.Kind.CANCEL: "Shopper cancelled",
    ReturnRequest.Kind.MISSING: "Shopper says it did not arrive",
    ReturnRequest.Kind.RETURN: "Shopper asked for a return",
}
ENDED: dict[str, str] = {
    Dispute.State.WON: "Dispute won",
    Dispute.State.LOST: "Dispute lost",
    Dispute.State.CLOSED: "The bank’s inquiry came to nothing",
}
# Mails by the name of their template; others are told by that name.
LETTERS: dict[str, str] = {
    "receipt": "Receipt", "shipped": "Parcel sent", "refund": "Refund on its way",
    "refund-booked": "Refund, to the store", "order-to-ship": "New order, to the store",
    "order-link": "Link of the order", "order-code": "Code for the order",
    "address-mended": "Address changed", "order-address": "Address changed, to the store",
    "return-news": "News of a request", "return-to-handle": "Request, to the store",
    "replacement": "News of a replacement", "replacement-to-send": "Replacement, to the store",
    "message-of-store": "Message of a store", "message-of-shopper": "Message, to the store",
    "dispute-news": "Dispute, to the store", "paid-twice": "Paid twice",
    "paid-too-late": "Paid too late", "paid-after-start": "Paid after the start",
    "payment-refused-later": "Payment refused", "price-mistake": "Wrong price",
    "session-cancelled": "Date called off",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class OrderEvent:
    """One event, when it was, and who caused it; ``small`` are further details.

    ``kind`` says to which choice of the list it belongs.
    """

    at: datetime
    text: str
    by: str = ""
    small: str = ""
    kind: str = PARCELS


def after_sale(
    parcels: Iterable[SentParcel],
    requests: Iterable[ReturnRequest],
    again: Iterable[ReplacedShown],
) -> Iterator[OrderEvent]:
    """Yield arrivals, what shoppers asked for, and what was sent once more. No statement.

    What organizers and stores decided stands in the log, with who did.
    """
    for parcel in parcels:
        part = parcel.part
        if part.delivered_at and part.delivered_how != Suborder.Arrival.STAFF:
            text = f"Parcel of {part.merchant.name} delivered"
            yield OrderEvent(part.delivered_at, text, small=ARRIVED.get(part.delivered_how, ""))
    for row in requests:
        yield from _of_request(row)
    for shown in again:
        one = shown.row
        if one.shipped_at:
            number = f", {one.tracking_number}" if one.tracking_number else ""
            text = f"{shown.store} handed a replacement to {one.carrier}{number}"
            yield OrderEvent(one.shipped_at, text, by=name(one.shipped_by))
        if one.delivered_at and one.delivered_how != Suborder.Arrival.STAFF:
            small = ARRIVED.get(one.delivered_how, "")
            yield OrderEvent(one.delivered_at, f"Replacement of {shown.store} there", small=small)


def disputes(rows: Sequence[Dispute]) -> Iterator[OrderEvent]:
    """Yield when disputes were opened and decided, and what stores said. No statement."""
    for row in rows:
        amount = written(row.amount, row.currency, "en")
        due = f"to be answered by {row.due_by:%-d %B}" if row.due_by else ""
        why = reason_words(row.reason, "en")
        yield OrderEvent(row.opened_at, f"{amount} disputed: {why}", small=due, kind=MONEY)
        if row.closed_at:
            yield OrderEvent(row.closed_at, ENDED.get(row.state, "Dispute over"), kind=MONEY)
        for said in row.evidence.all():
            papers = [paper.name or paper.kind for paper in said.papers.all()]
            small = " ".join(filter(None, (said.text, said.tracking_number, *papers)))
            text = f"{said.suborder.merchant.name} on the dispute"
            yield OrderEvent(said.at, text, by=name(said.by), small=small, kind=MONEY)


@dataclass(frozen=True, slots=True)
class DisputeTold:
    """A dispute with its amount and reason in words, and what stores said about it."""

    row: Dispute
    amount: str
    reason: str
    said: Sequence[DisputeEvidence]


def told_dispute(row: Dispute) -> DisputeTold:
    """Return a dispute in words. No statement."""
    amount, why = written(row.amount, row.currency, "en"), reason_words(row.reason, "en")
    return DisputeTold(row, amount, why, list(row.evidence.all()))


def disputes_of(order: Order) -> list[Dispute]:
    """Return the disputes of an order with what stores said. Three statements, or one."""
    said = with_papers(DisputeEvidence.objects.select_related("suborder__merchant", "by"))
    rows = Dispute.objects.filter(payment__order=order).order_by("pk")
    return list(rows.prefetch_related(Prefetch("evidence", said)))


def tasks_of(order: Order) -> list[MoneyTask]:
    """Return what about an order came to the money desk. One statement."""
    return list(MoneyTask.objects.filter(order=order).order_by("pk"))


def tasks(rows: Iterable[MoneyTask]) -> Iterator[OrderEvent]:
    """Yield what came to the money desk, and what solved itself; the rest is in the log."""
    for row in rows:
        yield OrderEvent(row.opened_at, f"To the money desk: {row.what}", kind=MONEY)
        if row.closed_at and row.closed_by_id is None:
            yield OrderEvent(row.closed_at, "Off the money desk: it solved itself", kind=MONEY)


def notes(rows: Iterable[NoteShown]) -> Iterator[OrderEvent]:
    """Yield the notes of colleagues, struck ones without their words. No statement."""
    for shown in rows:
        row = shown.note
        words = f"Struck by {shown.struck_by}" if row.struck_at else row.text
        text = f"Note, call back on {row.due_on:%-d %B}" if row.due_on else "Note"
        yield OrderEvent(row.at, text, by=shown.by, small=words, kind=PEOPLE)
        if row.done_at:
            yield OrderEvent(row.done_at, "Shopper called back", by=shown.done_by, kind=PEOPLE)


def mails(order: Order) -> Iterator[OrderEvent]:
    """Yield the mails that went out; those of one kind and minute are one event. One statement."""
    rows = SentMail.objects.filter(order_number=order.number).order_by("-pk")[:MOST_MAILS]
    sent: dict[tuple[datetime, str], list[datetime]] = defaultdict(list)
    for row in rows:
        sent[row.at.replace(second=0, microsecond=0), row.key].append(row.at)
    for (_minute, key), moments in sent.items():
        many = f", {len(moments)} times" if len(moments) > 1 else ""
        text = f"Mail sent: {LETTERS.get(key, key.replace('-', ' '))}{many}"
        yield OrderEvent(max(moments), text, kind=MAILS)


def papers(rows: Iterable[Document]) -> Iterator[OrderEvent]:
    """Yield when invoices and credit notes were issued. No statement."""
    for row in rows:
        yield OrderEvent(row.issued_at, f"Issued: {name_of(row.kind, row.number)}", kind=MONEY)


def name(by: User | None) -> str:
    """Return how somebody is called, or nothing where nobody did it."""
    return (by.name or by.email) if by else ""


def _of_request(row: ReturnRequest) -> Iterator[OrderEvent]:
    yield OrderEvent(row.asked_at, f"{ASKED[row.kind]}: {row.number}")
    if row.sent_at:
        small = " ".join(filter(None, (row.carrier, row.tracking_number)))
        yield OrderEvent(row.sent_at, f"Shopper sent {row.number} back", small=small)
    if row.received_at:
        yield OrderEvent(row.received_at, f"The store has what came back: {row.number}")
    if row.appealed_at:
        yield OrderEvent(row.appealed_at, f"Shopper asks an organizer to decide: {row.number}")
    if row.state == ReturnRequest.State.LAPSED and row.closed_at:
        yield OrderEvent(row.closed_at, f"{row.number} ended")
