"""The outbox: money to be moved is written with its cause and carried out afterwards."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from shop.errors import GatewayError
from shop.ledger import posting
from shop.payments.gateway import RemoteOperation
from shop.payments.models import Operation, Payment
from shop.payments.stripe_gateway import gateway

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
MOST_TRIES = 12
BATCH = 20


def queue_refund(payment: Payment, *, cause: str, at: datetime) -> Operation:
    """Write down that a payment goes back in full; called under the order's lock."""
    operation = Operation(
        kind=Operation.Kind.REFUND,
        cause=cause,
        payment=payment,
        amount=payment.amount,
        currency=payment.currency,
        run_after=at,
    )
    operation.request = {
        "charge": payment.charge_id,
        "amount": payment.amount,
        "currency": payment.currency,
        "operation": str(operation.uuid),
        "order": str(payment.order.uuid),
    }
    operation.save()
    return operation


def run_operations(*, at: datetime) -> int:
    """Carry out what is waiting; return how many were tried. Several workers may call it."""
    tried = 0
    while tried < BATCH and (operation := _claim(at=at)):
        _carry_out(operation, at=at)
        tried += 1
    return tried


@transaction.atomic
def _claim(*, at: datetime) -> Operation | None:
    """Take one operation for this worker; a lease gives it back if the worker dies."""
    waiting = Operation.objects.filter(
        Q(state=Operation.State.QUEUED) | Q(state=Operation.State.SENDING, leased_until__lte=at),
        run_after__lte=at,
    )
    operation = waiting.select_for_update(skip_locked=True).order_by("run_after", "pk").first()
    if operation is None:
        return None
    operation.state, operation.leased_until = Operation.State.SENDING, at + LEASE
    operation.tries += 1
    operation.save(update_fields=["state", "leased_until", "tries"])
    return operation


def _carry_out(operation: Operation, *, at: datetime) -> None:
    try:
        remote = gateway().refund(operation.request, key=str(operation.uuid))
    except GatewayError as error:
        _put_off(operation, error, at=at)
    else:
        record(operation.pk, remote, at=at)


@transaction.atomic
def record(operation_id: int, remote: RemoteOperation, *, at: datetime) -> None:
    """Write down what the provider did; safe to repeat."""
    operation = (
        Operation.objects.select_for_update(of=("self",), no_key=True)
        .select_related("payment__order")
        .get(pk=operation_id)
    )
    if operation.state in (Operation.State.DONE, Operation.State.FAILED):
        return
    operation.remote_id, operation.error = remote.id, ""
    if remote.is_failed:
        operation.state = Operation.State.FAILED
        log.error("operation %s failed at the provider", operation.uuid)
    elif remote.is_final:
        operation.state = Operation.State.DONE
        posting.post_sent_back(
            operation.payment.order, operation.amount, reference=str(operation.uuid), at=at
        )
        Payment.objects.filter(pk=operation.payment_id, state=Payment.State.REFUNDING).update(
            state=Payment.State.REFUNDED
        )
    else:
        operation.state = Operation.State.PENDING
    operation.save()


def _put_off(operation: Operation, error: GatewayError, *, at: datetime) -> None:
    """Try again later, or wait for a person when repeating cannot help."""
    changes = {"error": str(error)[:300]}
    if error.may_retry and operation.tries < MOST_TRIES:
        changes["state"] = Operation.State.QUEUED
        changes["run_after"] = at + timedelta(seconds=2 ** min(operation.tries, 10))
    else:
        changes["state"] = Operation.State.BLOCKED
        log.error("operation %s is blocked: %s", operation.uuid, error)
    # Only while the lease is ours: a slow worker must not undo what the next one did.
    ours = {"state": Operation.State.SENDING, "tries": operation.tries}
    Operation.objects.filter(pk=operation.pk, **ours).update(**changes)
