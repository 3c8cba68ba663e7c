"""A person says what a difference of the night was, or pays in what is missing."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from shop.core.currencies import written
from shop.core.errors import NotPossible, StaleState
from shop.core.locks import lock_one
from shop.festivals.changelog import log as note
from shop.money.ledger.at_the_bank import note_paid_in, reference_of
from shop.money.ledger.models import LedgerEntry
from shop.money.ledger.posting import moves, sales
from shop.money.ledger.posting.entries import EventFacts
from shop.money.ledger.thresholds import Threshold
from shop.money.money_tasks import gate
from shop.money.money_tasks.kinds import TaskOutcome
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.models import Payment
from shop.money.settlements.receivables import close_receivable
from shop.orders import end
from shop.people.accounts.models import User
from shop.people.merchants.own_stores import refuse_own
from shop.reports.reconciliation.discrepancies import of_task
from shop.reports.reconciliation.models import Discrepancy, WriteOff
from shop.reports.reconciliation.rules import missing_papers

Account, Kind = LedgerEntry.Account, MoneyTask.Kind
MOST_WORDS = 300
PLACES = {
    TaskOutcome.IS_FEE: Account.FEES,
    TaskOutcome.OWN_MONEY: Account.BANK,
    TaskOutcome.WRITTEN_OFF: Account.LOSSES,
}


@transaction.atomic
def explain(task: MoneyTask, *, reason: str, at: datetime, by: User) -> None:
    """Close a task with the reason alone: the same difference does not come back.

    Raises:
        NotPossible: there is no reason.
        StaleState: somebody else has closed it.
    """
    _end(_locked(task), TaskOutcome.EXPLAINED, reason=reason, at=at, by=by)


@transaction.atomic
def place(task: MoneyTask, outcome: TaskOutcome, *, reason: str, at: datetime, by: User) -> None:
    """Say of a line in suspense whose it is: a fee, the operator's own money, or nobody's.

    Raises:
        NotPossible: it is more than one person may give up, or there is no reason.
        StaleState: somebody else has said it.
    """
    row = _found(_locked(task))
    if not row.stays:
        raise NotPossible("This is money of an order. Look at its payment and its refunds.")
    _end(task, outcome, reason=reason, at=at, by=by)
    facts = EventFacts(reference=row.key, currency=row.currency, at=at)
    moves.post_suspense_closed(PLACES[outcome], row.figure, **facts)


@transaction.atomic
def match(task: MoneyTask, other_id: int, *, reason: str, at: datetime, by: User) -> None:
    """Say that two lines in suspense undo each other: both are closed.

    Raises:
        NotPossible: they do not come to nothing together.
        StaleState: somebody else has closed one of them.
    """
    first, second = sorted((task.pk, other_id))
    rows = {pk: _locked_one(pk) for pk in (first, second)}
    own, other = (_found(rows[pk]) for pk in (task.pk, other_id))
    if own.pk == other.pk or not (own.stays and other.stays):
        raise NotPossible("Choose another line of the balance.")
    if (own.figure + other.figure, own.currency) != (0, other.currency):
        raise NotPossible("Together they do not come to nothing.")
    for row in rows.values():
        _end(row, TaskOutcome.MATCHED, reason=reason, at=at, by=by)


@transaction.atomic
def book_fee(task: MoneyTask, *, reason: str, at: datetime, by: User) -> None:
    """Book the fee of a charge as the provider has it now.

    Raises:
        NotPossible: the difference is about something else.
        StaleState: somebody else has closed it.
    """
    if task.payment_id is None or not (known := of_task(task)) or not known.key.startswith("fee-"):
        raise NotPossible("This difference is not about the fee of a charge.")
    order = end.lock(Payment.objects.values_list("order", flat=True).get(pk=task.payment_id))
    row = _found(_locked(task))
    payment = Payment.objects.get(pk=task.payment_id)
    gate.close(task, TaskOutcome.IS_FEE, reason=reason, at=at, by=by)
    payment.fee, payment.net = (payment.fee or 0) + row.figure, (payment.net or 0) - row.figure
    payment.save(update_fields=["fee", "net"])
    reference = f"{payment.balance_txn}-{task.pk}"
    sales.post_charge_fee(order, row.figure, reference=reference, at=at, currency=row.currency)
    row.delete()


@transaction.atomic
def pay_in_cover(
    task: MoneyTask, amount: int, bank_reference: str, *, reason: str, at: datetime, by: User
) -> None:
    """Book what the organizer paid into the operator's bank, for the discounts that he gives.

    Raises:
        NotPossible: the bank's reference is missing, or was used.
        StaleState: somebody else has closed the task.
    """
    row = _found(_locked(task))
    _end(task, TaskOutcome.PAID_IN, reason=reason, at=at, by=by)
    currency = row.currency
    note_paid_in(amount, bank_reference=bank_reference, currency=currency, at=at, by=by)
    row.delete()  # what is still missing is told again


@transaction.atomic
def pay_in_receivable(
    task: MoneyTask, amount: int, bank_reference: str, *, reason: str, at: datetime, by: User
) -> int:
    """Book that a store paid what it owes to the operator's bank; return what is left.

    Raises:
        NotPossible: it owes less, or the bank's reference is missing or was used.
        StaleState: somebody else has closed the task.
    """
    row = _found(_locked(task))
    reference = reference_of(bank_reference)
    _end(task, TaskOutcome.PAID_IN, reason=reason, at=at, by=by)
    left = close_receivable(_merchant(task), row.currency, paid=amount, reference=reference, at=at)
    row.delete()
    return left


@transaction.atomic
def write_off(task: MoneyTask, *, reason: str, at: datetime, by: User) -> bool:
    """Give money up, or ask a second person where it is more than one may; True if it is done.

    It is as much as the night found: where a store owes less by now, nothing is given up.

    Raises:
        NotPossible: there is no reason, or the same person asked for it already.
        StaleState: somebody else has closed the task.
    """
    if not reason.strip():
        raise NotPossible("Say why: whoever looks next reads it.")
    row = _found(_locked(task))
    amount, asked = abs(row.figure), asked_by(task)
    if amount > Threshold.ALONE.in_minor(row.currency):
        if asked is None or asked.amount < amount:
            _ask(task, amount, asked, reason=reason, at=at, by=by)
            return False
        if asked.by_id == by.pk:
            raise NotPossible("You asked for it yourself: somebody else has to look at it.")
    if task.kind == Kind.RECEIVABLE:
        gate.close(task, TaskOutcome.WRITTEN_OFF, reason=reason, at=at, by=by)
        reference = f"given-up-{task.pk}"
        close_receivable(_merchant(task), row.currency, given_up=amount, reference=reference, at=at)
        row.delete()
    else:
        place(task, TaskOutcome.WRITTEN_OFF, reason=reason, at=at, by=by)
    if asked:
        asked.move_to(WriteOff.State.DONE)
    return True


def asked_by(task: MoneyTask) -> WriteOff | None:
    """Return who asked to give up the money of a task, and how much."""
    rows = WriteOff.objects.filter(task=task, state=WriteOff.State.ASKED)
    return rows.select_related("by").first()


@transaction.atomic
def papers_made(task: MoneyTask, *, reason: str, at: datetime, by: User) -> None:
    """Close a task about papers, after a look that they are there.

    Raises:
        NotPossible: some are still missing.
        StaleState: somebody else has closed it.
    """
    row = _found(_locked(task))
    if still := next((one for one in missing_papers(at) if one.key == row.key), None):
        raise NotPossible(f"Some are still missing. {still.what}")
    gate.close(task, TaskOutcome.MADE, reason=reason, at=at, by=by)
    row.delete()


def others_to_match(task: MoneyTask) -> list[MoneyTask]:
    """Return the open tasks about lines that would undo this one's."""
    row = of_task(task)
    if row is None or not row.stays:
        return []
    undoing = Discrepancy.objects.filter(
        kind=Kind.SUSPENSE, stays=True, figure=-row.figure, currency=row.currency
    )
    about = [gate.key_of(one) for one in undoing]
    return list(gate.open_tasks().filter(kind=Kind.SUSPENSE, about__in=about))


