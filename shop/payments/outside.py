"""Refunds that somebody made at the provider: imported once, and matched with what is owed.

Such money has left already. What it is for, a person says by splitting it over the lines; where a
refund of ours asks for more than is left of a charge, it was for that.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F, QuerySet, Sum

from shop.accounts.models import User
from shop.currencies import written
from shop.errors import GatewayError, NotPossible, StaleState
from shop.ledger.models import LedgerEntry
from shop.ledger.posting import refunds as books
from shop.locks import lock
from shop.money_desk import gate
from shop.money_desk.kinds import TaskOutcome
from shop.money_desk.models import MoneyTask
from shop.orders import end
from shop.orders.models import OrderLine, Refund, Suborder
from shop.orders.refund import Amount, record
from shop.orders.stop import stop
from shop.payments.models import Operation, Payment
from shop.payments.operations import queue_refund
from shop.payments.operations import record as record_operation
from shop.payments.parcels import let_go_on
from shop.payments.provider.gateway import RemoteRefund
from shop.payments.provider.stripe_gateway import gateway
from shop.rounds.work import each
from shop.tickets import issue

log = logging.getLogger(__name__)

State = Operation.State
LOOK_AGAIN = timedelta(hours=1)
BATCH = 20
Kind = MoneyTask.Kind
# What the provider will not take back again by another refund.
GONE = (State.SENDING, State.PENDING, State.DONE)


def check_refund(refund_id: str, *, is_waited_for: bool = False, at: datetime) -> None:
    """Write down how a refund stands now, whoever made it; safe to repeat.

    Raises:
        GatewayError: the provider did not answer; nothing was changed.
    """
    take_over_refund(gateway().refund_now(refund_id, is_waited_for=is_waited_for), at=at)


def check_refunds_of(charge_id: str, *, is_waited_for: bool = False, at: datetime) -> None:
    """Write down how all refunds of a charge stand now; safe to repeat.

    Raises:
        GatewayError: the provider did not answer; what came before that is written down.
    """
    if not Payment.objects.filter(charge_id=charge_id).exists():
        return  # of another shop on the account
    for remote in gateway().refunds_of(charge_id, is_waited_for=is_waited_for):
        take_over_refund(remote, at=at)


def look_at_blocked(*, at: datetime) -> int:
    """Ask what went back of the charges whose refunds were refused; return how many were asked.

    Somebody may have refunded them at the provider, so that less is left than was asked for.
    """
    blocked = Operation.objects.filter(
        kind=Operation.Kind.REFUND, state=State.BLOCKED, resolved_at=None, run_after__lte=at
    ).select_related("payment")

    def look(operation: Operation) -> None:
        Operation.objects.filter(pk=operation.pk).update(run_after=at + LOOK_AGAIN)
        try:
            check_refunds_of(operation.payment.charge_id or "", at=at)
        except GatewayError as error:
            log.warning("operation %s: not looked at: %s", operation.uuid, error)

    rows = list(blocked.order_by("run_after", "pk")[:BATCH])
    return each("look at refused refunds", rows, look, at=at)


def take_over_refund(remote: RemoteRefund, *, at: datetime) -> None:
    """Write down a refund as it was just read: ours goes on, another one is imported once."""
    operation = _known(remote)
    if operation is None:
        operation = _import(remote, at=at)
    if operation:
        record_operation(operation.pk, remote, at=at)


def queue_rest(payment: Payment, refund: Refund, *, cause: str, at: datetime) -> Operation | None:
    """Queue what of a refund has not gone back outside already; None where all of it has.

    Called under the order's lock.

    Raises:
        NotPossible: more would go back than is left of the payment.
    """
    refunds = payment.operations.filter(kind=Operation.Kind.REFUND)
    taken = _sum(refunds.filter(state__in=(*GONE, State.QUEUED, State.BLOCKED)))
    missing = max(0, refund.amount - (payment.came.amount - taken))
    covered = match(payment, missing, reference=f"refund-{refund.pk}", at=at) if missing else 0
    if short := missing - covered:
        if short > payment.amount - payment.came.amount:
            raise NotPossible("More would go back than is left of the payment.")
        # It never came: the platform bore it when less was taken as the sale.
        books.post_refund_never_came(payment.order, short, reference=f"{refund.pk}", at=at)
    if refund.amount == missing:
        return None
    return queue_refund(payment, refund.amount - missing, cause=cause, at=at, refund=refund)


def match(payment: Payment, amount: int, *, reference: str, at: datetime) -> int:
    """Use money that went back outside for what is owed now; return how much there was of it.

    Called under the order's lock, when a refund of ours asks for more than is left.
    """
    covered = 0
    for row in outside_of(payment).filter(matched__lt=F("amount")).order_by("pk"):
        part = min(row.amount - row.matched, amount - covered)
        if part > 0:
            _match(row, part, reference=f"{row.pk}-{reference}", at=at)
            covered += part
    return covered


@transaction.atomic
def split(
    task: MoneyTask,
    parts: Mapping[OrderLine | Suborder, int | Amount],
    *,
    reason: str,
    at: datetime,
    by: User,
) -> Refund:
    """Say what a refund from outside was for, line by line; each party's share of it goes back.

    Args:
        parts: how much of each line, with units or without, and of each delivery.

    Raises:
        NotPossible: the parts are not the amount, or more than is left of a line.
        StaleState: somebody else has closed the task.
    """
    if task.order_id is None or task.operation_id is None:
        raise StaleState
    order = end.lock(task.order_id)
    operation = Operation.objects.select_related("payment__order").get(pk=task.operation_id)
    paid = sum(part.paid if isinstance(part, Amount) else part for part in parts.values())
    if paid != operation.unmatched:
        left = written(operation.unmatched, operation.currency, "en")
        raise NotPossible(f"The parts have to be {left} together.")
    refund = record(order, parts, cause=Refund.Cause.OUTSIDE, at=at, reason=reason, by=by)
    if refund.amount != paid:
        raise NotPossible("With the last unit of a parcel its delivery goes back whole: name it.")
    books.post_refund(refund, at=at)
    _match(operation, paid, reference=f"{operation.pk}-{refund.pk}", at=at, closes=False)
    issue.cancel([row.line for row in refund.lines.filter(quantity__gt=0)], at=at)
    gate.close(task, TaskOutcome.SPLIT, reason=reason, at=at, by=by)
    let_go_on(order)
    return refund


@transaction.atomic
def was_owed(task: MoneyTask, *, reason: str, at: datetime, by: User) -> None:
    """Say that a refund from outside was for one of ours that did not go, or came back.

    Raises:
        NotPossible: there is none, or there is less of it.
        StaleState: somebody else has closed the task.
    """
    if task.order_id is None or task.operation_id is None:
        raise StaleState
    order = end.lock(task.order_id)
    operation = Operation.objects.select_related("payment__order").get(pk=task.operation_id)
    left = operation.unmatched
    for row in lock(unsent_refunds(operation.payment)):
        part = min(row.amount, left)
        if part:
            reference = f"{operation.pk}-owed-{row.pk}"
            _match(operation, part, reference=reference, at=at, closes=False)
            lower(row, part, how="outside", at=at)
            left -= part
    if left:
        raise NotPossible("No refund of ours waits for that much. Split it over the lines.")
    gate.close(task, TaskOutcome.WAS_OWED, reason=reason, at=at, by=by)
    let_go_on(order)


def _known(remote: RemoteRefund) -> Operation | None:
    """Return the row of a refund: by the provider's id, or by ours, which it carries."""
    rows = Operation.objects.filter(kind=Operation.Kind.REFUND)
    if found := rows.filter(remote_id=remote.id).first():
        return found
    uuid = remote.operation_uuid
    return rows.filter(uuid=uuid, remote_id=None).first() if _is_uuid(uuid) else None


