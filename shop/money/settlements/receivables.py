"""What stores owe, since when, and by which settlements it came; and how it is closed."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from typing import NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import QuerySet, Sum

from shop.core.currencies import written
from shop.core.errors import NotPossible
from shop.core.locks import lock_one
from shop.money.ledger.balances import balance
from shop.money.ledger.models import LedgerEntry, LedgerTransaction
from shop.money.ledger.posting import moves
from shop.money.ledger.posting.entries import EventFacts
from shop.money.settlements.models import Settlement
from shop.people.merchants.models import Merchant

Account, Kind = LedgerEntry.Account, LedgerTransaction.Kind
MANY = 200
type Owing = tuple[int, str, int]
"""A store's id, a currency, and how much it owes."""


class OwedPart(NamedTuple):
    """A part of a debt: since when, how much, and the settlement that carried it, or zero."""

    at: datetime
    amount: int
    settlement: int


@dataclass(frozen=True, slots=True)
class Receivable:
    """What a store owes in a currency, minor units; ``settlements`` are those that carried it.

    It is as old as the oldest part of it that was neither taken off nor paid.
    """

    merchant: Merchant
    currency: str
    amount: int
    since: datetime
    settlements: tuple[Settlement, ...]


def owing() -> QuerySet[LedgerEntry, Owing]:
    """Return who owes, in which currency and how much, whoever owes most first."""
    rows = LedgerEntry.objects.filter(account=Account.RECEIVABLE).order_by()
    sums = rows.values_list("merchant", "currency").annotate(sum=Sum("amount")).filter(sum__gt=0)
    return sums.order_by("-sum", "merchant", "currency")


def receivables() -> Iterator[Receivable]:
    """Yield what all stores owe, some hundred at a time, whoever owes most first."""
    for rows in batched(list(owing()), MANY):
        yield from explained(rows)


def explained(rows: Collection[Owing]) -> list[Receivable]:
    """Return rows of ``owing`` with since when and why they stand. Three statements."""
    ids = {merchant for merchant, _, _ in rows}
    stores = Merchant.objects.in_bulk(ids)
    parts = _parts(ids)
    keys = {part.settlement for own in parts.values() for part in own}
    settlements = Settlement.objects.select_related("merchant").in_bulk(keys - {0})
    return [
        Receivable(
            merchant=stores[merchant],
            currency=currency,
            amount=amount,
            since=parts[merchant, currency][0].at,
            settlements=tuple(
                settlements[part.settlement]
                for part in parts[merchant, currency]
                if part.settlement in settlements
            ),
        )
        for merchant, currency, amount in rows
    ]


@transaction.atomic
def close_receivable(
    merchant_id: int, currency: str, *, paid: int = 0, given_up: int = 0, reference: str,
    at: datetime,
) -> int:  # fmt: skip
    """Book that a store paid what it owes, or that it is given up; return what is left.

    Args:
        reference: the bank's, of what was paid: it is used once. Any other word for the rest.

    Raises:
        NotPossible: it does not owe so much, or the reference was used; nothing is changed.
    """
    merchant = lock_one(Merchant.objects, merchant_id)
    owes = balance(Account.RECEIVABLE, currency, merchant=merchant)
    if not 0 < paid + given_up <= owes:
        raise NotPossible(f"{merchant.name} owes {written(max(owes, 0), currency, 'en')} now.")
    facts = EventFacts(reference=reference, currency=currency, at=at)
    try:
        with transaction.atomic():
            moves.post_receivable_closed(merchant, paid, given_up, **facts)
    except IntegrityError as used:
        raise NotPossible("This reference stands in the books already.") from used
    return owes - paid - given_up


def _parts(merchants: Collection[int]) -> dict[tuple[int, str], deque[OwedPart]]:
    """Return what of each debt is left, the oldest first, by store and currency."""
    found: dict[tuple[int, str], deque[OwedPart]] = defaultdict(deque)
    entries = LedgerEntry.objects.filter(account=Account.RECEIVABLE, merchant__in=merchants)
    for entry in entries.select_related("transaction").order_by("pk"):
        parts = found[entry.merchant_id or 0, entry.currency]
        if entry.amount < 0:
            _take(parts, -entry.amount)
        else:
            at, key = entry.transaction.at, _settlement_of(entry.transaction.reference)
            parts.append(OwedPart(at, entry.amount, key))
    return found


def _take(parts: deque[OwedPart], amount: int) -> None:
    """Take an amount off the oldest parts."""
    while amount and parts:
        part = parts.popleft()
        if part.amount > amount:
            parts.appendleft(part._replace(amount=part.amount - amount))
        amount = max(0, amount - part.amount)


def _settlement_of(reference: str) -> int:
    """Return which settlement carried it, by the name of the entry; zero where none did."""
    kind, _, key = reference.partition("-")
    return int(key) if kind == Kind.CARRIED else 0
