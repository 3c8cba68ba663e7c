"""What went back outside is used for what is owed: refunds of ours ask for the rest alone.

Everything here is called under the order's lock.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import F, Q, QuerySet, Sum
from django.utils.translation import gettext as _

from shop.core.errors import NotPossible
from shop.core.locks import lock
from shop.money.ledger.models import LedgerEntry
from shop.money.ledger.posting import refunds as books
from shop.money.money_tasks import gate
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.models import Operation, Payment
from shop.money.payments.operations import queue_refund
from shop.orders.models import Refund

State = Operation.State
Kind = MoneyTask.Kind
# What the provider will not take back again by another refund.
GONE = (State.SENDING, State.PENDING, State.DONE)
# Surely not gone: never sent, refused, or come back. One that is tried again may have gone.
NOT_GONE = Q(state=State.QUEUED, first_sent_at=None) | Q(state__in=(State.BLOCKED, State.FAILED))


def outside_of(payment: Payment) -> QuerySet[Operation]:
    """Return what went back of a payment by somebody else's hand."""
    there = (State.PENDING, State.DONE)
    return payment.operations.filter(cause=Operation.Cause.OUTSIDE, state__in=there)


def unsent_refunds(payment: Payment) -> QuerySet[Operation]:
    """Return the refunds of ours that have not gone, or came back."""
    own = payment.operations.filter(NOT_GONE, resolved_at=None)
    return own.exclude(cause=Operation.Cause.OUTSIDE)


def queue_rest(payment: Payment, refund: Refund, *, cause: str, at: datetime) -> Operation | None:
    """Queue what of a refund has not gone back outside already; None where all of it has.

    Raises:
        NotPossible: more would go back than is left of the payment.
    """
    refunds = payment.operations.filter(kind=Operation.Kind.REFUND)
    taken = _sum(refunds.filter(state__in=(*GONE, State.QUEUED, State.BLOCKED)))
    taken += _lost(payment)
    missing = max(0, refund.amount - (payment.came.amount - taken))
    covered = match(payment, missing, at=at) if missing else 0
    if short := missing - covered:
        if short > payment.amount - payment.came.amount:
            raise NotPossible(_("More would go back than is left of the payment."))
        # It never came: the platform bore it when less was taken as the sale.
        books.post_refund_never_came(payment.order, short, reference=f"{refund.pk}", at=at)
    if refund.amount == missing:
        return None
    return queue_refund(payment, refund.amount - missing, cause=cause, at=at, refund=refund)


def match(payment: Payment, amount: int, *, at: datetime) -> int:
    """Use money that went back outside for what is owed now; return how much there was of it."""
    covered = 0
    for row in outside_of(payment).filter(matched__lt=F("amount")).order_by("pk"):
        part = min(row.unmatched, amount - covered)
        if part > 0:
            match_one(row, part, at=at)
            if not row.unmatched:
                gate.close_by_itself(row, kind=Kind.EXTERNAL_REFUND, at=at)
            covered += part
    return covered


def match_one(row: Operation, amount: int, *, at: datetime) -> None:
    """Write down that a part of a refund from outside is known to be for something."""
    reference = f"{row.pk}-{row.matched}"  # it only grows, under the order's lock alone
    row.matched += amount
    row.save(update_fields=["matched"])
    books.post_refund_matched(
        row.payment.order, amount, reference=reference, at=at, operation=row.pk,
        currency=row.currency,
    )  # fmt: skip


def lower_own(payment: Payment, *, there: Collection[str] | None = None, at: datetime) -> None:
    """Lower the refunds of ours that ask for more than is left now; that part has gone already.

    Args:
        there: our keys that the provider's list of the charge has, if it was just read: a refund
            that was refused and is not among them has surely not gone, and is sent under a new key.
    """
    left = payment.came.amount - _sum(payment.operations.filter(state__in=GONE))
    for row in lock(unsent_refunds(payment)):
        is_new = row.first_sent_at is None
        if not is_new and (there is None or str(row.uuid) in there):
            continue
        if row.amount > left:
            part = match(payment, row.amount - left, at=at)
            lower(row, part, how="outside", may_send=True, at=at)
        left -= row.amount if row.state != State.VOID else 0
    match(payment, _owed_beside(payment), at=at)


def lower(
    operation: Operation, amount: int, *, how: str, may_send: bool = False, at: datetime
) -> None:
    """Ask for less by a refund that has not gone, or for nothing; its row is locked.

    Args:
        how: the way in which the shopper got the rest.
        may_send: it was looked up that it has not gone; else a person lets it be sent again.
    """
    if not amount:
        return
    if amount == operation.amount:
        operation.enter(State.VOID)
        operation.resolved_at, operation.resolution = at, {"how": how}
        refunding = Payment.objects.filter(state=Payment.State.REFUNDING)
        refunding.filter(pk=operation.payment_id).move_to(Payment.State.REFUNDED)
        gate.close_by_itself(operation, kind=Kind.REFUND_STUCK, at=at)
    else:
        operation.amount -= amount
        operation.request |= {"amount": operation.amount}
        if may_send and operation.first_sent_at:
            operation.renew(at=at)
            gate.close_by_itself(operation, kind=Kind.REFUND_STUCK, at=at)
        gate.note_amount(operation, operation.amount, kind=Kind.REFUND_STUCK)
    operation.save()


def _lost(payment: Payment) -> int:
    """Return what a bank gave back to the shopper for good, beside what that was owed for."""
    rows = payment.disputes.filter(state="lost")
    return rows.aggregate(sum=Sum(F("withdrawn") - F("covered")))["sum"] or 0


def _owed_beside(payment: Payment) -> int:
    """Return what a shopper is owed of an order for which no refund stands."""
    due = LedgerEntry.objects.filter(
        account=LedgerEntry.Account.REFUNDS_DUE,
        transaction__order=payment.order_id,
        currency=payment.came.currency,
    )
    waiting = Operation.objects.filter(payment__order=payment.order_id, resolved_at=None)
    waiting = waiting.exclude(state__in=(State.DONE, State.VOID))
    # One from outside that came back is owed itself; one on its way was matched when it came.
    waiting = waiting.exclude(cause=Operation.Cause.OUTSIDE, state=State.PENDING)
    return max(0, -_sum(due) - _sum(waiting))


def _sum(rows: QuerySet[Any]) -> int:
    return rows.aggregate(sum=Sum("amount"))["sum"] or 0
