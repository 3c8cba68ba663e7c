"""Looks at payouts of which the provider may have more to say, and books what it took for them."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Max, Min, Q, QuerySet

from shop.core.jobs import each
from shop.core.jobs.failed_jobs import FailedItem
from shop.money.ledger.models import LedgerTransaction
from shop.money.ledger.posting import moves
from shop.money.ledger.posting.entries import EventFacts
from shop.money.payments.provider import stripe_payouts as provider
from shop.money.payments.provider.payouts import StorageLine
from shop.money.payments.provider.reading import read_ones
from shop.money.payments.provider.stripe_gateway import gateway
from shop.money.settlements.countries import sends_abroad
from shop.money.settlements.models import Payout, PayoutMethod
from shop.money.settlements.remote.send import found_of
from shop.money.settlements.remote.take_over import take_over, tell_stuck

State, Kind = Payout.State, LedgerTransaction.Kind
SOON, DAILY = timedelta(minutes=55), timedelta(hours=23)
RETURNS_WITHIN = timedelta(days=60)
"""A bank may send a payout back weeks after it was posted."""
WAITS_LONG = timedelta(days=7)
OVERLAP = timedelta(days=3)
FEES = ("stripe_fee", "stripe_fee_tax")
MOST_AT_ONCE = 200


def look_at_payouts(*, at: datetime) -> int:
    """Read payouts again that are not final, and daily those that may still come back.

    In the beat. A blocked one is looked for, too: it may have gone after all.
    """
    each("look for blocked payouts", _blocked(), lambda row: _find(row, at=at), at=at)
    each("tell of payouts that wait", _waiting(at), lambda row: _tell_waiting(row, at=at), at=at)
    due = list(_due(at)[:MOST_AT_ONCE])
    return each("look at payouts", due, lambda row: _look(row, at=at), at=at)


def look_at_payout(remote_id: str, *, at: datetime) -> None:
    """Read a payout again by its id at the provider.

    One whose answer was lost is not known by that id yet: it is by its key.
    """
    remote = provider.payout_now(gateway(), remote_id)
    own = Payout.objects.filter(Q(remote_id=remote_id) | Q(key=uuid_of(remote.key)))
    for row in own:
        take_over(row.pk, remote, at=at)


def book_fees(*, at: datetime) -> int:
    """Book what the provider took for payouts, each line once; return how many. In the beat."""
    since, storage = lines_since(), storage_account()
    if since is None or not storage or gateway().is_given_up:
        return 0
    # One that cannot be read is listed by the round that books all other lines.
    lines = [
        line
        for line in read_ones(provider.storage_lines(gateway(), storage=storage, since=since))
        if line.cause in FEES and line.is_posted and line.amount < 0
    ]
    names = {f"{Kind.PAYOUT_FEE}-{line.id}" for line in lines}
    booked = LedgerTransaction.objects.filter(reference__in=names)
    known = set(booked.values_list("reference", flat=True))
    fresh = [line for line in lines if f"{Kind.PAYOUT_FEE}-{line.id}" not in known]

    def one(line: StorageLine) -> None:
        facts = EventFacts(reference=line.id, currency=line.currency, at=at)
        moves.PAYOUT_FEE.book(-line.amount, **facts)

    def about(line: StorageLine) -> FailedItem:
        return FailedItem("storage line", line.id[-60:])

    return each("book fees of payouts", fresh, one, at=at, about=about)


def _due(at: datetime) -> QuerySet[Payout]:
    open_ones = Q(state__in=(State.SENDING, State.SENT), looked_at__lte=at - SOON)
    posted = Q(state=State.DONE, done_at__gt=at - RETURNS_WITHIN, looked_at__lte=at - DAILY)
    rows = Payout.objects.filter(open_ones | posted, remote_id__isnull=False)
    return rows.order_by("looked_at")


def _blocked() -> QuerySet[Payout]:
    return Payout.objects.filter(state=State.BLOCKED, method__way=PayoutMethod.Way.GLOBAL)


def _waiting(at: datetime) -> QuerySet[Payout]:
    # One whose transfers wait for money is under way for as long.
    rows = Payout.objects.filter(
        Q(state=State.QUEUED) | Q(state=State.SENDING, method__way=PayoutMethod.Way.CONNECT),
        made_at__lte=at - WAITS_LONG,
    )
    own = rows.exclude(method__way=PayoutMethod.Way.MANUAL)
    return own.select_related("settlement__merchant", "method")


def _look(row: Payout, *, at: datetime) -> bool:
    if gateway().is_given_up or row.remote_id is None:
        return False
    take_over(row.pk, provider.payout_now(gateway(), row.remote_id), at=at)
    return True


def _find(row: Payout, *, at: datetime) -> bool:
    if gateway().is_given_up:
        return False
    if remote := found_of(row):
        take_over(row.pk, remote, at=at)
    return remote is not None


def _tell_waiting(row: Payout, *, at: datetime) -> None:
    why = "It has waited for a week. Look at the balance, the country and the account."
    if row.method.way == PayoutMethod.Way.GLOBAL and not sends_abroad():
        why = "It has waited for a week: payouts by the provider are switched off."
    tell_stuck(row, why, at=at)


def lines_since() -> datetime | None:
    """Return since when lines may not be booked yet; none where nothing was ever sent."""
    sent = Payout.objects.exclude(first_sent_at=None).aggregate(at=Min("first_sent_at"))["at"]
    if sent is None:
        return None
    fees = LedgerTransaction.objects.filter(kind=Kind.PAYOUT_FEE)
    last = fees.aggregate(at=Max("at"))["at"]
    return (last or sent) - OVERLAP


def storage_account() -> str:
    """Return from which account payouts leave, or left while they were switched on."""
    last = Payout.objects.filter(request__isnull=False).order_by("-pk").first()
    before = (last.request or {}).get("storage", "") if last else ""
    return settings.PAYOUT_FINANCIAL_ACCOUNT or before


def uuid_of(text: str) -> UUID | None:
    """Return a key of ours, or nothing where the provider names something else."""
    try:
        return UUID(text)
    except ValueError:
        return None
