"""The gate of the books: one balanced transaction at a time, refused whole when it is not.

Debits are positive: what the operator has and is owed is +, what he owes is -.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, NotRequired, TypedDict, Unpack

from shop.festivals.models import Festival, Fund
from shop.money.ledger.models import LedgerEntry, LedgerTransaction
from shop.orders.models import Order

Account = LedgerEntry.Account
Kind = LedgerTransaction.Kind


@dataclass(frozen=True, slots=True)
class Entry:
    """One signed amount on one account, in minor units, and whose it is."""

    account: str
    amount: int
    merchant: int | None = None
    suborder: int | None = None
    fund: int | None = None


class About(TypedDict, total=False):
    """What a transaction is about, beside its amounts."""

    order: Order | None
    operation_id: int | None
    festival: Festival | None
    fund: Fund | None
    happened_at: datetime | None


class EventFacts(TypedDict):
    """What every event says of itself that is about no order.

    ``at`` is when it is booked; ``happened_at`` when it happened, where that was earlier.
    """

    reference: str
    currency: str
    at: datetime
    happened_at: NotRequired[datetime | None]


def write(
    kind: Kind,
    entries: Iterable[Entry],
    *,
    reference: str,
    currency: str,
    at: datetime,
    **about: Unpack[About],
) -> LedgerTransaction | None:
    """Book entries under a reference that is used once; None where all amounts are zero.

    The database holds the same: it refuses a transaction that does not sum to zero, and any change.

    Raises:
        ValueError: the entries do not sum to zero.
    """
    rows = [entry for entry in entries if entry.amount]
    if sum(row.amount for row in rows) != 0:
        raise ValueError(f"{kind}-{reference} does not balance")
    if not rows:
        return None
    booked = LedgerTransaction.objects.create(
        reference=f"{kind}-{reference}", kind=kind, at=at, **about
    )
    LedgerEntry.objects.bulk_create(_row(booked, row, currency) for row in rows)
    return booked


class EventOfMany(NamedTuple):
    """One of several events of a kind that are booked together, each under its own reference."""

    order: Order
    reference: str
    currency: str
    entries: list[Entry]
    happened_at: datetime | None = None


def write_many(
    kind: LedgerTransaction.Kind, events: Sequence[EventOfMany], *, at: datetime
) -> None:
    """Book several events of orders in two statements; all of them, or none.

    Raises:
        ValueError: the entries of one do not sum to zero.
    """
    some = [event for event in events if any(entry.amount for entry in event.entries)]
    for event in some:
        if sum(entry.amount for entry in event.entries) != 0:
            raise ValueError(f"{kind}-{event.reference} does not balance")
    booked = LedgerTransaction.objects.bulk_create(
        LedgerTransaction(
            reference=f"{kind}-{event.reference}",
            kind=kind,
            at=at,
            order=event.order,
            happened_at=event.happened_at,
        )
        for event in some
    )
    LedgerEntry.objects.bulk_create(
        _row(one, entry, event.currency)
        for one, event in zip(booked, some, strict=True)
        for entry in event.entries
        if entry.amount
    )


class OfOrder(TypedDict):
    """What every event of an order says of itself."""

    reference: str
    at: datetime
    happened_at: NotRequired[datetime | None]
    operation: NotRequired[int | None]
    currency: NotRequired[str]


def write_of(
    order: Order, kind: Kind, entries: Iterable[Entry], **facts: Unpack[OfOrder]
) -> LedgerTransaction | None:
    """Book entries of an order, in its currency unless another one came, as ``write`` does."""
    return write(
        kind,
        entries,
        reference=facts["reference"],
        currency=facts.get("currency", order.currency),
        at=facts["at"],
        happened_at=facts.get("happened_at"),
        order=order,
        operation_id=facts.get("operation"),
    )


def moved(debit: str | Entry, credit: str | Entry, amount: int) -> list[Entry]:
    """Return the two entries that take an amount from one account (credit) to another (debit).

    An ``Entry`` names whose account it is; its own amount is not looked at.
    """
    return [_at(debit, amount), _at(credit, -amount)]


def owed(account: str, merchant: int, suborder: int | None = None) -> Entry:
    """Return the account of a merchant, for ``moved``."""
    return Entry(account, 0, merchant=merchant, suborder=suborder)


def given(fund: int) -> Entry:
    """Return the account of a fund, for ``moved``."""
    return Entry(Account.FUNDS, 0, fund=fund)


def _at(place: str | Entry, amount: int) -> Entry:
    if isinstance(place, Entry):
        return Entry(place.account, amount, place.merchant, place.suborder, place.fund)
    return Entry(place, amount)


def _row(booked: LedgerTransaction, entry: Entry, currency: str) -> LedgerEntry:
    return LedgerEntry(
        transaction=booked,
        account=entry.account,
        merchant_id=entry.merchant,
        suborder_id=entry.suborder,
        fund_id=entry.fund,
        amount=entry.amount,
        currency=currency,
    )