def _end(task: MoneyTask, outcome: str, *, reason: str, at: datetime, by: User) -> None:
    """Close a task; a write-off that somebody asked for is asked for no more, unless it is this."""
    gate.close(task, outcome, reason=reason, at=at, by=by)
    if outcome != TaskOutcome.WRITTEN_OFF and (asked := asked_by(task)):
        asked.move_to(WriteOff.State.DROPPED)


def _ask(
    task: MoneyTask, amount: int, before: WriteOff | None, *, reason: str, at: datetime, by: User
) -> None:
    refuse_own(*gate.stores_of(task), by=by)
    if before:  # it has grown since
        before.move_to(WriteOff.State.DROPPED)
    WriteOff.objects.create(task=task, amount=amount, reason=reason[:MOST_WORDS], at=at, by=by)
    said = written(amount, task.currency, "en")
    note(task, "ask to write off", at=at, by=by, festival=None, reason=reason[:MOST_WORDS],
         after={"amount": said})  # fmt: skip


def _locked(task: MoneyTask) -> MoneyTask:
    return _locked_one(task.pk)


def _locked_one(pk: int) -> MoneyTask:
    row = lock_one(MoneyTask.objects, pk)
    if not row.is_open:
        raise StaleState
    return row


def _found(task: MoneyTask) -> Discrepancy:
    row = of_task(task)
    if row is None:
        raise StaleState
    return row


def _merchant(task: MoneyTask) -> int:
    if task.merchant_id is None:
        raise StaleState
    return task.merchant_id
