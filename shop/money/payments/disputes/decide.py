"""A person answers a dispute, and says who bears one that was lost."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from shop.core.currencies import written
from shop.core.errors import NotPossible, StaleState
from shop.core.tasks import enqueue
from shop.money.ledger.models import LedgerEntry
from shop.money.ledger.posting import disputes as books
from shop.money.ledger.posting import refunds
from shop.money.money_tasks import gate
from shop.money.money_tasks.kinds import TaskOutcome
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.disputes.cover import cover
from shop.money.payments.disputes.mail import LOST, tell_stores_of_dispute
from shop.money.payments.disputes.models import Dispute
from shop.money.payments.disputes.take_over import PLATFORM
from shop.orders import end
from shop.orders.after_sale.contents import to_send
from shop.orders.documents.tasks import make_papers
from shop.orders.models import OrderLine, Refund, Suborder
from shop.orders.refund import Amount, delivery_left, gone, record
from shop.orders.shares import Share
from shop.people.accounts.models import User

State = Dispute.State


@transaction.atomic
def answer(task: MoneyTask, outcome: str, *, reason: str, at: datetime, by: User) -> None:
    """Note that the bank was answered with papers, or that its claim is accepted.

    Raises:
        NotPossible: the bank has decided already.
    """
    dispute = _locked(task)
    if dispute.state not in (State.INQUIRY, State.OPEN):
        raise NotPossible("The bank has decided. Say who bears it.")
    if dispute.is_being_answered:
        raise NotPossible("Evidence is being sent to the bank. Wait a minute, then look again.")
    dispute.enter(State.ANSWERED if outcome == TaskOutcome.ANSWERED else State.ACCEPTED)
    dispute.save(update_fields=["state"])
    gate.close(task, outcome, reason=reason, at=at, by=by)


@transaction.atomic
def say_who_bears(
    task: MoneyTask,
    parts: Mapping[str, int],
    *,
    fee_by: str = PLATFORM,
    reason: str,
    at: datetime,
    by: User,
) -> None:
    """Say who bears a lost dispute: stores by their part of the order, the platform the rest.

    A store never bears more than is left of its part: what went back to the shopper was its loss
    already.

    Args:
        parts: minor units by the id of a suborder, or ``platform``.
        fee_by: who bears the fee of the bank beside: a suborder that bears something, or
            ``platform``.

    Raises:
        NotPossible: nothing was lost, the parts are not the amount that was, or a store shall bear
            the fee that bears nothing else.
    """
    dispute = _locked(task)
    order = dispute.payment.order
    if dispute.to_bear and not dispute.borne:
        cover(dispute, at=at)
    if not dispute.to_bear or dispute.borne:
        raise NotPossible("The bank has not decided yet, or somebody said it already.")
    if sum(parts.values()) != dispute.to_bear or min(parts.values()) < 0:
        lost = written(dispute.to_bear, dispute.currency, "en")
        raise NotPossible(f"The parts have to be {lost} together.")
    stores = {int(pk): part for pk, part in parts.items() if pk != PLATFORM and part}
    own = list(order.suborders.filter(pk__in=stores).order_by("pk"))
    if len(own) < len(stores):
        raise NotPossible("This is no part of the order.")
    at_fault = next((row for row in own if str(row.pk) == fee_by), None)
    if at_fault is None and fee_by != PLATFORM:
        raise NotPossible("Who bears nothing of it bears no fee of it.")
    made = [_charge(dispute, row, stores[row.pk], reason=reason, at=at, by=by) for row in own]
    platform = parts.get(PLATFORM, 0)
    books.post_dispute_lost(order, platform, **dispute.next_entry(at=at))
    borne_fee = _charge_fee(dispute, at_fault, at=at) if at_fault and dispute.fee else {}
    dispute.borne = {**parts, **borne_fee, "refunds": [refund.pk for refund in made]}
    dispute.save()
    gate.close(task, TaskOutcome.FAULT_SPLIT, reason=reason, at=at, by=by)
    enqueue(tell_stores_of_dispute, dispute.pk, LOST)


def _charge_fee(dispute: Dispute, part: Suborder, *, at: datetime) -> dict[str, Any]:
    """Let a store bear the fee of the bank; return what is kept of that."""
    books.post_dispute_fee(part, dispute.fee, **dispute.next_entry(at=at))
    return {"fee_by": str(part.pk), "fee": dispute.fee}


def left_of(suborder: Suborder) -> int:
    """Return what of a part of an order its shopper has paid and not got back."""
    lines = list(suborder.lines.all())
    back = sum(share.paid for share in gone(lines).values())
    return sum(line.paid for line in lines) - back + delivery_left(suborder)[0]


def _charge(
    dispute: Dispute, suborder: Suborder, amount: int, *, reason: str, at: datetime, by: User
) -> Refund:
    """Undo a store's sale as far as an amount goes: its lines in their order, then the delivery.

    Units of a parcel that has not been sent, and is not paid for any more, go back to their pool.
    """
    left = amount
    parts: dict[OrderLine | Suborder, int | Amount] = {}
    shares = gone(suborder.lines.all())
    here = to_send(suborder.lines.all())
    is_all = amount == left_of(suborder)  # with the last unit its delivery goes back, too
    for line in suborder.lines.all():
        before = shares.get(line.pk, Share())
        own = min(left, line.paid - before.paid)
        is_whole = own == line.paid - before.paid
        if own:
            units = here[line.pk] if is_whole and is_all else 0
            parts[line] = Amount(own, units)
            left -= own
    if left > delivery_left(suborder)[0]:
        raise NotPossible("A store cannot bear more than is left of its part of the order.")
    if left:
        parts[suborder] = left
    order, cause = dispute.payment.order, Refund.Cause.DISPUTE
    refund = record(order, parts, cause=cause, at=at, reason=reason, by=by)
    refunds.post_refund(refund, at=at, against=LedgerEntry.Account.DISPUTED)
    enqueue(make_papers, order.pk)
    return refund


def _locked(task: MoneyTask) -> Dispute:
    if task.dispute_id is None or task.order_id is None:
        raise StaleState
    end.lock(task.order_id)
    return Dispute.objects.select_related("payment__order").get(pk=task.dispute_id)
