"""Moves the money of settlements by hand: in files for the bank, and with its proofs."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from shop.accounts.models import User
from shop.errors import NotPossible
from shop.festivals.changelog import log as note
from shop.ledger.models import LedgerEntry
from shop.ledger.posting import payouts as books
from shop.ledger.posting.entries import EventFacts
from shop.locks import lock, lock_one
from shop.money_desk import gate
from shop.money_desk.kinds import TaskOutcome
from shop.money_desk.models import MoneyTask
from shop.rounds import each
from shop.settlements.files import PROFILES, content_of
from shop.settlements.methods import current_method, restrict
from shop.settlements.models import (
    Payout,
    PayoutBatch,
    PayoutMethod,
    PayoutProof,
    Settlement,
)
from shop.settlements.proofs import kind_of_proof
from shop.settlements.seal import seal_bytes, unseal_bytes
from shop.settlements.tasks import send_paid, send_payout_back
from shop.tasks import enqueue

State, Batch = Payout.State, PayoutBatch.State
LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # 32, without those that are read as others
FILE_KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class BankProof:
    """What the bank says of a payout: its reference and day, and what arrived where it differs."""

    bank_reference: str
    paid_on: date
    amount: int
    fee: int = 0
    local_amount: str = ""
    rate: str = ""
    name: str = ""
    content: bytes = b""


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
    method = current_method(row.merchant, at=at)
    if method is None:
        raise NotPossible(f"{row.merchant.name} has no account that can be used now.")
    if task is not None and by is not None:
        gate.close(task, TaskOutcome.PAID_AGAIN, reason=reason, at=at, by=by)
    for last in row.payouts.all():
        gate.close_by_itself(last, kind=MoneyTask.Kind.PAYOUT_BACK, at=at)
    return queue(row, method, at=at)


@transaction.atomic
def make_batch(payout_ids: Sequence[int], profile: str, *, at: datetime, by: User) -> PayoutBatch:
    """Put payouts into one file for the bank.

    Raises:
        NotPossible: none of them waits any more, they differ in currency, or the file's kind
            cannot hold them.
    """
    if profile not in PROFILES:
        raise NotPossible("Choose how the bank wants its file.")
    rows = lock(Payout.objects.filter(pk__in=payout_ids, state=State.QUEUED, batch=None))
    if not rows or len(rows) != len(set(payout_ids)):
        raise NotPossible("Some of them are in another file already. Look at the list again.")
    whole = list(_beside(Payout.objects.filter(pk__in=[row.pk for row in rows])))
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

    Above a sum somebody else than its maker does it. Again it gives the same bytes.

    Raises:
        NotPossible: its maker may not, or nothing is in it.
    """
    batch = lock_one(PayoutBatch.objects, batch_id)
    if batch.state != Batch.OPEN:
        return batch
    lock(batch.payouts.all())
    rows = list(_beside(batch.payouts.all()))
    total = sum(row.amount for row in rows)
    if not rows:
        raise NotPossible("Nothing is in it.")
    if total > settings.BATCH_ALONE_UP_TO and batch.made_by_id == by.pk:
        raise NotPossible("Somebody else has to check and export it: you made it.")
    for row in rows:
        if row.method.state != PayoutMethod.State.READY:
            raise NotPossible(f"The account of {row.settlement.merchant.name} cannot be used now.")
    content = content_of(batch, rows)
    batch.move_to(
        Batch.EXPORTED, exported_at=at, exported_by=by, content=seal_bytes(content),
        sha256=hashlib.sha256(content).hexdigest(),
    )  # fmt: skip
    for row in rows:
        row.move_to(State.EXPORTED)
        row.settlement.move_to(Settlement.State.PAYING)
        books.post_payout_sent(row.settlement.merchant, row.amount, **_facts(row, at))
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
def prove(payout_id: int, proof: BankProof, *, at: datetime, by: User) -> None:
    """Write down that the bank has paid, by its own reference and paper.

    Raises:
        NotPossible: another amount, a reference that was used, a day that cannot be, a file that
            is no proof; nothing is changed.
    """
    payout = _locked(payout_id)
    reference = _checked(payout, proof, at=at)
    if proof.content:
        PayoutProof.objects.create(
            payout=payout, name=proof.name[:120], kind=kind_of_proof(proof.content),
            content=proof.content, sha256=hashlib.sha256(proof.content).hexdigest(),
        )  # fmt: skip
    try:
        with transaction.atomic():
            payout.move_to(
                State.DONE, bank_reference=reference, paid_on=proof.paid_on, fee=proof.fee,
                local_amount=proof.local_amount.strip()[:40], rate=proof.rate.strip()[:40],
                done_at=at,
            )  # fmt: skip
    except IntegrityError as taken:
        raise NotPossible("This reference is the proof of another payout already.") from taken
    payout.settlement.move_to(Settlement.State.PAID, paid_at=at)
    books.post_payout_proved(payout.amount, proof.fee, **_facts(payout, at))
    note(payout, "prove", at=at, by=by, festival=None, after={"bank_reference": reference})
    enqueue(send_paid, payout.pk)


