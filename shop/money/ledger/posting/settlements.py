"""Books what a settlement does with debts to a store beside paying them."""

from __future__ import annotations

from typing import Unpack

from shop.money.ledger.models import LedgerTransaction
from shop.money.ledger.posting.entries import Account, Entry, EventFacts, Kind, moved, owed, write
from shop.people.merchants.models import Merchant


def post_reserve_held(
    merchant: Merchant, amount: int, **facts: Unpack[EventFacts]
) -> LedgerTransaction | None:
    """Book the part of a settlement that is kept for refunds to come."""
    payable, reserve = _of(merchant)
    return write(Kind.RESERVE_HELD, moved(payable, reserve, amount), **facts)


def post_reserve_released(
    merchant: Merchant, amount: int, **facts: Unpack[EventFacts]
) -> LedgerTransaction | None:
    """Book that what was kept is owed again."""
    payable, reserve = _of(merchant)
    return write(Kind.RESERVE_RELEASED, moved(reserve, payable, amount), **facts)


def post_payout_tariff(
    merchant: Merchant, amount: int, **facts: Unpack[EventFacts]
) -> LedgerTransaction | None:
    """Book the part of a payout's fee that a store bears by its tariff."""
    payable, _ = _of(merchant)
    return write(Kind.PAYOUT_TARIFF, moved(payable, Account.FEES, amount), **facts)


def post_carried(
    merchant: Merchant, amount: int, **facts: Unpack[EventFacts]
) -> LedgerTransaction | None:
    """Book that a store owes, since more went back than it sold."""
    payable, _ = _of(merchant)
    receivable = owed(Account.RECEIVABLE, merchant.pk)
    return write(Kind.CARRIED, moved(receivable, payable, amount), **facts)


def post_netted(
    merchant: Merchant, amount: int, **facts: Unpack[EventFacts]
) -> LedgerTransaction | None:
    """Book that what a store owes is taken from what it is owed next."""
    payable, _ = _of(merchant)
    receivable = owed(Account.RECEIVABLE, merchant.pk)
    return write(Kind.NETTED, moved(payable, receivable, amount), **facts)


def post_receivable_closed(
    merchant: Merchant, paid: int, given_up: int, **facts: Unpack[EventFacts]
) -> None:
    """Book that a store paid what it owes to the operator's bank, and what is given up of it."""
    entries = [
        Entry(Account.BANK, paid),
        Entry(Account.LOSSES, given_up),
        Entry(Account.RECEIVABLE, -paid - given_up, merchant.pk),
    ]
    write(Kind.RECEIVABLE_CLOSED, entries, **facts)


def _of(merchant: Merchant) -> tuple[Entry, Entry]:
    return owed(Account.PAYABLE, merchant.pk), owed(Account.RESERVE, merchant.pk)
