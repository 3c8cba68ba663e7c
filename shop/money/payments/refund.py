"""Refunds of goods that are not delivered: written down with the cause, sent by the outbox."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Unpack, cast

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from shop.core.errors import NotPossible
from shop.core.locks import lock
from shop.core.tasks import enqueue
from shop.money.ledger.posting import refunds as books
from shop.money.payments.disputes.models import Dispute
from shop.money.payments.external.match import queue_rest
from shop.money.payments.models import Operation, Payment
from shop.orders import end
from shop.orders.after_sale.contents import units_of
from shop.orders.after_sale.mail import send_refund
from shop.orders.documents.tasks import make_papers
from shop.orders.models import Order, OrderLine, Refund, Suborder
from shop.orders.refund import Amount, RefundFacts, record, refunded
from shop.orders.tasks import send_paid_after_start
from shop.orders.tickets import issue
from shop.orders.tickets.tasks import send_session_cancelled
from shop.people.accounts.models import User

MOST_WORDS = cast("int", Refund._meta.get_field("reason").max_length)


@transaction.atomic
def refund_order(order_id: int, *, at: datetime, by: User | None = None) -> Refund | None:
    """Refund the called-off sessions of a paid order. Safe to repeat.

    Return the refund, or None when there was nothing to send back.
    """
    order = end.lock(order_id)
    payment = order.payments.filter(state=Payment.State.PAID).first()
    return refund_cancelled(order, payment, at=at, by=by) if order.is_paid and payment else None


def refund_cancelled(
    order: Order, payment: Payment, *, at: datetime, by: User | None = None
) -> Refund | None:
    """Send back the lines of sessions that were called off, unless they went back before.

    Called under the order's lock: when a host calls a session off, and when money arrives for a
    seat in a session that was called off meanwhile. The shopper reads the host's reason.
    """
    lines = _called_off(order)
    done = refunded(lines)
    units = {line: line.quantity - done.get(line.pk, 0) for line in lines}
    units = {line: count for line, count in units.items() if count}
    if not units:
        return None
    cause = Refund.Cause.SESSION_CANCELLED
    with translation.override(order.language):
        reasons = dict.fromkeys(line.variant.said_reason for line in units)
    reason = " ".join(filter(None, reasons))
    refund = _give_back(payment, units, cause=cause, reason=reason, at=at, by=by)
    enqueue(send_session_cancelled, refund.pk)
    return refund


def refund_late(payment: Payment, line_ids: Collection[int], *, at: datetime) -> None:
    """Send back the seats of sessions that had begun when the money came.

    Called under the lock of the order, which has just been paid: the rest of it is delivered.
    """
    lines = payment.order.lines.filter(pk__in=line_ids).order_by("pk")
    units = {line: line.quantity for line in lines}
    refund = _give_back(payment, units, cause=Refund.Cause.LATE, at=at)
    enqueue(send_paid_after_start, payment.order_id, refund.amount)


@transaction.atomic
def refund_lines(
    order_id: int, line_ids: Collection[int], *, reason: str, at: datetime, by: User | None = None
) -> Refund | None:
    """Refund the units that are left of lines sold at a wrong price. Safe to repeat.

    Return the refund, or None when there was nothing left to send back.

    Raises:
        NotPossible: the order is not paid, or one of its parcels has left.
    """
    order = end.lock(order_id)
    payment = order.payments.filter(state=Payment.State.PAID).first()
    if not order.is_paid or payment is None:
        raise NotPossible("Only a paid order can be refunded.")
    lines = list(order.lines.filter(pk__in=line_ids).order_by("pk"))
    parts = Suborder.objects.filter(pk__in={line.suborder_id for line in lines})
    lock(parts)  # a store may be sending the parcel at this moment
    places = units_of(lines)
    if any(places[line.pk].sent for line in lines):
        raise NotPossible("The parcel has left. The price can only be kept.")
    units = {line: places[line.pk].to_send for line in lines if places[line.pk].to_send}
    if not units:
        return None
    return _give_back(payment, units, cause=Refund.Cause.WRONG_PRICE, reason=reason, at=at, by=by)


def refund_parts[Part: OrderLine | Suborder](
    order: Order, parts: Mapping[Part, int | Amount], **facts: Unpack[RefundFacts]
) -> Refund:
    """Send back parts of a paid order, and tell its shopper. Called under the order's lock.

    Args:
        parts: units of lines, or an amount; of suborders an amount of their delivery.

    Raises:
        NotPossible: the order is not paid, a bank has its money and has not decided, or more would
            go back than is left.
    """
    payment = order.payments.filter(state=Payment.State.PAID).first()
    if not order.is_paid or payment is None:
        raise NotPossible(_("Only a paid order can be refunded."))
    if Dispute.objects.filter(payment__order=order, state__in=Dispute.WITH_BANK).exists():
        raise NotPossible(_("The shopper’s bank looks at this payment. Wait until it has decided."))
    payment.order = order
    refund = _give_back(payment, parts, **facts)
    enqueue(send_refund, refund.pk)
    return refund


def _give_back[Part: OrderLine | Suborder](
    payment: Payment, parts: Mapping[Part, int | Amount], **facts: Unpack[RefundFacts]
) -> Refund:
    """Write down that parts go back, book it, queue the money and end the tickets."""
    facts["reason"] = facts.get("reason", "")[:MOST_WORDS]
    refund = record(payment.order, parts, **facts)
    books.post_refund(refund, at=refund.at)
    if refund.amount:
        queue_rest(payment, refund, cause=Operation.Cause.RETURNED, at=refund.at)
    rows = refund.lines.filter(quantity__gt=0).select_related("line")
    issue.cancel({row.line: row.quantity for row in rows}, at=refund.at)
    enqueue(make_papers, payment.order_id)
    return refund


def _called_off(order: Order) -> list[OrderLine]:
    lines = order.lines.filter(variant__cancelled_at__isnull=False)
    return list(lines.select_related("variant").order_by("pk"))
