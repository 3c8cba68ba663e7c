"""Refunds at the provider: written with their cause, carried out from the outbox."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import cast

from django.db import transaction
from django.db.models import Q, QuerySet

from shop.core.errors import GatewayError
from shop.core.jobs.work import each
from shop.core.locks import lock_one
from shop.money.ledger.posting import refunds
from shop.money.money_tasks.gate import close_by_itself, open_task
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.models import Operation, Payment
from shop.money.payments.parcels import let_go_on
from shop.money.payments.provider.gateway import RemoteOperation
from shop.money.payments.provider.outbox import Outbox
from shop.money.payments.provider.reading import NotUnderstood
from shop.money.payments.provider.stripe_gateway import gateway
from shop.orders import end
from shop.orders.models import Order, Refund

log = logging.getLogger(__name__)

Kind = MoneyTask.Kind
BATCH = 20
OVER = (Operation.State.FAILED, Operation.State.VOID)
ASK_AGAIN = timedelta(hours=1)


def queue_refund(
    payment: Payment, amount: int, *, cause: str, at: datetime, refund: Refund | None = None
) -> Operation:
    """Write down that an amount of a payment goes back. Called under the order's lock."""
    operation = Operation(
        kind=Operation.Kind.REFUND,
        cause=cause,
        payment=payment,
        refund=refund,
        amount=amount,
        currency=payment.came.currency,
        made_at=at,
        run_after=at,
    )
    operation.request = {
        "charge": payment.charge_id,
        "amount": amount,
        "currency": payment.came.currency,
        "operation": str(operation.uuid),
        "order": str(payment.order.uuid),
    }
    operation.save()
    return operation


def run_operations(*, at: datetime) -> int:
    """Carry out waiting operations; return how many were tried. Several workers may call it."""
    tried = 0

    def carry_out(operation: Operation) -> None:
        REFUNDS.carry_out(operation, at=at)

    while tried < BATCH and not gateway().is_given_up:
        operation = REFUNDS.claim(_due(at), at=at)
        if operation is None:
            break
        each("move money", [operation], carry_out, at=at)
        tried += 1
    return tried


def _due(at: datetime) -> QuerySet[Operation]:
    waiting = Operation.objects.filter(
        Q(state=Operation.State.QUEUED) | Q(state=Operation.State.SENDING, leased_until__lte=at),
        run_after__lte=at,
    )
    return waiting.order_by("run_after", "pk")


def check_pending(*, at: datetime) -> int:
    """Ask about refunds that the provider took and has not carried out; return how many."""
    waiting = Operation.objects.filter(state=Operation.State.PENDING, run_after__lte=at)
    operations = list(waiting.order_by("run_after")[:BATCH])

    def check(operation: Operation) -> None:
        Operation.objects.filter(pk=operation.pk).update(run_after=at + ASK_AGAIN)
        try:
            record(operation.pk, gateway().refund_now(cast("str", operation.remote_id)), at=at)
        except NotUnderstood:
            raise
        except GatewayError as error:
            log.warning("operation %s: not checked: %s", operation.uuid, error)

    return each("ask about refunds", operations, check, at=at)


@transaction.atomic
def record(operation_id: int, remote: RemoteOperation, *, at: datetime) -> None:
    """Write down the provider's result of an operation; safe to repeat.

    Even money that went back can return, when the shopper's bank will not have it.
    """
    operation = lock_operation(operation_id)
    was_done = operation.state == Operation.State.DONE
    _note_reference(operation, remote)
    if operation.state in OVER or operation.resolved_at or (was_done and not remote.is_failed):
        return
    operation.remote_id, operation.error = remote.id, ""
    if remote.is_failed:
        # Of one from outside that is for nothing nobody is owed anything.
        is_void = operation.is_from_outside and not operation.matched
        operation.enter(Operation.State.VOID if is_void else Operation.State.FAILED)
        operation.run_after = at
        _book_failure(operation, was_done=was_done, at=at)
    elif remote.is_final:
        operation.enter(Operation.State.DONE)
        found = operation.is_from_outside
        _post(refunds.post_refund_found if found else refunds.post_refund_done, operation, at=at)
        close_by_itself(operation, kind=Kind.REFUND_STUCK, at=at)
        if not found:
            refunding = Payment.objects.filter(state=Payment.State.REFUNDING)
            refunding.filter(pk=operation.payment_id).move_to(Payment.State.REFUNDED)
    elif operation.state != Operation.State.PENDING:
        operation.enter(Operation.State.PENDING)
        operation.run_after = at + ASK_AGAIN
        close_by_itself(operation, kind=Kind.REFUND_STUCK, at=at)
    operation.save()


