"""The money of one order: payments, refunds, and the provider's messages about both."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from shop.core.currencies import written
from shop.money.payments.models import GatewayEvent, Operation, Payment
from shop.orders.models import Order, Refund

MOST_MESSAGES = 100
PAYMENT_STATES: dict[str, str] = {
    Payment.State.CREATING: "the provider is asked for its page",
    Payment.State.OPEN: "waits for the shopper",
    Payment.State.PROCESSING: "the bank has not decided yet",
    Payment.State.PAID: "paid",
    Payment.State.EXPIRED: "ran out, nothing was charged",
    Payment.State.SUPERSEDED: "replaced by another try",
    Payment.State.FAILED: "refused, nothing was charged",
    Payment.State.REFUNDING: "paid, and on its way back",
    Payment.State.REFUNDED: "paid, and went back",
    Payment.State.REVIEW: "another amount came than was asked",
}
BACK_STATES: dict[str, str] = {
    Operation.State.QUEUED: "is sent within a minute",
    Operation.State.SENDING: "is being sent",
    Operation.State.PENDING: "the provider has it, the bank not yet",
    Operation.State.DONE: "went back",
    Operation.State.FAILED: "the shopper’s bank sent it back to us",
    Operation.State.BLOCKED: "did not go",
    Operation.State.VOID: "is not sent",
}
CAUSES: dict[str, str] = {
    Operation.Cause.LATE: "the money came when the goods were gone",
    Operation.Cause.SURPLUS: "the order was paid already",
    Operation.Cause.RETURNED: "what was bought is not delivered",
    Operation.Cause.DIFFERS: "another amount came than was asked",
    Operation.Cause.OUTSIDE: "somebody paid it back at the provider",
    Refund.Cause.SESSION_CANCELLED: "a date was called off",
    Refund.Cause.WRONG_PRICE: "it was sold at a wrong price",
    Refund.Cause.CANCELLED: "its shopper cancelled it",
    Refund.Cause.CANNOT_DELIVER: "the store cannot deliver it",
    Refund.Cause.LOST: "its parcel was lost",
    Refund.Cause.RETURN: "its shopper returned it",
    Refund.Cause.GOODWILL: "it was given for goodwill",
    Refund.Cause.DISPUTE: "the shopper’s bank took it back",
    Refund.Cause.FRAUD: "the card’s bank suspects fraud",
}


@dataclass(frozen=True, slots=True)
class Try:
    """One try to take the money."""

    payment: Payment
    amount: str
    state: str
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReturnedMoney:
    """Money that goes back; ``waits`` tells whether a person has to do something."""

    amount: str
    cause: str
    reason: str
    state: str
    at: datetime | None
    operation: Operation | None
    waits: bool


@dataclass(frozen=True, slots=True)
class OrderMoney:
    """All of it; ``messages`` are those of the provider, the newest first."""

    tries: tuple[Try, ...]
    backs: tuple[ReturnedMoney, ...]
    messages: tuple[GatewayEvent, ...]

    @property
    def waits(self) -> bool:
        """Tell whether some of it waits for a person."""
        review = any(row.payment.state == Payment.State.REVIEW for row in self.tries)
        return review or any(row.waits for row in self.backs)


def money_of(order: Order) -> OrderMoney:
    """Return the money of an order as the rows have it. Four statements."""
    payments = list(order.payments.order_by("-made_at", "-pk"))
    rows = Operation.objects.filter(payment__in=payments, kind=Operation.Kind.REFUND)
    operations = list(rows.select_related("refund", "resolved_by").order_by("-pk"))
    backs = [_back(row.refund, row, order) for row in operations]
    bare = order.refunds.filter(operation=None).order_by("-pk")
    backs += [_back(row, None, order) for row in bare]
    return OrderMoney(
        tries=tuple(_try(row) for row in payments),
        backs=tuple(backs),
        messages=tuple(_messages(payments, operations)),
    )


def cause_of(refund: Refund | None, operation: Operation | None) -> str:
    """Say why money goes back."""
    # A refund that was late means a date that had begun, a movement of money goods that were gone.
    if refund and refund.cause == Refund.Cause.LATE:
        return "the money came when the date had begun"
    return CAUSES[refund.cause if refund else cast("Operation", operation).cause]


def _messages(payments: Iterable[Payment], operations: Iterable[Operation]) -> list[GatewayEvent]:
    ids = {row.remote_id for row in operations}
    for row in payments:
        ids |= {row.session_id, row.intent_id, row.charge_id}
    rows = GatewayEvent.objects.filter(object_id__in=ids - {None, ""}).defer("body")
    return list(rows.order_by("-received_at", "-pk")[:MOST_MESSAGES])


def _try(payment: Payment) -> Try:
    ids = (payment.session_id, payment.intent_id, payment.charge_id)
    return Try(
        payment=payment,
        amount=written(payment.amount, payment.currency, "en"),
        state=PAYMENT_STATES[payment.state],
        ids=tuple(name for name in ids if name),
    )


def _back(refund: Refund | None, operation: Operation | None, order: Order) -> ReturnedMoney:
    amount = operation.amount if operation else cast("Refund", refund).amount
    state = BACK_STATES[operation.state] if operation else "nothing was to be sent"
    if operation and operation.resolution and operation.state != Operation.State.VOID:
        state = "was paid another way"
    return ReturnedMoney(
        amount=written(amount, order.currency, "en"),
        cause=cause_of(refund, operation),
        reason=refund.reason if refund else "",
        state=state,
        at=refund.at if refund else cast("Operation", operation).made_at,
        operation=operation,
        waits=bool(operation and operation.is_stuck),
    )
