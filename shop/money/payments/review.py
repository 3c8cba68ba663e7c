"""A person decides about money of another amount than was asked: the sale, or sent back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from shop.core.errors import NotPossible, StaleState
from shop.money.ledger.posting import sales
from shop.money.money_tasks import gate
from shop.money.money_tasks.kinds import TaskOutcome
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.apply import book_review, free, keep, lock_payment, pay, refuse_review
from shop.money.payments.external.match import outside_of
from shop.money.payments.models import Operation, Payment
from shop.money.payments.operations import queue_refund
from shop.orders.rows import read_rows
from shop.people.accounts.models import User


@transaction.atomic
def accept(task: MoneyTask, *, reason: str, at: datetime, by: User) -> None:
    """Take such money as the sale. What is too much goes back; what is missing the platform bears.

    Raises:
        NotPossible: it is of another currency, its goods are gone, a date has begun, or a part
            went back outside that was not looked at.
        StaleState: somebody else has decided.
    """
    payment = _in_review(task)
    order, came = payment.order, payment.came
    if came.currency != order.currency:
        raise NotPossible("It came in another currency. It can only be sent back.")
    if outside_of(payment).exists():
        raise NotPossible("A part of it went back at the provider. Send back the rest of it too.")
    read_rows(order)
    starts = [line.variant.session_start for line in order.lines.all()]
    if any(start and start <= at for start in starts):
        raise NotPossible("A date of it has begun. It can only be sent back.")
    if not order.is_pending and order.state != order.State.EXPIRED:
        raise NotPossible("The order has ended. It can only be sent back.")
    if not pay(order, at=at):
        raise NotPossible("Its goods are gone. It can only be sent back.")
    book_review(payment, at=at)
    sales.post_review_accepted(order, came.amount, reference=str(payment.uuid), at=at)
    keep(payment, has_seats=any(starts), begun=[], at=at)
    if came.amount > order.total:
        more = came.amount - order.total
        queue_refund(payment, more, cause=Operation.Cause.DIFFERS, at=at)
    gate.close(task, TaskOutcome.ACCEPTED_AS_SALE, reason=reason, at=at, by=by)


@transaction.atomic
def send_back(task: MoneyTask, *, reason: str, at: datetime, by: User) -> None:
    """Send such money back; its goods are free, and its shopper can order anew.

    Raises:
        StaleState: somebody else has decided.
    """
    payment = _in_review(task)
    left = payment.came.amount - sum(row.unmatched for row in outside_of(payment))
    refuse_review(payment, at=at)
    payment.save_as(Payment.State.REFUNDING if left else Payment.State.REFUNDED)
    if left:
        queue_refund(payment, left, cause=Operation.Cause.DIFFERS, at=at)
    free(payment.order, at=at)
    gate.close(task, TaskOutcome.SENT_BACK, reason=reason, at=at, by=by)


def _in_review(task: MoneyTask) -> Payment:
    if task.payment_id is None:
        raise StaleState
    payment = lock_payment(task.payment_id)
    if payment.state != Payment.State.REVIEW:
        raise StaleState
    return payment