@transaction.atomic
def _import(remote: RemoteRefund, *, at: datetime) -> Operation | None:
    """Write down a refund that is not ours; None where its charge is not ours, or nothing went."""
    payment = Payment.of_charge(remote.charge_id)
    if payment is None or remote.is_failed or not remote.amount:
        return None
    order = end.lock(payment.order_id)
    if found := _known(remote):
        return found
    made = Operation.objects.create(
        kind=Operation.Kind.REFUND, cause=Operation.Cause.OUTSIDE, state=State.PENDING,
        payment=payment, amount=remote.amount, currency=remote.currency,
        request={"charge": remote.charge_id, "operation": ""}, remote_id=remote.id, made_at=at,
        run_after=at,
    )  # fmt: skip
    _lower_own(payment, at=at)
    match(payment, _owed_beside(payment), reference=f"found-{made.pk}", at=at)
    made.refresh_from_db()
    if made.unmatched and order.is_paid:
        stop(order, at=at)
    if made.unmatched:
        amount = written(made.amount, made.currency, "en")
        gate.open_task(
            Kind.EXTERNAL_REFUND, made, f"{amount} were paid back at the provider, not by us.",
            at=at, order=order, payment=payment, operation=made, amount=made.amount,
            currency=made.currency,
        )  # fmt: skip
    return made


