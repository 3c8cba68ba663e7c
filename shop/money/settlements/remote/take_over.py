"""Writes down what the provider says of a payout: its state, the books, who is told.

The only writer of that. It may be said twice, late, or by several at once; what is said of a
payout that is further already changes nothing.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from shop.core.currencies import written
from shop.core.tasks import enqueue
from shop.festivals.changelog import log as note
from shop.money.ledger.posting import moves
from shop.money.money_tasks import gate
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.provider import stripe_payouts as provider
from shop.money.payments.provider.payouts import RemotePayout
from shop.money.payments.provider.reading import known
from shop.money.payments.provider.stripe_gateway import gateway
from shop.money.settlements.models import Payout, Settlement
from shop.money.settlements.payouts import facts_of, locked_payout, owed_again
from shop.money.settlements.tasks import send_paid

State, Kind = Payout.State, MoneyTask.Kind
KNOWN = ("processing", "posted", "failed", "canceled", "returned")
CAME_BACK = "outbound_payment_reversal"
LONGEST_REVIEW = timedelta(days=5)


def take_over(payout_id: int, remote: RemotePayout, *, at: datetime) -> None:
    """Let a payout follow what the provider said of it.

    Raises:
        GatewayError: it came back, and the provider does not say how much.
    """
    came = _came_back(remote) if remote.status == "returned" else 0
    with transaction.atomic():
        payout = locked_payout(payout_id)
        if remote.key != str(payout.key):
            return  # another one's: nothing of ours
        _note(payout, remote, at=at)
        if _is_clear(payout, remote, at=at):
            _follow(payout, remote, came, at=at)


def tell_stuck(payout: Payout, why: str, *, at: datetime) -> None:
    """Put a payout that does not go on before a person. Safe to repeat."""
    row = payout.settlement
    what = f"{payout.reference} of {row.number}: {why}"
    gate.open_task(Kind.PAYOUT_STUCK, payout, what, at=at, merchant=row.merchant,
                   amount=payout.amount, currency=row.currency)  # fmt: skip


def _came_back(remote: RemotePayout) -> int:
    """Return what the account for payouts got back: the payout itself does not say it.

    Raises:
        NotUnderstood: a line of it cannot be read.
    """
    lines = map(known, provider.storage_lines(gateway(), cause=remote.id))
    return sum(line.amount for line in lines if line.cause == CAME_BACK and line.is_posted)


def _note(payout: Payout, remote: RemotePayout, *, at: datetime) -> None:
    payout.remote_id, payout.remote_status, payout.looked_at = remote.id, remote.status, at
    payout.local_amount, payout.rate = remote.arrives[:40], remote.rate[:40]
    payout.expected_on = remote.expected_at or payout.expected_on
    payout.in_review_since = (payout.in_review_since or at) if remote.is_reviewed else None
    payout.error = ""
    payout.save(update_fields=[
        "remote_id", "remote_status", "looked_at", "local_amount", "rate", "expected_on",
        "in_review_since", "error",
    ])  # fmt: skip


def _is_clear(payout: Payout, remote: RemotePayout, *, at: datetime) -> bool:
    """Tell whether what was said can be booked; a person looks at the rest."""
    if remote.status not in KNOWN:
        tell_stuck(payout, f"The provider calls it {remote.status!r}: nobody knows what that "
                           "means, and nothing was booked.", at=at)  # fmt: skip
        return False
    if (remote.sent, remote.currency) != (payout.amount, payout.settlement.currency):
        sent = written(remote.sent, remote.currency, "en")
        tell_stuck(payout, f"The provider sent {sent}, another amount. Nothing was booked.", at=at)
        return False
    if payout.state == State.VOID and remote.status in ("processing", "posted"):
        tell_stuck(payout, "It was dropped here, and the provider sends it after all. Take care "
                           "that it is not paid twice.", at=at)  # fmt: skip
        return False
    if remote.is_reviewed and at >= (payout.in_review_since or at) + LONGEST_REVIEW:
        tell_stuck(payout, "The provider has been looking at it for five days.", at=at)
    return True


def _follow(payout: Payout, remote: RemotePayout, came: int, *, at: datetime) -> None:
    """Take each step that leads from where a payout stands to what was said of it."""
    if payout.state in (State.SENDING, State.BLOCKED):
        payout.move_to(State.SENT, leased_until=None, run_after=None)
        moves.PAYOUT_SENT.book(payout.amount, payout.settlement.merchant, **facts_of(payout, at))
        gate.close_by_itself(payout, kind=Kind.PAYOUT_STUCK, at=at)
    if payout.state == State.SENT and remote.status in ("posted", "returned"):
        _posted(payout, remote, at=at)
    elif payout.state == State.SENT and remote.status == "failed":
        payout.move_to(State.FAILED, ended_why=_words(remote))
        owed_again(payout, Settlement.State.FINAL, at=at)
        _book_back(payout, at=at)
    elif payout.state == State.SENT and remote.status == "canceled":
        payout.move_to(State.VOID, ended_why="Taken back before it left.")
        payout.settlement.move_to(Settlement.State.FINAL)
        _book_back(payout, at=at)
        tell_stuck(payout, "It was taken back before it left. Pay it again, or by hand.", at=at)
    if payout.state == State.DONE and remote.status == "returned" and came:
        _returned(payout, remote, min(came, payout.amount), at=at)


def _posted(payout: Payout, remote: RemotePayout, *, at: datetime) -> None:
    reference = (remote.trace or remote.id)[:60]
    if Payout.objects.filter(bank_reference=reference).exists():
        reference = remote.id[:60]
    posted = remote.posted_at or at
    payout.move_to(State.DONE, bank_reference=reference, paid_on=posted.date(), done_at=at)
    payout.settlement.move_to(Settlement.State.PAID, paid_at=at)
    moves.PAYOUT_POSTED.book(payout.amount, **facts_of(payout, at, happened_at=posted))
    gate.close_by_itself(payout, kind=Kind.PAYOUT_STUCK, at=at)
    note(payout, "posted", at=at, festival=None, after={"bank_reference": reference})
    enqueue(send_paid, payout.pk)


def _returned(payout: Payout, remote: RemotePayout, came: int, *, at: datetime) -> None:
    payout.move_to(State.RETURNED, returned_at=at, came_back=came, ended_why=_words(remote))
    owed_again(payout, Settlement.State.FINAL, at=at)
    merchant = payout.settlement.merchant
    moves.post_payout_returned(merchant, payout.amount, came, **facts_of(payout, at))
    note(payout, "came back", at=at, festival=None, reason=payout.ended_why)


def _book_back(payout: Payout, *, at: datetime) -> None:
    """Book that a payout which was accepted never left."""
    merchant = payout.settlement.merchant
    moves.PAYOUT_FAILED.book(payout.amount, merchant, **facts_of(payout, at))
    note(payout, "not sent", at=at, festival=None, reason=payout.ended_why)


def _words(remote: RemotePayout) -> str:
    """Return the provider's reason as words: "payout method closed"."""
    return (remote.reason or "No reason is given.").replace("_", " ")[:300]
