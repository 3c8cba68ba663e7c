"""A person says what a refund from outside was for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from shop.core.currencies import written
from shop.core.errors import GatewayError, NotPossible, StaleState
from shop.core.locks import lock
from shop.core.tasks import enqueue
from shop.money.ledger.posting import refunds as books
from shop.money.money_tasks import gate
from shop.money.money_tasks.kinds import TaskOutcome
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.external.match import lower, match_one, unsent_refunds
from shop.money.payments.external.take_over import check_refunds_of
from shop.money.payments.models import Operation
from shop.money.payments.parcels import let_go_on
from shop.orders import end
from shop.orders.documents.tasks import make_papers
from shop.orders.models import Order, OrderLine, Refund, Suborder
from shop.orders.refund import Amount, record
from shop.orders.tickets import issue
from shop.people.accounts.models import User


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
    order, operation = _locked(task)
    paid = sum(part.paid if isinstance(part, Amount) else part for part in parts.values())
    if paid != operation.unmatched:
        left = written(operation.unmatched, operation.currency, "en")
        raise NotPossible(f"The parts have to be {left} together.")
    refund = record(order, parts, cause=Refund.Cause.OUTSIDE, at=at, reason=reason, by=by)
    if refund.amount != paid:
        raise NotPossible("With the last unit of a parcel its delivery goes back whole: name it.")
    books.post_refund(refund, at=at)
    match_one(operation, paid, at=at)
    issue.cancel({row.line: row.quantity for row in refund.lines.filter(quantity__gt=0)}, at=at)
    gate.close(task, TaskOutcome.SPLIT, reason=reason, at=at, by=by)
    let_go_on(order)
    enqueue(make_papers, order.pk)
    return refund


def was_owed(task: MoneyTask, *, reason: str, at: datetime, by: User) -> None:
    """Say that a refund from outside was for one of ours that did not go, or came back.

    Raises:
        NotPossible: there is none, or less of it; or the provider is silent, so that nobody knows.
        StaleState: somebody else has closed the task.
    """
    try:
        check_refunds_of((task.payment and task.payment.charge_id) or "", at=at)
    except GatewayError as silent:
        raise NotPossible(f"The payment provider does not answer: {silent}") from silent
    with transaction.atomic():
        order, operation = _locked(task)
        left = operation.unmatched
        for row in lock(unsent_refunds(operation.payment)):
            if part := min(row.amount, left):
                match_one(operation, part, at=at)
                lower(row, part, how="outside", may_send=True, at=at)
                left -= part
        if left:
            raise NotPossible("No refund of ours waits for that much. Split it over the lines.")
        gate.close(task, TaskOutcome.WAS_OWED, reason=reason, at=at, by=by)
        let_go_on(order)


def _locked(task: MoneyTask) -> tuple[Order, Operation]:
    if task.order_id is None or task.operation_id is None:
        raise StaleState
    order = end.lock(task.order_id)
    return order, Operation.objects.select_related("payment__order").get(pk=task.operation_id)
