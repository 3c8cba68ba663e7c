"""What a person may do about a payout to a store's own account of which some transfer did not go.

What has gone stays; the rest is sent again, or the operator pays it from his own bank.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from shop.core.errors import GatewayError, NotPossible
from shop.core.locks import lock
from shop.festivals.changelog import log as note
from shop.money.ledger.at_the_bank import reference_of
from shop.money.ledger.posting import moves
from shop.money.ledger.posting.entries import EventFacts
from shop.money.ledger.thresholds import Threshold
from shop.money.money_tasks import gate
from shop.money.money_tasks.kinds import TaskOutcome
from shop.money.money_tasks.models import MoneyTask
from shop.money.settlements.models import Payout
from shop.money.settlements.payouts import locked_payout
from shop.money.settlements.remote.models import Transfer
from shop.money.settlements.remote.transfers import find, finish, renew, take_over_transfer
from shop.people.accounts.models import User

State = Transfer.State
SILENT = "The payment provider does not answer, so nobody knows whether it went: {}"
UNDER_WAY = "One of its transfers is under way at this moment. Look again in two minutes."


def try_again(task: MoneyTask, *, reason: str, at: datetime, by: User) -> bool:
    """Send the transfers again that did not go; False where the provider had them after all.

    Raises:
        NotPossible: there is no reason, or the provider does not answer.
        StaleState: somebody else has closed the task.
    """
    payout_id = payout_of(task)
    look_for(payout_id, at=at)
    with transaction.atomic():
        payout = locked_payout(payout_id)
        rows = lock(payout.transfers.filter(state=State.BLOCKED))
        if not rows:
            return False
        gate.close(task, TaskOutcome.TRY_AGAIN, reason=reason, at=at, by=by)
        for row in rows:
            renew(row, at=at)
        payout.move_to(Payout.State.SENDING, error="")
    return True


def settle_elsewhere(
    task: MoneyTask, *, reference: str, reason: str, at: datetime, by: User
) -> None:
    """Write down that the operator's bank paid what did not go; the payout is done with that.

    Raises:
        NotPossible: a transfer is under way, nothing is left, above a sum the same person approved
            the settlement, the reference is missing or was used, or the provider does not answer.
        StaleState: somebody else has closed the task.
    """
    payout_id, said = payout_of(task), reference_of(reference)
    look_for(payout_id, at=at)
    with transaction.atomic():
        payout = locked_payout(payout_id)
        rows = lock(payout.transfers.filter(state__in=Transfer.OPEN))
        if any(row.state == State.SENDING for row in rows):
            raise NotPossible(UNDER_WAY)
        if not rows:
            raise NotPossible("Nothing of it is left: the provider has moved all of it.")
        _check(payout, said, sum(row.amount for row in rows), by=by)
        gate.close(task, TaskOutcome.SETTLED_ELSEWHERE, reason=reason, at=at, by=by)
        for row in rows:
            row.move_to(State.ELSEWHERE, done_at=at)
            facts = EventFacts(reference=f"transfer-{row.pk}", currency=row.currency, at=at)
            moves.PAYOUT_SENT.book(row.amount, payout.settlement.merchant, **facts)
            moves.post_payout_proved(row.amount, 0, **facts)
        note(payout, "settle elsewhere", at=at, by=by, festival=None, reason=reason.strip()[:300],
             after={"bank_reference": said, "amount": sum(row.amount for row in rows)})  # fmt: skip
        finish(payout, reference=said, at=at)


def _check(payout: Payout, reference: str, rest: int, *, by: User) -> None:
    """Refuse what one person may not say alone, and a reference that proves another payout."""
    alone = Threshold.BATCH_ALONE.in_minor(payout.settlement.currency)
    if rest > alone and payout.settlement.approved_by_id == by.pk:
        raise NotPossible("Somebody else has to write it down: you approved it.")
    if other := Payout.objects.filter(bank_reference=reference).exclude(pk=payout.pk).first():
        raise NotPossible(f"This reference is the proof of {other.reference} already.")


def drop_transfers(payout: Payout) -> None:
    """Drop the transfers of a payout none of which has gone; called under its locks.

    Raises:
        NotPossible: one has gone, or is under way.
    """
    rows = lock(payout.transfers.exclude(state=State.VOID))
    if any(row.state == State.SENDING for row in rows):
        raise NotPossible(UNDER_WAY)
    if has_moved(payout):
        raise NotPossible("A part of it has gone. Send the rest again, or pay that by hand.")
    for row in rows:
        row.move_to(State.VOID)


def has_moved(payout: Payout) -> bool:
    """Tell whether something of a payout has gone to the store's account."""
    return payout.transfers.filter(state__in=(State.DONE, State.ELSEWHERE)).exists()


def look_for(payout_id: int, *, at: datetime) -> None:
    """Write down what the provider has of the transfers of a payout that are in doubt.

    Raises:
        NotPossible: it does not answer.
    """
    doubted = Transfer.objects.filter(payout=payout_id, state=State.BLOCKED)
    try:
        for row in doubted.exclude(first_sent_at=None):
            if remote := find(row):
                take_over_transfer(remote, at=at)
    except GatewayError as error:
        raise NotPossible(SILENT.format(error)) from error


def payout_of(task: MoneyTask) -> int:
    """Return the payout that a task is about."""
    return int(task.about.rpartition("-")[2])