def _note_reference(operation: Operation, remote: RemoteOperation) -> None:
    """Keep the number by which banks find a refund; it is told days after the refund is done."""
    if remote.bank_reference and operation.bank_reference != remote.bank_reference:
        operation.bank_reference = remote.bank_reference
        operation.save(update_fields=["bank_reference"])


def lock_operation(pk: int) -> Operation:
    """Lock an operation behind its order, as everybody does who moves an order's money."""
    end.lock(Order.objects.only("pk").get(payments__operations=pk).pk)
    return lock_one(Operation.objects.select_related("payment__order"), pk)


def _book_failure(operation: Operation, *, was_done: bool, at: datetime) -> None:
    """Book that money came back, if it had gone; whoever is owed it waits for a person."""
    if operation.is_from_outside:
        order, reference = operation.payment.order, str(operation.uuid)
        if was_done or operation.matched:
            came = operation.amount if was_done else 0
            refunds.post_refund_lost(
                order, came, operation.matched, reference=reference, at=at,
                operation=operation.pk, currency=operation.currency,
            )  # fmt: skip
        close_by_itself(operation, kind=Kind.EXTERNAL_REFUND, at=at)
        operation.save(update_fields=["state"])  # it is no question any more
        let_go_on(order)
        if operation.state == Operation.State.VOID:
            return
        operation.amount = operation.matched
    elif was_done:
        _post(refunds.post_refund_failed, operation, at=at)
    log.error("operation %s failed: the money has to go back another way", operation.uuid)
    tell_stuck(operation, "The shopper’s bank sent it back.", at=at)


def tell_stuck(operation: Operation, why: str, *, at: datetime) -> None:
    """Put a refund that did not go on the money desk."""
    open_task(
        Kind.REFUND_STUCK, operation, why, at=at, order=operation.payment.order,
        payment=operation.payment, operation=operation, amount=operation.amount,
        currency=operation.currency,
    )  # fmt: skip


def _post(event: Callable[..., object], operation: Operation, *, at: datetime) -> None:
    order, reference = operation.payment.order, str(operation.uuid)
    event(
        order, operation.amount, reference=reference, at=at, operation=operation.pk,
        currency=operation.currency,
    )  # fmt: skip


class _Refunds(Outbox[Operation, RemoteOperation]):
    """Refunds; whoever is owed one that failed waits for a person."""

    name = "operation"
    key_refused = frozenset({"authentication"})

    def find(self, row: Operation) -> RemoteOperation | None:
        return gateway().find_refund(row.request)

    def send(self, row: Operation, *, at: datetime) -> RemoteOperation:
        return gateway().refund(row.request, key=row.key_of(row.uuid))

    def record(self, pk: int, remote: RemoteOperation, *, at: datetime) -> None:
        record(pk, remote, at=at)

    def lock(self, row: Operation) -> Operation:
        return lock_operation(row.pk)

    def give_up(self, row: Operation, error: GatewayError, *, at: datetime) -> None:
        row.move_to(Operation.State.BLOCKED, error=str(error)[:300], run_after=at)
        tell_stuck(row, str(error), at=at)


REFUNDS = _Refunds()