@transaction.atomic
def fail(payout_id: int, *, reason: str, at: datetime, by: User) -> None:
    """Write down that the bank did not pay: the store is owed again, by the same settlement.

    Raises:
        NotPossible: there is no reason, or it is not with the bank.
    """
    payout = _locked(payout_id)
    _needs(reason, payout, State.EXPORTED)
    payout.move_to(State.FAILED, ended_why=reason.strip()[:300])
    _owed_again(payout, Settlement.State.FINAL, at=at)
    books.post_payout_failed(payout.settlement.merchant, payout.amount, **_facts(payout, at))
    note(payout, "fail", at=at, by=by, festival=None, reason=payout.ended_why)


@transaction.atomic
def came_back(payout_id: int, came: int, *, reason: str, at: datetime, by: User) -> None:
    """Write down that a paid payout came back, perhaps less than was sent.

    Raises:
        NotPossible: there is no reason, it was not paid, or more came back than was sent.
    """
    payout = _locked(payout_id)
    _needs(reason, payout, State.DONE)
    if not 0 <= came <= payout.amount:
        raise NotPossible("More cannot come back than was sent.")
    payout.move_to(State.RETURNED, returned_at=at, came_back=came, ended_why=reason.strip()[:300])
    _owed_again(payout, Settlement.State.FINAL, at=at)
    facts = _facts(payout, at)
    books.post_payout_returned(
        payout.settlement.merchant, payout.amount, came, LedgerEntry.Account.BANK, **facts
    )
    note(payout, "came back", at=at, by=by, festival=None, reason=payout.ended_why)


@transaction.atomic
def leave_out(payout_id: int, *, at: datetime, by: User) -> None:
    """Take a payout out of a batch that was not exported; it waits for the next one.

    Raises:
        NotPossible: its file is made.
    """
    payout = _locked(payout_id)
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
    total = sum(batch.payouts.values_list("amount", flat=True))
    if total > settings.BATCH_ALONE_UP_TO and batch.made_by_id == by.pk:
        raise NotPossible("Somebody else has to close it: you made it.")
    if batch.payouts.filter(state__in=(State.QUEUED, State.EXPORTED)).exists():
        raise NotPossible("Some payouts have no proof yet.")
    batch.move_to(Batch.CLOSED, closed_at=at, closed_by=by)
    note(batch, "close", at=at, by=by, festival=None)


def queue_what_waits(*, at: datetime) -> int:
    """Queue payouts of final settlements that have none, once a store can be paid. In the beat."""
    rows = Settlement.objects.filter(state=Settlement.State.FINAL)
    rows = rows.exclude(payouts__state__in=Payout.LIVE).select_related("merchant")

    def one(row: Settlement) -> bool:
        if current_method(row.merchant, at=at) is None:
            return False
        pay_again(row.pk, at=at)
        return True

    return each("queue payouts again", rows, one, at=at)


def forget_files(*, at: datetime) -> int:
    """Delete the files of batches after their days; their hashes stay. In the beat."""
    old = PayoutBatch.objects.filter(exported_at__lte=at - FILE_KEPT, content__isnull=False)
    return old.update(content=None)


def _checked(payout: Payout, proof: BankProof, *, at: datetime) -> str:
    """Return the bank's reference of a proof that can be right."""
    if payout.state != State.EXPORTED:
        raise NotPossible("It is not with the bank, or its proof is there already.")
    reference = " ".join(proof.bank_reference.split())[:60]
    if not reference:
        raise NotPossible("Type the bank's reference: without it nobody finds the payment.")
    used = Payout.objects.filter(bank_reference=reference).exclude(pk=payout.pk).first()
    if used:
        raise NotPossible(f"This reference is the proof of {used.reference} already.")
    if proof.amount != payout.amount:
        raise NotPossible("The bank paid another amount: this is the proof of something else.")
    exported = payout.batch.exported_at if payout.batch else None
    first = (exported or payout.made_at).date() - timedelta(days=1)
    if not first <= proof.paid_on <= at.date():
        raise NotPossible("This day is before the file was made, or has not come.")
    return reference


def _owed_again(payout: Payout, state: str, *, at: datetime) -> None:
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


def _facts(payout: Payout, at: datetime) -> EventFacts:
    return EventFacts(reference=str(payout.pk), currency=payout.settlement.currency, at=at)


def _locked(payout_id: int) -> Payout:
    settlement_id = Payout.objects.values_list("settlement", flat=True).get(pk=payout_id)
    settlement = lock_one(Settlement.objects.select_related("merchant"), settlement_id)
    payout = lock_one(Payout.objects.select_related("batch", "method"), payout_id)
    payout.settlement = settlement
    return payout


def _beside(rows: QuerySet[Payout]) -> QuerySet[Payout]:
    return rows.select_related("settlement__merchant", "method").order_by("pk")
