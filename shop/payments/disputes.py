"""Disputes: a bank takes a charge back until it has decided, and a person says who bears it.

The provider's dispute, read again, is what counts; messages may come in any order. What it took
from the balance and gave back is booked as far as it says so, once.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from shop.accounts.models import User
from shop.currencies import written
from shop.errors import NotPossible, StaleState
from shop.ledger.models import LedgerEntry
from shop.ledger.posting import disputes as books
from shop.ledger.posting import refunds
from shop.locks import lock
from shop.money_desk import gate
from shop.money_desk.kinds import TaskOutcome
from shop.money_desk.models import MoneyTask
from shop.orders import end
from shop.orders.models import Order, OrderLine, Refund, RefundLine, RefundParcel, Suborder
from shop.orders.refund import Amount, delivery_left, gone, raise_earnings, record
from shop.orders.shares import Share
from shop.orders.stop import stop
from shop.payments.models import Dispute, Operation, Payment
from shop.payments.operations import queue_refund
from shop.payments.outside import lower, unsent_refunds
from shop.payments.parcels import let_go_on
from shop.payments.provider.gateway import RemoteDispute
from shop.payments.provider.stripe_gateway import gateway

State = Dispute.State
PLATFORM = "platform"
EARLY = timedelta(days=2)  # before the provider's own last day
# Stripe's words, SDK 16.1: https://docs.stripe.com/api/disputes/object#dispute_object-status
STATES: dict[str, str] = {
    "warning_needs_response": State.INQUIRY,
    "warning_under_review": State.INQUIRY,
    "warning_closed": State.CLOSED,
    "needs_response": State.OPEN,
    "appeal_needs_response": State.OPEN,
    "under_review": State.ANSWERED,
    "appeal_under_review": State.ANSWERED,
    "won": State.WON,
    "prevented": State.CLOSED,
    "lost": State.LOST,
}


def check_dispute(dispute_id: str, *, is_waited_for: bool = False, at: datetime) -> None:
    """Write down how a dispute stands now; safe to repeat.

    Raises:
        GatewayError: the provider did not answer; nothing was changed.
    """
    take_over_dispute(gateway().dispute_now(dispute_id, is_waited_for=is_waited_for), at=at)


@transaction.atomic
def take_over_dispute(remote: RemoteDispute, *, at: datetime) -> None:
    """Bring a dispute of a charge of ours to the provider's state of now. Safe to repeat."""
    payment = Payment.of_charge(remote.charge_id)
    if payment is None:
        return  # of another shop on the account
    order = end.lock(payment.order_id)
    dispute, is_new = Dispute.objects.get_or_create(
        remote_id=remote.id,
        defaults={
            "payment": payment, "remote_status": remote.status, "reason": remote.reason,
            "state": STATES.get(remote.status, State.OPEN), "amount": remote.amount,
            "currency": remote.currency, "opened_at": at,
        },
    )  # fmt: skip
    before = None if is_new else dispute.state
    _book(dispute, order, remote, at=at)
    if not is_new:
        _step(dispute, remote.status)
    dispute.remote_status, dispute.due_by = remote.status, remote.due_by
    if dispute.to_bear and not dispute.borne:
        _cover(dispute, order, at=at)
    dispute.closed_at = None if dispute.is_live else dispute.closed_at or at
    dispute.save()
    _tell(dispute, order, at=at)
    if dispute.is_live and before not in Dispute.LIVE:
        stop(order, at=at)
    elif not is_new and dispute.state != before:
        let_go_on(order)


def _step(dispute: Dispute, word: str) -> None:
    """Take the step that a word means; one that says nothing new, or is unknown, is none."""
    state = STATES.get(word, dispute.state)
    # We answered, and the provider has not heard of it: its word is the one of before.
    is_ours = word == dispute.remote_status and dispute.state in (State.ANSWERED, State.ACCEPTED)
    if state != dispute.state and not is_ours and state in dispute.NEXT[dispute.state]:
        dispute.enter(state)


def _book(dispute: Dispute, order: Order, remote: RemoteDispute, *, at: datetime) -> None:
    """Book what the bank has taken, or given back, since the books were written last."""
    taken, fee = remote.withdrawn - dispute.withdrawn, remote.fee - dispute.fee
    reference = f"{dispute.pk}-{remote.withdrawn}-{remote.fee}"
    if taken > 0 or fee:
        books.post_dispute_opened(
            order, max(taken, 0), fee, reference=reference, at=at, currency=dispute.currency
        )
    if taken < 0:
        books.post_dispute_won(order, -taken, reference=reference, at=at, currency=dispute.currency)
        if dispute.borne:
            _give_back_to_bearers(dispute, order, at=at)
        _uncover(dispute, at=at)
    dispute.withdrawn, dispute.fee = max(remote.withdrawn, 0), remote.fee


def _uncover(dispute: Dispute, *, at: datetime) -> None:
    """Owe a shopper again what a lost dispute had covered: the bank took it back from him."""
    if dispute.covered:
        payment, cause = dispute.payment, Operation.Cause.RETURNED
        reference = f"{dispute.pk}-{dispute.withdrawn}"
        books.post_dispute_uncovered(payment.order, dispute.covered, reference=reference, at=at)
        queue_refund(payment, dispute.covered, cause=cause, at=at)
        dispute.covered = 0