def _lower_own(payment: Payment, *, at: datetime) -> None:
    """Lower the refunds of ours that ask for more than is left now; that part has gone already."""
    for row in lock(unsent_refunds(payment)):
        gone = _sum(payment.operations.filter(state__in=GONE))
        too_much = row.amount - (payment.came.amount - gone)
        if too_much > 0:
            part = match(payment, too_much, reference=str(row.pk), at=at)
            lower(row, part, how="outside", at=at)


def unsent_refunds(payment: Payment) -> QuerySet[Operation]:
    """Return the refunds of ours that have not gone, or came back."""
    waiting = (State.QUEUED, State.BLOCKED, State.FAILED)
    own = payment.operations.filter(state__in=waiting, resolved_at=None)
    return own.exclude(cause=Operation.Cause.OUTSIDE)


def lower(operation: Operation, amount: int, *, how: str, at: datetime) -> None:
    """Ask for less by a refund that has not gone, or for nothing; its row is locked.

    Args:
        how: the way in which the shopper got the rest.
    """
    if not amount:
        return
    operation.amount -= amount
    if operation.amount:
        operation.renew(at=at)
    else:
        operation.amount += amount
        operation.enter(State.VOID)
        operation.resolved_at = at
        operation.resolution = {"how": how}
        refunding = Payment.objects.filter(state=Payment.State.REFUNDING)
        refunding.filter(pk=operation.payment_id).move_to(Payment.State.REFUNDED)
    operation.save()
    gate.close_by_itself(operation, kind=Kind.REFUND_STUCK, at=at)


def _match(
    row: Operation, amount: int, *, reference: str, at: datetime, closes: bool = True
) -> None:
    row.matched += amount  # changed under the order's lock alone
    row.save(update_fields=["matched"])
    order = row.payment.order
    books.post_refund_matched(
        order, amount, reference=reference, at=at, operation=row.pk, currency=row.currency
    )
    if closes and not row.unmatched:
        gate.close_by_itself(row, kind=Kind.EXTERNAL_REFUND, at=at)


def _owed_beside(payment: Payment) -> int:
    """Return what a shopper is owed of an order for which no refund of ours stands."""
    due = LedgerEntry.objects.filter(
        account=LedgerEntry.Account.REFUNDS_DUE,
        transaction__order=payment.order_id,
        currency=payment.came.currency,
    )
    waiting = Operation.objects.filter(payment__order=payment.order_id, resolved_at=None).exclude(
        state__in=(State.DONE, State.VOID)
    )
    return max(0, -_sum(due) - _sum(waiting.exclude(cause=Operation.Cause.OUTSIDE)))


def outside_of(payment: Payment) -> QuerySet[Operation]:
    """Return what went back of a payment by somebody else's hand."""
    return payment.operations.filter(
        cause=Operation.Cause.OUTSIDE, state__in=(State.PENDING, State.DONE)
    )


def _sum(rows: QuerySet[Any]) -> int:
    return rows.aggregate(sum=Sum("amount"))["sum"] or 0


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
