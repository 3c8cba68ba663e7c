"""Takes over the provider's state of a session.

The same function serves the webhook, the return page and the poller. Nothing is believed but
the session itself, read again.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Expression, QuerySet, UUIDField
from django.tasks import Task

from shop.core.currencies import written
from shop.core.errors import Unavailable
from shop.core.locks import lock, locked_beside
from shop.core.statements.composed import TEXT, composed
from shop.core.tasks import enqueue, enqueue_each
from shop.money.ledger.models import LedgerTransaction
from shop.money.ledger.posting import sales
from shop.money.money_tasks.gate import close_by_itself, open_task
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.external.match import match
from shop.money.payments.models import Operation, Payment
from shop.money.payments.operations import queue_refund
from shop.money.payments.provider.gateway import CheckoutSession, SessionStatus
from shop.money.payments.provider.stripe_gateway import gateway
from shop.money.payments.refund import refund_cancelled, refund_late
from shop.orders import end
from shop.orders.documents.tasks import make_papers
from shop.orders.models import Order
from shop.orders.rows import read_rows
from shop.orders.tasks import (
    send_paid_after_start,
    send_paid_too_late,
    send_paid_twice,
    send_receipt,
    send_refused_later,
    tell_merchants,
)
from shop.orders.tickets.issue import issue
from shop.orders.tickets.tasks import send_tickets

log = logging.getLogger(__name__)


class UnknownOrder(Exception):
    """The session belongs to no order that we know, yet or at all."""


class AnotherShops(UnknownOrder):
    """The session belongs to another shop on the same account."""


def apply_session(session_id: str, *, is_waited_for: bool = False, at: datetime) -> Payment:
    """Bring a payment and its order to the provider's state of now. Safe to repeat.

    Args:
        is_waited_for: somebody waits for the answer, so the provider gets three seconds.

    Raises:
        GatewayError: the provider did not answer; nothing was changed.
        UnknownOrder: our order may not be committed yet, or the session is not ours.
    """
    return take_over(gateway().session(session_id, is_waited_for=is_waited_for), at=at)


def is_known_as_paid(session_id: str) -> bool:
    """Tell whether the provider has said that a session is paid: nothing more can come of it.

    Of money that is looked at, or goes back, there may be more to hear.
    """
    return bool(paid_sessions(session=session_id))


@composed(session=TEXT)
def paid_sessions(*, session: Expression) -> QuerySet[Payment, Any]:
    """Return the payment of a session if it is paid."""
    paid = Payment.objects.filter(session_id=session, state=Payment.State.PAID)
    return paid.values_list("pk", flat=True)


@transaction.atomic
def take_over(session: CheckoutSession, *, at: datetime) -> Payment:
    """Bring a payment and its order to the state of a session just read. Safe to repeat.

    Raises:
        UnknownOrder: our order may not be committed yet, or the session is not ours.
    """
    payment = _locked(session)
    if not _is_its_page(payment, session):
        return payment
    _adopt(payment, session)
    payment.asked_at = payment.checked_at = at
    before = payment.state
    if session.is_paid:
        if payment.state not in Payment.HAS_MONEY:
            _take(payment, session, at=at)
        elif payment.state == Payment.State.REVIEW:
            _look_again(payment, session, at=at)
    elif session.status == SessionStatus.EXPIRED:
        _lapse(payment, at=at)
    elif session.status == SessionStatus.COMPLETE:
        _wait_or_fail(payment, session, at=at)
    if payment.state == before:  # a change of state has saved the rest along
        payment.save()
    return payment


def _locked(session: CheckoutSession) -> Payment:
    """Lock the order first, then the payment, as everybody does."""
    uuid = session.payment_uuid
    payment = next(iter(locked_payments(uuid=uuid)), None) if uuid else None
    if payment is None:
        is_ours = bool(uuid) and session.shop in ("", settings.SITE_URL)
        raise UnknownOrder(session.id) if is_ours else AnotherShops(session.id)
    end.lock_cart(payment.order)
    return payment


def lock_payment(pk: int) -> Payment:
    """Lock a payment behind its order, and their cart, as ``apply_session`` does."""
    rows = Payment.objects.select_related("order").filter(pk=pk)
    payment = locked_beside(rows, "order", "self").get()
    end.lock_cart(payment.order)
    return payment


@composed(uuid=UUIDField())
def locked_payments(*, uuid: Expression) -> QuerySet[Payment]:
    """Return a payment with its order, the order locked first."""
    rows = Payment.objects.select_related("order").filter(uuid=uuid)
    return locked_beside(rows, "order", "self")


def _is_its_page(payment: Payment, session: CheckoutSession) -> bool:
    """Tell whether a session is the payment's, and not one of an earlier key that nobody saw.

    Raises:
        UnknownOrder: that one was paid although the order has its money; a person has to look.
    """
    if payment.session_id in (None, session.id):
        return True
    if not session.is_paid:
        return False
    if payment.state in Payment.HAS_MONEY:
        log.error("payment %s: session %s was paid beside it", payment.uuid, session.id)
        raise UnknownOrder(session.id)
    payment.session_id, payment.session_url = session.id, session.url
    return True


def _adopt(payment: Payment, session: CheckoutSession) -> None:
    # The process may have died after the session was made and before its id was kept.
    if payment.session_id is None:
        payment.session_id, payment.session_url = session.id, session.url
    payment.intent_id = session.intent_id or payment.intent_id
    payment.charge_id = session.charge_id or payment.charge_id
    payment.method = session.method or payment.method


def _take(payment: Payment, session: CheckoutSession, *, at: datetime) -> None:
    """The money is there: keep it if the order can still be had, send it back otherwise."""
    order = payment.order
    if session.asked != payment.asked or session.came != payment.asked:
        log.error("payment %s: amount or currency differs, held for review", payment.uuid)
        payment.received, payment.received_currency = session.received, session.currency
        payment.save_as(Payment.State.REVIEW)
        book_review(payment, at=at)
        _tell_review(payment, at=at)
        end.set_apart(order)
        return
    if order.state == Order.State.PAID:
        _send_back(payment, Operation.Cause.SURPLUS, mail=send_paid_twice, at=at)
        return
    read_rows(order)
    sessions = {line.pk: line.variant.session_start for line in order.lines.all()}
    # Money that comes when a session has begun is too late for it, whoever kept the seat.
    begun = [pk for pk, start in sorted(sessions.items()) if start and start <= at]
    is_all_over = len(begun) == len(sessions)
    if any(sessions.values()):
        lock(order.suborders.all())  # seats may go back at once, behind the pools that are held
    if order.state == Order.State.CANCELLED or is_all_over or not pay(order, at=at):
        mail = send_paid_after_start if is_all_over else send_paid_too_late
        _send_back(payment, Operation.Cause.LATE, mail=mail, at=at)
        free(order, at=at)
        return
    sales.post_sale(order, at=at)
    keep(payment, has_seats=any(sessions.values()), begun=begun, at=at)


def keep(payment: Payment, *, has_seats: bool, begun: list[int], at: datetime) -> None:
    """Keep the money of a sale, queue its mails; sessions begun or called off are refunded."""
    order = payment.order
    payment.save_as(Payment.State.PAID)
    tickets = issue(order) if has_seats else []
    lets_in = any(ticket.line_id not in begun for ticket in tickets)
    mail = send_tickets if lets_in else send_receipt
    enqueue_each((task, (order.pk,)) for task in (mail, tell_merchants, make_papers))
    if begun:
        refund_late(payment, begun, at=at)
    if lets_in:
        refund_cancelled(order, payment, at=at)


def pay(order: Order, *, at: datetime) -> bool:
    """Try to mark the order paid; False when it had expired and something is gone."""
    if order.is_pending:  # what it holds is there: nothing can be gone
        end.mark_paid(order, at=at)
        return True
    try:
        with transaction.atomic():
            end.mark_paid(order, at=at)
    except Unavailable:
        order.refresh_from_db()
        return False
    return True


def _send_back(payment: Payment, cause: str, *, mail: Task[..., Any], at: datetime) -> None:
    payment.save_as(Payment.State.REFUNDING)
    queue_refund(payment, payment.amount, cause=cause, at=at)
    sales.post_unwanted(payment.order, payment.amount, reference=str(payment.uuid), at=at)
    enqueue(mail, payment.order_id, payment.amount)


def _look_again(payment: Payment, session: CheckoutSession, *, at: datetime) -> None:
    """Keep what came of a payment in review; it is over when its money went back."""
    if payment.received is None:  # it waited before what came was kept
        payment.received, payment.received_currency = session.received, session.currency
    if session.is_refunded:
        _release(payment, at=at)


def _release(payment: Payment, *, at: datetime) -> None:
    """Mark a payment as refunded that a person sent back, and free its order's holdings."""
    payment.save_as(Payment.State.REFUNDED)
    refuse_review(payment, at=at)
    close_by_itself(payment, kind=MoneyTask.Kind.PAYMENT_REVIEW, at=at)
    free(payment.order, at=at)


