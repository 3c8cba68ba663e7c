"""Early fraud warnings: the issuer of a card says that a payment may be fraud, before a dispute.

A warning stops the order's parcels and its stores' payouts until a person has refunded the payment
or said that the alarm is wrong. The task about it is all that is kept.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from shop.core.currencies import written
from shop.core.errors import NotPossible, StaleState
from shop.core.locks import lock_one
from shop.money.money_tasks import gate
from shop.money.money_tasks.kinds import TaskOutcome
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.models import Payment, RefundProposal
from shop.money.payments.parcels import let_go_on
from shop.money.payments.proposals import decided, propose, whole
from shop.money.payments.provider.gateway import RemoteWarning
from shop.money.payments.provider.stripe_gateway import gateway
from shop.orders import end
from shop.orders.models import Order, Refund
from shop.orders.models.refunds import SUSPECTED
from shop.orders.stop import stop
from shop.people.accounts.models import User

KIND = MoneyTask.Kind.FRAUD_WARNING


def check_warning(warning_id: str, *, is_waited_for: bool = False, at: datetime) -> None:
    """Read a warning and act on it; safe to repeat.

    Raises:
        GatewayError: the provider did not answer; nothing was changed.
    """
    take_over_warning(gateway().warning_now(warning_id, is_waited_for=is_waited_for), at=at)


@transaction.atomic
def take_over_warning(remote: RemoteWarning, *, at: datetime) -> None:
    """Stop the order of a warning and ask a person, once for each warning.

    One that is disputed or refunded by now asks for nothing any more.
    """
    payment = Payment.of_charge(remote.charge_id)
    if payment is None:
        return  # of another shop on the account
    order = end.lock(payment.order_id)
    known = MoneyTask.objects.filter(kind=KIND, about=remote.id)
    if not remote.is_actionable:
        if known.filter(state=MoneyTask.State.OPEN).exists():
            gate.close_by_itself(remote.id, kind=KIND, at=at)
            let_go_on(order)
        return
    if known.exists():
        return
    stop(order, at=at)
    amount = written(payment.came.amount, payment.came.currency, "en")
    said = remote.reason.replace("_", " ")
    gate.open_task(
        KIND, remote.id, f"The card’s issuer suspects fraud: {said}. {amount} were paid.", at=at,
        order=order, payment=payment, amount=payment.came.amount, currency=payment.came.currency,
    )  # fmt: skip


@transaction.atomic
def refund_now(
    task: MoneyTask, *, reason: str, at: datetime, by: User
) -> Refund | RefundProposal | None:
    """Send all that is left of a suspicious payment back, or ask a second person for it.

    None where nothing was left. The parcels that have not left are cancelled with the refund.

    Raises:
        NotPossible: the order is not paid, or its bank has taken the money already.
        StaleState: somebody else has decided.
    """
    lock_one(User.objects, by.pk)  # before the order, as ``propose`` does
    order = _locked(task)
    plan = whole(order, cause=Refund.Cause.FRAUD, reason=SUSPECTED)
    made = None
    if plan.lines or plan.delivery:
        made = propose(order.pk, plan, seen=decided(order.pk), at=at, by=by)
    gate.close(task, TaskOutcome.REFUNDED_NOW, reason=reason, at=at, by=by)
    if isinstance(made, RefundProposal):
        stop(order, at=at, by_hand=True)  # until the second person has decided
    else:
        let_go_on(order)
    return made


@transaction.atomic
def wrong_alarm(task: MoneyTask, *, reason: str, at: datetime, by: User) -> None:
    """Say that a payment is no fraud: its parcels and payouts go on, unless something else stops.

    Raises:
        NotPossible: there is no reason.
        StaleState: somebody else has decided.
    """
    order = _locked(task)
    gate.close(task, TaskOutcome.WRONG_ALARM, reason=reason, at=at, by=by)
    let_go_on(order)


def _locked(task: MoneyTask) -> Order:
    if task.order_id is None or task.kind != KIND:
        raise StaleState
    order = end.lock(task.order_id)
    if not order.is_paid:
        raise NotPossible("This order is not paid.")
    return order
