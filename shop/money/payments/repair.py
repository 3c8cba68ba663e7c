"""A person's actions on stuck money, payments and messages: nothing is sent twice."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from shop.core.errors import GatewayError, NotPossible, StaleState
from shop.festivals.changelog import log as note
from shop.money.ledger.posting import refunds
from shop.money.money_tasks import gate
from shop.money.money_tasks.gate import MOST_WORDS
from shop.money.money_tasks.kinds import TaskOutcome
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.models import STUCK, GatewayEvent, Operation, Payment
from shop.money.payments.operations import lock_operation, record
from shop.money.payments.provider.stripe_gateway import gateway
from shop.people.accounts.models import User


def try_again(task: MoneyTask, *, reason: str, at: datetime, by: User) -> bool:
    """Let money be sent again under a new key, after a look whether it went; False if it had.

    Raises:
        NotPossible: there is no reason, it came from outside, or the provider is silent, so that
            nobody knows.
        StaleState: somebody else has dealt with it.
    """
    operation = _operation_of(task)
    if operation.is_from_outside:
        raise NotPossible("It was not made here. Pay it another way, and write that down.")
    if _is_found(operation, at=at):
        return False
    with transaction.atomic():
        row = _locked(operation)
        old = str(row.uuid)
        row.renew(at=at)
        row.save()
        gate.close(task, TaskOutcome.TRY_AGAIN, reason=reason, at=at, by=by)
        note(row, "try again", at=at, by=by, festival=None,
             before={"key": old}, after={"key": str(row.uuid)})  # fmt: skip
    return True


def settle_elsewhere(
    task: MoneyTask, *, reference: str, reason: str, at: datetime, by: User
) -> None:
    """Write down that the shopper got the money another way, from the operator's own account.

    Raises:
        NotPossible: reference or reason is missing, the provider has sent it after all, or is
            silent, so that nobody knows.
        StaleState: somebody else has dealt with it.
    """
    reference, reason = reference.strip()[:MOST_WORDS], reason.strip()[:MOST_WORDS]
    if not reference or not reason:
        raise NotPossible("Give the bank's reference and say why.")
    operation = _operation_of(task)
    if not operation.is_from_outside and _is_found(operation, at=at):
        raise NotPossible("The provider has sent it after all. It must not be paid twice.")
    with transaction.atomic():
        row = _locked(operation)
        row.enter(Operation.State.DONE)
        row.resolved_at, row.resolved_by = at, by
        row.resolution = {"how": "elsewhere", "reference": reference, "reason": reason}
        row.save()
        order = row.payment.order
        refunds.post_refund_elsewhere(
            order, row.amount, reference=str(row.uuid), at=at, operation=row.pk
        )
        refunding = Payment.objects.filter(state=Payment.State.REFUNDING)
        refunding.filter(pk=row.payment_id).move_to(Payment.State.REFUNDED)
        gate.close(task, TaskOutcome.SETTLED_ELSEWHERE, reason=reason, at=at, by=by)
        note(row, "settle elsewhere", at=at, by=by, festival=None, reason=reason,
             after={"reference": reference})  # fmt: skip


@transaction.atomic
def apply_again(task: MoneyTask, *, reason: str, at: datetime, by: User) -> None:
    """Let a message that was given up be applied once more, with all its tries.

    Raises:
        NotPossible: there is no reason.
        StaleState: it does not wait for a person any more.
    """
    again = {"tries": 0, "next_try_at": at}
    _leave(task, GatewayEvent.State.NEW, again)
    gate.close(task, TaskOutcome.APPLIED_AGAIN, reason=reason, at=at, by=by)


@transaction.atomic
def close_message(task: MoneyTask, *, reason: str, at: datetime, by: User) -> None:
    """Write down that nothing has to be done about a message that was given up.

    Raises:
        NotPossible: there is no reason.
        StaleState: it does not wait for a person any more.
    """
    _leave(task, GatewayEvent.State.DONE, {"done_at": at})
    gate.close(task, TaskOutcome.WRONG_ALARM, reason=reason, at=at, by=by)


def _is_found(operation: Operation, *, at: datetime) -> bool:
    """Tell whether the provider sent the money; a refund that it made is written down."""
    try:
        found = gateway().find_refund(operation.request)
    except GatewayError as silent:
        raise NotPossible(
            f"The payment provider does not answer, so nobody knows whether it went: {silent}"
        ) from silent
    if found is None or found.is_failed:
        return False
    record(operation.pk, found, at=at)
    return True


def _operation_of(task: MoneyTask) -> Operation:
    if task.operation_id is None:
        raise StaleState
    return Operation.objects.get(pk=task.operation_id)


def _locked(operation: Operation) -> Operation:
    row = lock_operation(operation.pk)
    if row.state not in STUCK or row.resolved_at:
        raise StaleState
    return row


def _leave(task: MoneyTask, state: str, changes: dict[str, object]) -> None:
    dead = GatewayEvent.objects.filter(tasks=task, state=GatewayEvent.State.DEAD)
    if not dead.move_to(state, **changes):
        raise StaleState
