"""Moves the money of settlements by hand: in files for the bank; what it did not pay."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Manager, QuerySet, Sum

from shop.core.errors import NotPossible
from shop.core.jobs import each
from shop.core.keys.seal import seal_bytes, unseal_bytes
from shop.core.locks import lock, lock_one
from shop.core.tasks import enqueue
from shop.festivals.changelog import log as note
from shop.money.ledger.models import LedgerEntry
from shop.money.ledger.posting import moves
from shop.money.ledger.posting.entries import EventFacts
from shop.money.ledger.thresholds import Threshold
from shop.money.money_tasks import gate
from shop.money.money_tasks.kinds import TaskOutcome
from shop.money.money_tasks.models import MoneyTask
from shop.money.settlements.files import PROFILES, content_of
from shop.money.settlements.methods import current_method, restrict
from shop.money.settlements.models import (
    Payout,
    PayoutBatch,
    PayoutMethod,
    Settlement,
)
from shop.money.settlements.tasks import send_payout_back
from shop.people.accounts.models import User
from shop.people.merchants.models import Merchant
from shop.people.merchants.own_stores import refuse_own

State, Batch = Payout.State, PayoutBatch.State
LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # 32, without those that are read as others
FILE_KEPT = timedelta(days=30)
ALONE_WITHIN = timedelta(days=1)


def new_reference() -> str:
    """Return a reference of eight letters, the last of which checks the others."""
    letters = "".join(secrets.choice(LETTERS) for _letter in range(7))
    return f"BB-P-{letters}{check_letter(letters)}"


def check_letter(letters: str) -> str:
    """Return the letter that follows seven: by their places, so that swapped ones are found."""
    return LETTERS[sum((n + 2) * LETTERS.index(one) for n, one in enumerate(letters)) % 31]


def queue(settlement: Settlement, method: PayoutMethod, *, at: datetime) -> Payout:
    """Queue the payout of a settlement, whose row the caller has locked."""
    return Payout.objects.create(
        settlement=settlement, method=method, amount=settlement.total, made_at=at,
        reference=new_reference(),
    )  # fmt: skip


@transaction.atomic
def pay_again(
    settlement_id: int,
    *,
    at: datetime,
    task: MoneyTask | None = None,
    by: User | None = None,
    reason: str = "",
) -> Payout:
    """Queue another payout of a settlement whose last one failed or came back.

    Args:
        task: the one about it, which a person closes by that, with a reason.

    Raises:
        NotPossible: one is on its way, or the store has no account that can be used.
    """
    row = lock_one(Settlement.objects.select_related("merchant"), settlement_id)
    if row.state != Settlement.State.FINAL or row.payouts.filter(state__in=Payout.LIVE).exists():
        raise NotPossible("A payout of this settlement is on its way, or it is paid.")
    if row.merchant.is_unpaid:
        raise NotPossible(f"{row.merchant.name} is suspended: nothing is paid to it.")
    method = current_method(row.merchant, at=at)
    if method is None:
        raise NotPossible(f"{row.merchant.name} has no account that can be used now.")
    if task is not None and by is not None:
        gate.close(task, TaskOutcome.PAID_AGAIN, reason=reason, at=at, by=by)
    for last in row.payouts.all():
        close_tasks(last, at=at)
    return queue(row, method, at=at)


def close_tasks(payout: Payout, *, at: datetime) -> None:
    """Close what stands open about a payout: its settlement is paid by another one."""
    for kind in (MoneyTask.Kind.PAYOUT_BACK, MoneyTask.Kind.PAYOUT_STUCK):
        gate.close_by_itself(payout, kind=kind, at=at)


def by_hand(rows: QuerySet[Payout] | Manager[Payout]) -> QuerySet[Payout]:
    """Keep the payouts that wait for a file for the bank: the provider sends the others."""
    waiting = rows.filter(state=State.QUEUED, batch=None)
    return waiting.filter(method__way=PayoutMethod.Way.MANUAL)


@transaction.atomic
def make_batch(payout_ids: Sequence[int], profile: str, *, at: datetime, by: User) -> PayoutBatch:
    """Put payouts into one file for the bank.

    Raises:
        NotPossible: none of them waits any more, they differ in currency, or the file's kind
            cannot hold them.
    """
    if profile not in PROFILES:
        raise NotPossible("Choose how the bank wants its file.")
    rows = lock(by_hand(Payout.objects).filter(pk__in=payout_ids))
    if not rows or len(rows) != len(set(payout_ids)):
        raise NotPossible("Some of them are in another file already. Look at the list again.")
    whole = list(_beside(Payout.objects.filter(pk__in=[row.pk for row in rows])))
    refuse_own(*(row.settlement.merchant_id for row in whole), by=by)
    currencies = {row.settlement.currency for row in whole}
    if len(currencies) > 1:
        raise NotPossible("One file has one currency.")
    PROFILES[profile].check(whole)
    batch = PayoutBatch.objects.create(
        currency=currencies.pop(), profile=profile, made_at=at, made_by=by
    )
    Payout.objects.filter(pk__in=[row.pk for row in rows]).update(batch=batch)
    note(batch, "make", at=at, by=by, festival=None,
         after={"payouts": len(rows), "amount": sum(row.amount for row in rows)})  # fmt: skip
    return batch


@transaction.atomic
def export(batch_id: int, *, at: datetime, by: User) -> PayoutBatch:
    """Freeze a batch as a file; from now on its payouts count as sent.

    Above a sum somebody else than its maker does it; what somebody exported alone within a day
    counts together. Again it gives the same bytes.

    Raises:
        NotPossible: its maker may not, nothing is in it, or it would pay a store that is suspended
            or to an account that cannot be used; that one can be left out.
    """
    lock(Settlement.objects.filter(payouts__batch=batch_id))
    batch = lock_one(PayoutBatch.objects, batch_id)
    if batch.state != Batch.OPEN:
        return batch
    lock(PayoutMethod.objects.filter(payouts__batch=batch_id))
    lock(batch.payouts.all())
    rows = list(_beside(batch.payouts.all()))
    if not rows:
        raise NotPossible("Nothing is in it.")
    refuse_own(*(row.settlement.merchant_id for row in rows), by=by)
    total = sum(row.amount for row in rows) + _exported_alone(by, batch.currency, at=at)
    if total > Threshold.BATCH_ALONE.in_minor(batch.currency) and batch.made_by_id == by.pk:
        raise NotPossible("Somebody else has to check and export it: you made it.")
    for row in rows:
        store = row.settlement.merchant
        if store.is_unpaid:
            raise NotPossible(f"{store.name} is suspended: leave {row.reference} out of the file.")
        if row.method.state != PayoutMethod.State.READY:
            raise NotPossible(f"The account of {store.name} cannot be used now: leave "
                              f"{row.reference} out of the file.")  # fmt: skip
    batch.exported_at = at  # the file says it
    content = content_of(batch, rows)
    batch.move_to(
        Batch.EXPORTED, exported_at=at, exported_by=by, content=seal_bytes(content),
        sha256=hashlib.sha256(content).hexdigest(),
    )  # fmt: skip
    for row in rows:
        row.move_to(State.EXPORTED)
        row.settlement.move_to(Settlement.State.PAYING)
        moves.PAYOUT_SENT.book(row.amount, row.settlement.merchant, **facts_of(row, at))
    note(batch, "export", at=at, by=by, festival=None, after={"sha256": batch.sha256})
    return batch


def file_of(batch: PayoutBatch) -> bytes:
    """Return the bytes of an exported batch.

    Raises:
        NotPossible: it is not exported, or the file is gone after its days.
    """
    if not batch.content:
        raise NotPossible("The file is kept for 30 days; its SHA-256 stays.")
    return unseal_bytes(batch.content)


@transaction.atomic
def fail(payout_id: int, *, reason: str, at: datetime, by: User) -> None:
    """Write down that the bank did not pay: the store is owed again, by the same settlement.

    Raises:
        NotPossible: there is no reason, or it is not with the bank.
    """
    payout = locked_payout(payout_id)
    refuse_own(payout.settlement.merchant_id, by=by)
    _needs(reason, payout, State.EXPORTED)
    payout.move_to(State.FAILED, ended_why=reason.strip()[:300])
    owed_again(payout, Settlement.State.FINAL, at=at)
    moves.PAYOUT_FAILED.book(payout.amount, payout.settlement.merchant, **facts_of(payout, at))
    note(payout, "fail", at=at, by=by, festival=None, reason=payout.ended_why)


@transaction.atomic
def came_back(payout_id: int, came: int, *, reason: str, at: datetime, by: User) -> None:
    """Write down that a paid payout came back, perhaps less than was sent.

    Raises:
        NotPossible: there is no reason, it was not paid, or more came back than was sent.
    """
    payout = locked_payout(payout_id)
    refuse_own(payout.settlement.merchant_id, by=by)
    _needs(reason, payout, State.DONE)
    if payout.method.way == PayoutMethod.Way.CONNECT:
        raise NotPossible("It is on the store's own account at the provider: refund an order, and "
                          "it is taken back there.")  # fmt: skip
    if not 0 <= came <= payout.amount:
        raise NotPossible("More cannot come back than was sent.")
    payout.move_to(State.RETURNED, returned_at=at, came_back=came, ended_why=reason.strip()[:300])
    owed_again(payout, Settlement.State.FINAL, at=at)
    facts = facts_of(payout, at)
    moves.post_payout_returned(
        payout.settlement.merchant, payout.amount, came, LedgerEntry.Account.BANK, **facts
    )
    note(payout, "came back", at=at, by=by, festival=None, reason=payout.ended_why)


@transaction.atomic
def leave_out(payout_id: int, *, at: datetime, by: User) -> None:
    """Take a payout out of a batch that was not exported; it waits for the next one.

    Raises:
        NotPossible: its file is made.
    """
    payout = locked_payout(payout_id)
    refuse_own(payout.settlement.merchant_id, by=by)
    if payout.state != State.QUEUED or payout.batch is None:
        raise NotPossible("Its file is made: it is with the bank.")
    Payout.objects.filter(pk=payout.pk).update(batch=None)
    if not payout.batch.payouts.exists():
        payout.batch.move_to(Batch.VOID)
    note(payout, "leave out", at=at, by=by, festival=None)


@transaction.atomic
def close_batch(batch_id: int, *, at: datetime, by: User) -> None:
    """Close a batch of which every payout has ended.

    Raises:
        NotPossible: its maker may not above a sum, or one has no proof yet.
    """
    batch = lock_one(PayoutBatch.objects, batch_id)
    stores = batch.payouts.values_list("settlement__merchant", flat=True)
    refuse_own(*stores, by=by)
    total = sum(batch.payouts.values_list("amount", flat=True))
    if total > Threshold.BATCH_ALONE.in_minor(batch.currency) and batch.made_by_id == by.pk:
        raise NotPossible("Somebody else has to close it: you made it.")
    if batch.payouts.filter(state__in=(State.QUEUED, State.EXPORTED)).exists():
        raise NotPossible("Some payouts have no proof yet.")
    batch.move_to(Batch.CLOSED, closed_at=at, closed_by=by)
    note(batch, "close", at=at, by=by, festival=None)


def queue_what_waits(*, at: datetime) -> int:
    """Queue payouts of final settlements that have none, once a store can be paid. In the beat.

    One that waits for an account that is used no more ends first, unless it is in a file.
    """
    stuck = Payout.objects.filter(state=State.QUEUED, batch=None)
    stuck = stuck.exclude(method__state=PayoutMethod.State.READY)
    each("end payouts to closed accounts", stuck, lambda row: _end_queued(row.pk), at=at)
    unpaid = Merchant.objects.filter(Merchant.UNPAID)
    rows = Settlement.objects.filter(state=Settlement.State.FINAL).exclude(merchant__in=unpaid)
    rows = rows.exclude(payouts__state__in=Payout.LIVE).select_related("merchant")

    def one(row: Settlement) -> bool:
        # What was sent and taken back a person pays again, or by hand: never both.
        last = row.payouts.order_by("-pk").first()
        if last and last.state == State.VOID and last.first_sent_at:
            return False
        if current_method(row.merchant, at=at) is None:
            return False
        pay_again(row.pk, at=at)
        return True

    return each("queue payouts again", rows, one, at=at)


def forget_files(*, at: datetime) -> int:
    """Delete the files of batches after their days; their hashes stay. In the beat."""
    old = PayoutBatch.objects.filter(exported_at__lte=at - FILE_KEPT, content__isnull=False)
    return old.update(content=None)


@transaction.atomic
def _end_queued(payout_id: int) -> bool:
    payout = locked_payout(payout_id)
    if payout.state != State.QUEUED or payout.batch:
        return False
    payout.move_to(State.VOID, ended_why="Its account was closed.")
    return True


def _exported_alone(by: User, currency: str, *, at: datetime) -> int:
    """Return what somebody has made and exported without a second person within a day."""
    own = Payout.objects.filter(batch__made_by=by, batch__exported_by=by, batch__currency=currency)
    recent = own.filter(batch__exported_at__gt=at - ALONE_WITHIN)
    return recent.aggregate(sum=Sum("amount"))["sum"] or 0


def owed_again(payout: Payout, state: str, *, at: datetime) -> None:
    """Let a settlement be payable again: its account is looked at first, and the store is told."""
    payout.settlement.move_to(state)
    restrict(payout.method)
    kind = MoneyTask.Kind.PAYOUT_BACK
    row = payout.settlement
    gate.open_task(kind, payout, f"{payout.reference} of {row.number}: {payout.ended_why}", at=at,
                   amount=payout.amount, currency=row.currency)  # fmt: skip
    enqueue(send_payout_back, payout.pk)


def _needs(reason: str, payout: Payout, state: str) -> None:
    if not reason.strip():
        raise NotPossible("Say why, as the bank does: the store reads it.")
    if payout.state != state:
        raise NotPossible("It stands otherwise now. Look at it again.")


def facts_of(payout: Payout, at: datetime, *, happened_at: datetime | None = None) -> EventFacts:
    """Return what the entries of the books about a payout say of themselves.

    Args:
        at: when it is booked.
        happened_at: when it happened, where that was earlier.
    """
    reference, currency = str(payout.pk), payout.settlement.currency
    return EventFacts(reference=reference, currency=currency, at=at, happened_at=happened_at)


def locked_payout(payout_id: int) -> Payout:
    """Lock a payout behind its settlement, file and account: the order of locks."""
    settlement_id = Payout.objects.values_list("settlement", flat=True).get(pk=payout_id)
    settlement = lock_one(Settlement.objects.select_related("merchant"), settlement_id)
    lock(PayoutBatch.objects.filter(payouts=payout_id))
    lock(PayoutMethod.objects.filter(payouts=payout_id))
    payout = lock_one(Payout.objects.select_related("batch", "method"), payout_id)
    payout.settlement = settlement
    return payout


def _beside(rows: QuerySet[Payout]) -> QuerySet[Payout]:
    return rows.select_related("settlement__merchant", "method").order_by("pk")
