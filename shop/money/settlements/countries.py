"""Which ways of paying reach a store: what the provider says of its country, and what we have."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db import transaction

from shop.core.errors import NotPossible
from shop.core.locks import lock_one
from shop.festivals.changelog import log as note
from shop.money.settlements.checks import SENDERS
from shop.money.settlements.models import PayoutMethod
from shop.money.settlements.remote.models import PayoutCountry
from shop.people.accounts.models import User
from shop.people.merchants.models import Merchant

Reached, Way = PayoutCountry.Reached, PayoutMethod.Way


def allowed(merchant: Merchant) -> list[str]:
    """Return the ways by which a store can be paid, by hand first; one where it is fixed."""
    ways = [str(Way.MANUAL)]
    sender = settings.PAYOUT_SENDER
    row = PayoutCountry.objects.filter(code=merchant.country).first() if sender else None
    if row and row.by_connect == Reached.YES and moves_to_accounts():
        ways.append(str(Way.CONNECT))
    if row and row.by_global == Reached.YES and sends_abroad():
        ways.append(str(Way.GLOBAL))
    return [way for way in ways if merchant.paid_only_by in ("", way)]


def remote_ways(merchant: Merchant) -> list[str]:
    """Return the ways by which the provider can pay a store, as all stands now."""
    return [way for way in allowed(merchant) if way != Way.MANUAL]


def is_reached(merchant: Merchant, way: str) -> bool:
    """Tell whether a store can be paid in a way, as the settings and its country stand now."""
    return way in allowed(merchant)


def sends_abroad() -> bool:
    """Tell whether payouts are sent by the provider at all."""
    return settings.PAYOUT_SENDER in SENDERS and bool(settings.PAYOUT_FINANCIAL_ACCOUNT)


def moves_to_accounts() -> bool:
    """Tell whether stores can have accounts of their own at the provider, where the operator is."""
    home = PayoutCountry.objects.filter(code=settings.PAYOUT_SENDER).first()
    return home is not None and home.by_connect == Reached.YES


@dataclass(frozen=True, slots=True)
class CountryFacts:
    """How the provider reaches a country, by which rail, and by whose word of which day."""

    by_connect: str
    by_global: str
    rail: str
    source: str
    as_of: date | None


@transaction.atomic
def change_country(
    country_id: int, facts: CountryFacts, *, at: datetime, by: User
) -> PayoutCountry:
    """Write down whether the provider reaches a country, and by whose word.

    Raises:
        NotPossible: there is no source, no day, or a day that has not come; or no rail.
    """
    row = lock_one(PayoutCountry.objects, country_id)
    source, as_of = facts.source.strip()[:400], facts.as_of
    if not source or as_of is None:
        raise NotPossible("Say who says so, and of which day that is.")
    if as_of > at.date():
        raise NotPossible("This day has not come.")
    if not {facts.by_connect, facts.by_global} <= set(Reached.values):
        raise NotPossible("Choose yes, no or unknown.")
    if facts.by_global == Reached.YES and facts.rail not in ("local", "wire"):
        raise NotPossible("Say by which rail the provider pays there: local or wire.")
    before = _said(row)
    row.by_connect, row.by_global, row.rail = facts.by_connect, facts.by_global, facts.rail
    row.source, row.as_of = source, as_of
    row.save()
    after = _said(row) | {"as of": str(as_of)}
    note(row, "change", at=at, by=by, festival=None, before=before, after=after)
    return row


def _said(row: PayoutCountry) -> dict[str, str]:
    return {"connect": row.by_connect, "global": row.by_global, "rail": row.rail,
            "source": row.source}  # fmt: skip
