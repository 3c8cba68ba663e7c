"""Fills the account from which payouts are sent, out of the balance of payments.

What shoppers may still get back is never lent to payouts: a floor stays in the balance.
"""

from __future__ import annotations

import hashlib
import logging
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max, Sum

from shop.core.currencies import written
from shop.core.errors import GatewayError
from shop.core.jobs import each
from shop.core.locks import lock_one, one_after_another
from shop.money.ledger.balances import balance
from shop.money.ledger.models import LedgerEntry, LedgerTransaction
from shop.money.ledger.posting import moves
from shop.money.ledger.posting.entries import EventFacts
from shop.money.ledger.thresholds import Threshold
from shop.money.money_tasks import gate
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.provider import stripe_payouts as provider
from shop.money.payments.provider.doubts import KEY_LIFE, found_or_next_key
from shop.money.payments.provider.gateway import FAULT
from shop.money.payments.provider.payouts import RemoteFunding
from shop.money.payments.provider.stripe_gateway import gateway
from shop.money.settlements.models import Payout
from shop.money.settlements.remote.models import Funding

log = logging.getLogger(__name__)
State, Kind, Account = Funding.State, MoneyTask.Kind, LedgerEntry.Account
FEE_BP, FEE = 225, 1_50
"""What the provider keeps of a payout at the most, until it is known: US sender, 2026-11."""
MAY_COME_BACK_FOR = timedelta(days=14)
LINE = hashlib.sha256(b"funding").hexdigest()
"""Under this name workers that would move money wait for each other."""
ENDED_BADLY = ("failed", "canceled")


def with_headroom(amount: int) -> int:
    """Return what has to be there so that a payout and its fees can leave."""
    return amount + amount * FEE_BP // 10_000 + FEE


def fill_up(waiting: Sequence[Payout], *, at: datetime) -> int:
    """Move what is short for payouts that wait; return what the account then has available.

    Nothing is available while a movement is in doubt: a person looks at it first.

    Raises:
        GatewayError: the provider said no, or nothing.
    """
    currency, storage = settings.SHOP_CURRENCY, settings.PAYOUT_FINANCIAL_ACCOUNT
    if not _settle_open(at=at) or _came_back_lately():
        return 0
    needed = sum(with_headroom(row.amount) for row in waiting)
    seen = Funding.objects.aggregate(last=Max("pk"))["last"] or 0
    there, is_moved = provider.storage_available(gateway(), storage, currency), False
    if needed > there:
        spare = provider.balance_available(gateway(), currency) - floor(currency, at=at)
        amount = min(needed - there, spare)
        is_moved = amount > 0 and _move(amount, currency, seen=seen, at=at)
        if is_moved:
            there = provider.storage_available(gateway(), storage, currency)
    if needed > there and not is_moved and not _is_free(seen):
        return there  # another worker is at it, and tells what is missing
    if needed > there:
        tell_short(currency, missing=needed - there, at=at)
    else:
        gate.close_by_itself(_about(currency), kind=Kind.BALANCE, at=at)
    return there


def floor(currency: str, *, at: datetime) -> int:
    """Return what stays in the balance: refunds due, and as much as went back in 30 days."""
    due = max(0, -balance(Account.REFUNDS_DUE, currency))
    lately = LedgerEntry.objects.filter(
        account=Account.REFUNDS_DUE, currency=currency, amount__gt=0,
        transaction__kind=LedgerTransaction.Kind.REFUND_DONE,
        transaction__at__gt=at - timedelta(days=30),
    )  # fmt: skip
    came_back = due + (lately.aggregate(sum=Sum("amount"))["sum"] or 0)
    return max(Threshold.LEAST_FLOOR.in_minor(currency), came_back)


def tell_short(currency: str, *, missing: int = 0, at: datetime) -> None:
    """Put before a person that payouts wait for money. Safe to repeat."""
    said = f": {written(missing, currency, 'en')} are missing" if missing else ""
    gate.open_task(
        Kind.BALANCE, _about(currency),
        f"Payouts wait, the account from which they are sent is short{said}. Pay in, or wait "
        "until what shoppers paid is available.",
        at=at, amount=missing or None, currency=currency,
    )  # fmt: skip


def drop_funding(funding_id: int, *, at: datetime) -> None:
    """Give up a movement that is in doubt, once the provider was asked and does not have it.

    Raises:
        GatewayError: the provider said no, or nothing.
    """
    row = Funding.objects.get(pk=funding_id)
    if row.state != State.BLOCKED:
        return
    since = row.first_sent_at - timedelta(hours=1)
    if remote := provider.find_funding(gateway(), str(row.key), since=since):
        _record(row.pk, remote, at=at)
        return
    Funding.objects.filter(pk=row.pk).move_to(State.VOID)


def look_at_fundings(*, at: datetime) -> int:
    """Ask about movements of the last days: even one that was paid may fail. In the beat."""
    rows = Funding.objects.filter(state=State.DONE, done_at__gt=at - MAY_COME_BACK_FOR)

    def one(row: Funding) -> bool:
        if gateway().is_given_up or row.remote_id is None:
            return False
        remote = provider.funding_now(gateway(), row.remote_id)
        if remote.status in ENDED_BADLY:
            _failed(row.pk, at=at)
        return True

    return each("ask about fundings", list(rows), one, at=at)


