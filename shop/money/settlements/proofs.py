"""What the bank says of a payout: its reference, its day, and its paper."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db import IntegrityError, transaction

from shop.core.errors import NotPossible
from shop.core.forms.private_files import as_kept
from shop.core.locks import lock, lock_one
from shop.core.tasks import enqueue
from shop.festivals.changelog import log as note
from shop.money.ledger.posting import moves
from shop.money.ledger.thresholds import Threshold
from shop.money.settlements.models import Payout, PayoutBatch, PayoutMethod, PayoutProof, Settlement
from shop.money.settlements.payouts import close_tasks, facts_of, locked_payout, queue
from shop.money.settlements.tasks import send_paid
from shop.people.accounts.models import User
from shop.people.merchants.own_stores import refuse_own

State = Payout.State


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


@transaction.atomic
def prove(payout_id: int, proof: BankProof, *, at: datetime, by: User) -> None:
    """Write down that the bank has paid, by its own reference and paper.

    Raises:
        NotPossible: another amount, a reference that was used, a day that cannot be, a file that
            is no proof; nothing is changed.
    """
    payout = locked_payout(payout_id)
    refuse_own(payout.settlement.merchant_id, by=by)
    reference = _checked(payout, proof, at=at)
    if proof.content:
        PayoutProof.objects.create(payout=payout, **as_kept(proof.name, proof.content))
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
    day = datetime.combine(proof.paid_on, time(), UTC) if proof.paid_on < at.date() else None
    moves.post_payout_proved(payout.amount, proof.fee, **facts_of(payout, at, happened_at=day))
    note(payout, "prove", at=at, by=by, festival=None, after={"bank_reference": reference})
    enqueue(send_paid, payout.pk)


@transaction.atomic
def pay_elsewhere(settlement_id: int, proof: BankProof, *, at: datetime, by: User) -> Payout:
    """Write down that a settlement was paid another way than by a file, with its proof.

    Raises:
        NotPossible: a payout of it is in a file or with the bank, above a sum it was approved by
            the same person, or the proof cannot be right; nothing is changed.
    """
    row = lock_one(Settlement.objects.select_related("merchant"), settlement_id)
    refuse_own(row.merchant_id, by=by)
    lock(PayoutBatch.objects.filter(payouts__settlement=row))
    lock(PayoutMethod.objects.filter(merchant=row.merchant))
    tries = lock(row.payouts.all())
    queued = [one for one in tries if one.state == State.QUEUED]
    if row.state != Settlement.State.FINAL or any(one.batch_id for one in queued):
        raise NotPossible("A payout of it is in a file, or it is paid. Leave it out there first.")
    alone = Threshold.BATCH_ALONE.in_minor(row.currency)
    if row.total > alone and row.approved_by_id == by.pk:
        raise NotPossible("Somebody else has to write it down: you approved it.")
    for one in queued:
        one.move_to(State.VOID, ended_why="Paid another way.")
    last = max(tries, key=lambda one: one.pk, default=None)
    method = last.method if last else row.method
    if method is None:
        raise NotPossible("It has no account.")
    made = queue(row, method, at=at)
    made.move_to(State.EXPORTED)
    row.move_to(Settlement.State.PAYING)
    moves.PAYOUT_SENT.book(made.amount, row.merchant, **facts_of(made, at))
    prove(made.pk, proof, at=at, by=by)
    for one in tries:
        close_tasks(one, at=at)
    return made


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
    exported = payout.batch.exported_at if payout.batch else payout.settlement.final_at
    first = (exported or payout.made_at).date() - timedelta(days=1)
    if not first <= proof.paid_on <= at.date():
        raise NotPossible("This day is before the file was made, or has not come.")
    return reference
