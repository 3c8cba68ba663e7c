"""A person's actions on stuck money, payments and messages: nothing is sent twice."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from shop.accounts.models import User
from shop.errors import GatewayError, NotPossible, StaleState
from shop.festivals.changelog import log as note
from shop.ledger import posting
from shop.locks import lock_one
from shop.payments.models import STUCK, GatewayEvent, Operation, Payment
from shop.payments.operations import record
from shop.payments.provider.stripe_gateway import gateway
from shop.states import StateQuerySet

MOST_WORDS = 300


def stuck_operations() -> QuerySet[Operation]:
    """Return the movements of money that wait for a person."""
    return Operation.objects.filter(state__in=STUCK, resolved_at=None)


def differing_payments() -> QuerySet[Payment]:
    """Return the payments of which another amount came than was asked."""
    return Payment.objects.filter(state=Payment.State.REVIEW)


def dead_messages() -> StateQuerySet[GatewayEvent]:
    """Return the messages of the provider that were given up."""
    return GatewayEvent.objects.filter(state=GatewayEvent.State.DEAD)


def try_again(operation: Operation, *, at: datetime, by: User) -> bool:
    """Let money be sent again under a new key, after a look whether it went; False if it had.

    Raises:
        NotPossible: the provider is silent, so nobody knows.
        StaleState: somebody else has dealt with it.
    """
    if _is_found(operation, at=at):
        return False
    with transaction.atomic():
        row = _locked(operation)
        old = str(row.uuid)
        row.uuid = uuid.uuid4()
        row.request = row.request | {"operation": str(row.uuid)}
        row.enter(Operation.State.QUEUED)
        row.run_after, row.tries = at, 0
        row.remote_id = row.first_sent_at = row.key_until = None
        row.save()
        note(row, "try again", at=at, by=by, festival=None,
             before={"key": old}, after={"key": str(row.uuid)})  # fmt: skip
    return True


def settle_elsewhere(
    operation: Operation, *, reference: str, reason: str, at: datetime, by: User
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
    if _is_found(operation, at=at):
        raise NotPossible("The provider has sent it after all. It must not be paid twice.")
    with transaction.atomic():
        row = _locked(operation)
        row.enter(Operation.State.DONE)
        row.resolved_at, row.resolved_by = at, by
        row.resolution = {"how": "elsewhere", "reference": reference, "reason": reason}
        row.save()
        order = row.payment.order
        posting.post_paid_elsewhere(order, row.amount, reference=str(row.uuid), at=at)
        refunding = Payment.objects.filter(state=Payment.State.REFUNDING)
        refunding.filter(pk=row.payment_id).move_to(Payment.State.REFUNDED)
        note(row, "settle elsewhere", at=at, by=by, festival=None, reason=reason,
             after={"reference": reference})  # fmt: skip


def apply_again(event: GatewayEvent, *, at: datetime, by: User) -> None:
    """Let a message that was given up be applied once more, with all its tries.

    Raises:
        StaleState: it does not wait for a person any more.
    """
    again = {"tries": 0, "next_try_at": at}
    _leave(event, GatewayEvent.State.NEW, again, at=at, by=by)


def close_message(event: GatewayEvent, *, reason: str, at: datetime, by: User) -> None:
    """Write down that nothing has to be done about a message that was given up.

    Raises:
        NotPossible: there is no reason.
        StaleState: it does not wait for a person any more.
    """
    if not reason.strip():
        raise NotPossible("Say why: whoever looks next reads it.")
    said = reason.strip()[:MOST_WORDS]
    _leave(event, GatewayEvent.State.DONE, {"done_at": at}, at=at, by=by, reason=said)


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


def _locked(operation: Operation) -> Operation:
    row = lock_one(Operation.objects.select_related("payment__order"), operation.pk)
    if row.state not in STUCK or row.resolved_at or row.uuid != operation.uuid:
        raise StaleState
    return row


@transaction.atomic
def _leave(
    event: GatewayEvent,
    state: str,
    changes: dict[str, object],
    *,
    at: datetime,
    by: User,
    reason: str = "",
) -> None:
    if not dead_messages().filter(pk=event.pk).move_to(state, **changes):
        raise StaleState
    action = "close" if state == GatewayEvent.State.DONE else "apply again"
    note(event, action, at=at, by=by, festival=None, reason=reason)