def book_review(payment: Payment, *, at: datetime) -> None:
    """Book the money of a payment in review, unless it was."""
    reference = f"{LedgerTransaction.Kind.REVIEW}-{payment.uuid}"
    if not LedgerTransaction.objects.filter(reference=reference).exists():
        sales.post_review(payment.order, payment.came, reference=str(payment.uuid), at=at)


def refuse_review(payment: Payment, *, at: datetime) -> None:
    """Book that money in review is owed back; what went back outside already is matched with it."""
    book_review(payment, at=at)  # one that waited before such money was booked
    sales.post_review_refused(payment.order, payment.came, reference=str(payment.uuid), at=at)
    match(payment, payment.came.amount, at=at)


def _tell_review(payment: Payment, *, at: datetime) -> None:
    came, asked = (written(x.amount, x.currency, "en") for x in (payment.came, payment.asked))
    open_task(
        MoneyTask.Kind.PAYMENT_REVIEW, payment, f"{came} came where {asked} were asked.",
        at=at, order=payment.order, payment=payment, amount=payment.came.amount,
        currency=payment.came.currency,
    )  # fmt: skip


def _lapse(payment: Payment, *, at: datetime) -> None:
    """Expire the payment of a dead session, and free its order's holdings. No mail is sent."""
    if payment.state == Payment.State.SUPERSEDED:
        payment.session_url = ""  # its order waits for the newer try, or for its time to run out
    if payment.state not in (Payment.State.CREATING, Payment.State.OPEN):
        return
    payment.save_as(Payment.State.EXPIRED)
    free(payment.order, at=at)


def _wait_or_fail(payment: Payment, session: CheckoutSession, *, at: datetime) -> None:
    """A delayed method: the bank is asked, and the holds stay while it thinks."""
    if not payment.is_live or payment.state == Payment.State.REVIEW:
        return
    if session.is_processing:
        if payment.state != Payment.State.PROCESSING:
            payment.save_as(Payment.State.PROCESSING)
            end.set_apart(payment.order)
        return
    was_processing = payment.state == Payment.State.PROCESSING
    payment.save_as(Payment.State.FAILED)
    free(payment.order, at=at)
    if was_processing:  # the shopper left believing that it would go through
        enqueue(send_refused_later, payment.order_id)


def free(order: Order, *, at: datetime) -> None:
    """End a pending order of which no payment can come any more; its goods go back."""
    if order.is_pending and not order.payments.live().exists():
        end.expire(order, at=at)
        end.put_back(order, at=at)