def _cover(dispute: Dispute, order: Order, *, at: datetime) -> None:
    """Take what a lost dispute gave to the shopper for refunds that are owed and have not gone."""
    for row in lock(unsent_refunds(dispute.payment)):
        part = min(row.amount, dispute.to_bear)
        if part:
            books.post_dispute_covered(
                order, part, reference=f"{dispute.pk}-{row.pk}", at=at, operation=row.pk
            )
            lower(row, part, how="dispute", at=at)
            dispute.covered += part


def _tell(dispute: Dispute, order: Order, *, at: datetime) -> None:
    """Keep one task open while somebody has to answer, or to say who bears what was lost."""
    is_lost = dispute.to_bear and not dispute.borne
    if not (dispute.state in (State.INQUIRY, State.OPEN) or is_lost):
        gate.close_by_itself(dispute, kind=MoneyTask.Kind.DISPUTE, at=at)
        return
    amount = written(dispute.to_bear or dispute.amount, dispute.currency, "en")
    said = dispute.reason.replace("_", " ")
    what = f"Lost: {amount}. Say who bears it." if is_lost else f"{amount} disputed: {said}."
    due = dispute.due_by - EARLY if dispute.due_by and not is_lost else None
    gate.open_task(
        MoneyTask.Kind.DISPUTE, dispute, what, at=at, due_at=due, order=order,
        payment=dispute.payment, dispute=dispute, amount=dispute.amount, currency=dispute.currency,
    )  # fmt: skip


@transaction.atomic
def answer(task: MoneyTask, outcome: str, *, reason: str, at: datetime, by: User) -> None:
    """Note that the bank was answered with papers, or that its claim is accepted.

    Raises:
        NotPossible: the bank has decided already.
    """
    dispute = _locked(task)
    if dispute.state not in (State.INQUIRY, State.OPEN):
        raise NotPossible("The bank has decided. Say who bears it.")
    dispute.enter(State.ANSWERED if outcome == TaskOutcome.ANSWERED else State.ACCEPTED)
    dispute.save(update_fields=["state"])
    gate.close(task, outcome, reason=reason, at=at, by=by)


@transaction.atomic
def say_who_bears(
    task: MoneyTask, parts: Mapping[str, int], *, reason: str, at: datetime, by: User
) -> None:
    """Say who bears a lost dispute: stores by their part of the order, the platform the rest.

    A store never bears more than is left of its part: what went back to the shopper was its loss
    already.

    Args:
        parts: minor units by the id of a suborder, or ``platform``.

    Raises:
        NotPossible: nothing was lost, or the parts are not the amount that was.
    """
    dispute = _locked(task)
    order = dispute.payment.order
    if dispute.to_bear and not dispute.borne:
        _cover(dispute, order, at=at)
        dispute.save(update_fields=["covered"])
    if not dispute.to_bear or dispute.borne:
        raise NotPossible("The bank has not decided yet, or somebody said it already.")
    if sum(parts.values()) != dispute.to_bear or min(parts.values()) < 0:
        lost = written(dispute.to_bear, dispute.currency, "en")
        raise NotPossible(f"The parts have to be {lost} together.")
    stores = {int(pk): part for pk, part in parts.items() if pk != PLATFORM and part}
    own = list(order.suborders.filter(pk__in=stores).order_by("pk"))
    if len(own) < len(stores):
        raise NotPossible("This is no part of the order.")
    made = [_charge(dispute, row, stores[row.pk], reason=reason, at=at, by=by) for row in own]
    platform = parts.get(PLATFORM, 0)
    books.post_dispute_lost(order, platform, reference=str(dispute.pk), at=at)
    dispute.borne = {**parts, "refunds": [refund.pk for refund in made]}
    dispute.save(update_fields=["borne"])
    gate.close(task, TaskOutcome.FAULT_SPLIT, reason=reason, at=at, by=by)


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
    is_here = suborder.state == Suborder.State.WAITING
    is_all = amount == left_of(suborder)  # with the last unit its delivery goes back, too
    for line in suborder.lines.all():
        before = shares.get(line.pk, Share())
        own = min(left, line.paid - before.paid)
        is_whole = own == line.paid - before.paid
        if own:
            units = line.quantity - before.quantity if is_here and is_whole and is_all else 0
            parts[line] = Amount(own, units)
            left -= own
    if left > delivery_left(suborder)[0]:
        raise NotPossible("A store cannot bear more than is left of its part of the order.")
    if left:
        parts[suborder] = left
    order, cause = dispute.payment.order, Refund.Cause.DISPUTE
    refund = record(order, parts, cause=cause, at=at, reason=reason, by=by)
    refunds.post_refund(refund, at=at, against=LedgerEntry.Account.DISPUTED)
    return refund


def _give_back_to_bearers(dispute: Dispute, order: Order, *, at: datetime) -> None:
    """Undo who bore a dispute that an appeal turned: their money is there again."""
    borne: dict[str, Any] = dispute.borne or {}
    platform = borne.get(PLATFORM, 0)
    stores = order.refunds.filter(pk__in=borne["refunds"])
    books.post_dispute_turned(order, stores, platform, reference=str(dispute.pk), at=at)
    for row in RefundLine.objects.filter(refund__in=stores).select_related("line"):
        raise_earnings(row.line.suborder_id, row.earned)
    for parcel in RefundParcel.objects.filter(refund__in=stores):
        raise_earnings(parcel.suborder_id, parcel.earned)
    dispute.borne = None


def _locked(task: MoneyTask) -> Dispute:
    if task.dispute_id is None or task.order_id is None:
        raise StaleState
    end.lock(task.order_id)
    return Dispute.objects.select_related("payment__order").get(pk=task.dispute_id)
