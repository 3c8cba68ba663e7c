"""Refunds that somebody made at the provider are imported once; ours are brought up to date.

Such money has left already. What it is for, a person says (``decide``); where a refund of ours asks
for more than is left of a charge, it was for that (``match``).
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from shop.core.currencies import written
from shop.core.errors import GatewayError
from shop.core.jobs.work import each
from shop.money.money_tasks import gate
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.external.match import lower_own
from shop.money.payments.models import Operation, Payment
from shop.money.payments.operations import record
from shop.money.payments.provider.gateway import RemoteRefund
from shop.money.payments.provider.reading import NotUnderstood, known, read_ones
from shop.money.payments.provider.stripe_gateway import gateway
from shop.orders import end
from shop.orders.stop import stop

log = logging.getLogger(__name__)

State = Operation.State
LOOK_AGAIN = timedelta(hours=1)
BATCH = 20


def check_refund(refund_id: str, *, is_waited_for: bool = False, at: datetime) -> None:
    """Write down how a refund stands now, whoever made it; safe to repeat.

    Raises:
        GatewayError: the provider did not answer; nothing was changed.
    """
    take_over_refund(gateway().refund_now(refund_id, is_waited_for=is_waited_for), at=at)


def check_refunds_of(charge_id: str, *, is_waited_for: bool = False, at: datetime) -> None:
    """Write down how all refunds of a charge stand now, ours first; safe to repeat.

    Afterwards ours that were refused ask for what is left alone.

    Raises:
        GatewayError: the provider did not answer; nothing was changed.
        NotUnderstood: of one it is not known how it stands; the others are written down.
    """
    payment = Payment.of_charge(charge_id)
    if payment is None:
        return  # of another shop on the account
    found = list(gateway().refunds_of(charge_id, is_waited_for=is_waited_for))
    refunds = read_ones(found)
    for remote in sorted(refunds, key=lambda remote: not remote.operation_uuid):
        take_over_refund(remote, at=at)
    for answer in found:  # one of ours may be among those that cannot be read
        known(answer)
    with transaction.atomic():
        end.lock(payment.order_id)
        lower_own(payment, there={remote.operation_uuid for remote in refunds}, at=at)


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
        except NotUnderstood:
            raise
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
        record(operation.pk, remote, at=at)


def _known(remote: RemoteRefund) -> Operation | None:
    """Return the row of a refund: by the provider's id, or by ours, which it carries.

    One of ours that went although it was given up is nobody's: it is imported as if from outside.
    """
    rows = Operation.objects.filter(kind=Operation.Kind.REFUND)
    if found := rows.filter(remote_id=remote.id).first():
        return found
    if not _is_uuid(remote.operation_uuid):
        return None
    ours = rows.filter(uuid=remote.operation_uuid, remote_id=None)
    return ours.exclude(state=State.VOID).first()


@transaction.atomic
def _import(remote: RemoteRefund, *, at: datetime) -> Operation | None:
    """Write down a refund that is not ours; None where its charge is not ours, or nothing went.

    Raises:
        NotUnderstood: it is of a charge of ours, and of no amount that the shop can count.
    """
    payment = Payment.of_charge(remote.charge_id)
    if payment is None or remote.is_failed:
        return None
    if not remote.amount:
        raise NotUnderstood("refund", remote.id, f"no amount in {remote.currency}")
    order = end.lock(payment.order_id)
    if found := _known(remote):
        return found
    made = Operation.objects.create(
        kind=Operation.Kind.REFUND, cause=Operation.Cause.OUTSIDE, state=State.PENDING,
        payment=payment, amount=remote.amount, currency=remote.currency,
        request={"charge": remote.charge_id, "operation": ""}, remote_id=remote.id, made_at=at,
        run_after=at,
    )  # fmt: skip
    lower_own(payment, at=at)
    made.refresh_from_db()
    if not made.unmatched:
        return made
    if order.is_paid:
        stop(order, at=at)
    amount = written(made.amount, made.currency, "en")
    gate.open_task(
        MoneyTask.Kind.EXTERNAL_REFUND, made,
        f"{amount} were paid back at the provider, not by us.", at=at, order=order,
        payment=payment, operation=made, amount=made.amount, currency=made.currency,
    )  # fmt: skip
    return made


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