def _settle_open(*, at: datetime) -> bool:
    """Find out about the movement that is in doubt; return whether none is any more."""
    row = Funding.objects.filter(state__in=(State.SENDING, State.BLOCKED)).first()
    return row is None or _carry_out(row, at=at)


def _is_free(seen: int) -> bool:
    """Tell whether no other worker has moved anything since: its round goes on with that."""
    return not Funding.objects.filter(pk__gt=seen, state__in=(State.SENDING, State.DONE)).exists()


def _move(amount: int, currency: str, *, seen: int | None = None, at: datetime) -> bool:
    """Move an amount, written down before; return whether it is there.

    Args:
        seen: the last movement that there was when the account was read: nothing is moved if
            somebody else was faster.
    """
    request = {
        "storage": settings.PAYOUT_FINANCIAL_ACCOUNT, "amount": amount, "currency": currency,
    }  # fmt: skip
    row = Funding(
        key=uuid.uuid4(), amount=amount, currency=currency, request=request, first_sent_at=at,
        key_until=at + KEY_LIFE,
    )  # fmt: skip
    try:
        with transaction.atomic():
            one_after_another(LINE)
            if seen is not None and not _is_free(seen):
                return False
            row.save()
    except IntegrityError:  # another worker is at it
        return False
    return _carry_out(row, at=at)


def _carry_out(row: Funding, *, at: datetime) -> bool:
    try:
        remote = _sent(row, at=at)
    except GatewayError as error:
        if error.may_retry or error.code in ("authentication", "permission"):
            Funding.objects.filter(pk=row.pk).update(error=str(error)[:300])
            if error.code == FAULT:
                Funding.objects.filter(pk=row.pk, doubted_at=None).update(doubted_at=at)
            raise
        _block(row, error, at=at)
        return False
    return _record(row.pk, remote, at=at)


def _sent(row: Funding, *, at: datetime) -> RemoteFunding:
    def look() -> RemoteFunding | None:
        since = row.first_sent_at - timedelta(hours=1)
        return provider.find_funding(gateway(), str(row.key), since=since)

    if row.state == State.SENDING and at < row.key_until:
        if found := found_or_next_key(row, look, at=at, state=State.SENDING):
            return found
        return provider.fund(gateway(), row.request, name=str(row.key), key=row.key_of(row.key))
    if (found := look()) is None:
        raise GatewayError(row.error or "not found there", may_retry=False, code="key")
    return found


@transaction.atomic
def _record(funding_id: int, remote: RemoteFunding, *, at: datetime) -> bool:
    """Write down what the provider says of a movement; return whether the money is there."""
    row = lock_one(Funding.objects, funding_id)
    if row.state in (State.SENDING, State.BLOCKED):
        row.move_to(State.DONE, remote_id=remote.id, done_at=at, error="")
        moves.FUNDING.book(row.amount, **_facts(row, at))
        gate.close_by_itself(row, kind=Kind.BALANCE, at=at)
    is_lost = remote.status in ENDED_BADLY
    if is_lost and row.state == State.DONE:
        _take_back(row, at=at)
    return row.state == State.DONE


@transaction.atomic
def _failed(funding_id: int, *, at: datetime) -> None:
    row = lock_one(Funding.objects, funding_id)
    if row.state == State.DONE:
        _take_back(row, at=at)


def _take_back(row: Funding, *, at: datetime) -> None:
    """Book that a movement failed after it was paid; payouts stop until a person has looked."""
    row.move_to(State.FAILED)
    facts = _facts(row, at) | {"reference": f"{row.pk}-back"}
    moves.FUNDING.book(-row.amount, **facts)
    what = "The money for payouts was taken back by the provider. Payouts stop until this is closed"
    gate.open_task(Kind.BALANCE, row, f"{what}.", at=at, amount=row.amount, currency=row.currency)


@transaction.atomic
def _block(row: Funding, error: GatewayError, *, at: datetime) -> None:
    """Leave a movement to a person: it is not known to have gone, and not sent again."""
    log.error("funding %s is blocked: %s", row.key, error)
    now = lock_one(Funding.objects, row.pk)
    if now.state == State.SENDING:
        now.move_to(State.BLOCKED, error=str(error)[:300])
        if error.code not in ("key", "idempotency"):  # a plain no: nothing moved under this key
            now.move_to(State.VOID)
            return
    what = f"Nobody knows whether the money for payouts was moved: {error}"
    gate.open_task(Kind.BALANCE, now, what, at=at, amount=now.amount, currency=now.currency)


def _came_back_lately() -> bool:
    """Tell whether a person has not looked yet at a movement that the provider took back."""
    tasks = gate.open_tasks().filter(kind=Kind.BALANCE, about__startswith="funding-")
    return tasks.exists()


def _about(currency: str) -> str:
    return f"storage-{currency}"


def _facts(row: Funding, at: datetime) -> EventFacts:
    return EventFacts(reference=str(row.pk), currency=row.currency, at=at)
