"""Brings a dispute to the provider's state: what a bank took and gave back is booked, once.

The provider's dispute, read again, is what counts; messages may come in any order.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from shop.core.currencies import written
from shop.core.tasks import enqueue
from shop.money.ledger.posting import disputes as books
from shop.money.money_tasks import gate
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.disputes.cover import cover, uncover
from shop.money.payments.disputes.mail import LOST, OPENED, WON, tell_stores_of_dispute
from shop.money.payments.disputes.models import Dispute
from shop.money.payments.models import Payment
from shop.money.payments.parcels import let_go_on
from shop.money.payments.provider.gateway import RemoteDispute
from shop.money.payments.provider.reading import NotUnderstood
from shop.money.payments.provider.stripe_gateway import gateway
from shop.orders import end
from shop.orders.models import Order, RefundLine, RefundParcel
from shop.orders.refund import raise_earnings
from shop.orders.stop import stop

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


def take_over_dispute(remote: RemoteDispute, *, at: datetime) -> None:
    """Bring a dispute of a charge of ours to the provider's state of now. Safe to repeat.

    Raises:
        NotUnderstood: its amount, or how it stands. A new one stops the order all the same.
    """
    payment = Payment.of_charge(remote.charge_id)
    if payment is None and Dispute.objects.filter(remote_id=remote.id).exists():
        raise NotUnderstood("dispute", remote.id, "no charge of ours")
    if payment is None:
        return  # of another shop on the account
    if not remote.amount:
        raise NotUnderstood("dispute", remote.id, f"no amount in {remote.currency}")
    _take_over(remote, payment, at=at)
    if remote.status not in STATES:
        raise NotUnderstood("dispute", remote.id, f"no known word: {remote.status[:40]}")


@transaction.atomic
def _take_over(remote: RemoteDispute, payment: Payment, *, at: datetime) -> None:
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
        cover(dispute, at=at)
    dispute.closed_at = None if dispute.is_live else dispute.closed_at or at
    dispute.save()
    if dispute.state != before:  # what stood on the desk is over
        gate.close_by_itself(dispute, kind=MoneyTask.Kind.DISPUTE, at=at)
    _tell(dispute, order, at=at)
    if what := _news(dispute, before):
        enqueue(tell_stores_of_dispute, dispute.pk, what)
    if dispute.is_live and before not in Dispute.LIVE:
        stop(order, at=at)
    elif not is_new and dispute.state != before:
        let_go_on(order)


def _news(dispute: Dispute, before: str | None) -> str:
    """Return what the stores are told of a step: that one is open, or how it ended.

    Of a lost one they hear when it is said who bears it; at once, where nobody has to.
    """
    if dispute.state == before:
        return ""
    if dispute.is_live:
        return "" if before in Dispute.LIVE else OPENED
    if dispute.state == State.LOST:
        return "" if dispute.to_bear else LOST
    return "" if before is None else WON


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
    if taken > 0 or fee:
        books.post_dispute_opened(order, max(taken, 0), fee, **dispute.next_entry(at=at))
    if taken < 0:
        books.post_dispute_won(order, -taken, **dispute.next_entry(at=at))
        if dispute.borne:
            _give_back_to_bearers(dispute, order, at=at)
        uncover(dispute, at=at)
    dispute.withdrawn, dispute.fee = max(remote.withdrawn, 0), remote.fee


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


def _give_back_to_bearers(dispute: Dispute, order: Order, *, at: datetime) -> None:
    """Undo who bore a dispute that an appeal turned: their money is there again."""
    borne: dict[str, Any] = dispute.borne or {}
    platform = borne.get(PLATFORM, 0)
    stores = order.refunds.filter(pk__in=borne["refunds"])
    books.post_dispute_turned(order, stores, platform, **dispute.next_entry(at=at))
    stores.update(undone_at=at)
    for row in RefundLine.objects.filter(refund__in=stores).select_related("line"):
        raise_earnings(row.line.suborder_id, row.earned)
    for parcel in RefundParcel.objects.filter(refund__in=stores):
        raise_earnings(parcel.suborder_id, parcel.earned)
    if fee := borne.get("fee"):
        part = order.suborders.get(pk=borne["fee_by"])
        books.post_dispute_fee(part, -fee, **dispute.next_entry(at=at))
    dispute.borne = None
