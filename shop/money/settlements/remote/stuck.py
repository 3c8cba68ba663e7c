"""What a person may do about a payout of the provider: take it back, pay it again, or by hand.

The provider is asked first, every time: what it has is never paid another way.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from shop.core.errors import GatewayError, NotPossible
from shop.festivals.changelog import log as note
from shop.money.money_tasks import gate
from shop.money.money_tasks.kinds import TaskOutcome
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.provider import stripe_payouts as provider
from shop.money.payments.provider.stripe_gateway import gateway
from shop.money.settlements.models import Payout, PayoutMethod, Settlement
from shop.money.settlements.payouts import locked_payout, pay_again
from shop.money.settlements.remote.fund import drop_funding
from shop.money.settlements.remote.send import found_of
from shop.money.settlements.remote.stuck_transfers import (
    SILENT,
    drop_transfers,
    look_for,
    payout_of,
)
from shop.money.settlements.remote.take_over import take_over
from shop.people.accounts.models import User
from shop.people.merchants.own_stores import refuse_own

State = Payout.State


def take_back(payout_id: int, *, reason: str, at: datetime, by: User) -> None:
    """Take a payout back that has not left; the store is owed again.

    Raises:
        NotPossible: there is no reason, it has left, or the provider does not answer.
    """
    if not reason.strip():
        raise NotPossible("Say why: whoever looks next reads it.")
    payout = Payout.objects.select_related("settlement").get(pk=payout_id)
    refuse_own(payout.settlement.merchant_id, by=by)
    if payout.state != State.SENT or payout.remote_id is None:
        raise NotPossible("It is not with the provider, or it has left.")
    try:
        remote = provider.cancel_payout(gateway(), payout.remote_id)
    except GatewayError as error:
        if error.code != "too late":
            raise NotPossible(SILENT.format(error)) from error
        _look(payout, at=at)
        raise NotPossible("Too late: it has left, and cannot be taken back.") from error
    take_over(payout_id, remote, at=at)
    note(payout, "take back", at=at, by=by, festival=None, reason=reason.strip()[:300])


def pay_stuck_again(task: MoneyTask, *, reason: str, at: datetime, by: User) -> Payout:
    """Drop a payout that did not go, and queue another one to the account in use.

    Raises:
        NotPossible: the provider has it, or does not answer; or the store has no account.
    """
    payout_id = payout_of(task)
    _make_sure(payout_id, at=at)
    with transaction.atomic():
        payout = _drop(payout_id, reason, at=at, by=by)
        return pay_again(payout.settlement_id, at=at, task=task, by=by, reason=reason)


def pay_stuck_by_hand(task: MoneyTask, *, reason: str, at: datetime, by: User) -> Payout:
    """Drop a payout that did not go; its settlement is paid by hand, and never by itself.

    Raises:
        NotPossible: the provider has it, or does not answer.
    """
    payout_id = payout_of(task)
    _make_sure(payout_id, at=at)
    with transaction.atomic():
        payout = _drop(payout_id, reason, at=at, by=by)
        gate.close(task, TaskOutcome.BY_HAND, reason=reason, at=at, by=by)
    return payout


def close_short(
    task: MoneyTask, outcome: TaskOutcome, *, reason: str, at: datetime, by: User
) -> None:
    """Close what was said of the balance; a movement in doubt is looked for first.

    Raises:
        NotPossible: there is no reason, or the provider does not answer.
    """
    name, _dash, number = task.about.partition("-")
    if name == "funding":
        try:
            drop_funding(int(number), at=at)
        except GatewayError as error:
            raise NotPossible(SILENT.format(error)) from error
    with transaction.atomic():
        task.refresh_from_db()
        if task.is_open:  # else it was found, and that closed it
            gate.close(task, outcome, reason=reason, at=at, by=by)


def _make_sure(payout_id: int, *, at: datetime) -> None:
    """Make sure that the provider does not have a payout; one that it has is written down."""
    payout = Payout.objects.get(pk=payout_id)
    if payout.method.way == PayoutMethod.Way.CONNECT:
        look_for(payout_id, at=at)
        return
    if payout.state in (State.QUEUED, State.VOID) or payout.key is None:
        return
    try:
        remote = found_of(payout)
    except GatewayError as error:
        raise NotPossible(SILENT.format(error)) from error
    if remote:
        take_over(payout_id, remote, at=at)
        raise NotPossible("The provider has it after all: it must not be paid twice.")


def _drop(payout_id: int, reason: str, *, at: datetime, by: User) -> Payout:
    payout = locked_payout(payout_id)
    if payout.state == State.VOID:
        return payout
    drop_transfers(payout)
    if payout.state == State.SENDING and payout.method.way == PayoutMethod.Way.CONNECT:
        payout.move_to(State.BLOCKED)  # it has waited, and none of its transfers is under way
    if payout.state not in (State.QUEUED, State.BLOCKED) or payout.batch_id:
        raise NotPossible("It stands otherwise now. Look at it again.")
    was_sent = payout.state == State.BLOCKED
    # So that the next round does not take it up by itself.
    payout.move_to(State.VOID, ended_why=reason.strip()[:300] or "Dropped.",
                   first_sent_at=payout.first_sent_at or at)  # fmt: skip
    if was_sent:
        payout.settlement.move_to(Settlement.State.FINAL)
    note(payout, "drop", at=at, by=by, festival=None, reason=reason.strip()[:300])
    return payout


def _look(payout: Payout, *, at: datetime) -> None:
    try:
        take_over(payout.pk, provider.payout_now(gateway(), payout.remote_id or ""), at=at)
    except GatewayError:
        return
