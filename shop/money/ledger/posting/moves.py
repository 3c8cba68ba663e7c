"""Events that move one amount from one account to another: one row of a table for each.

Below it stand the few that have more entries, or accounts that differ. Sales, refunds and disputes
are functions in the modules beside this one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Unpack

from shop.festivals.models import Fund
from shop.money.ledger.models import LedgerTransaction
from shop.money.ledger.posting.entries import Account, Entry, EventFacts, Kind, moved, write
from shop.orders.models import Suborder
from shop.people.merchants.models import Merchant

OF_STORES = {
    Account.PAYABLE, Account.RESERVE, Account.RECEIVABLE, Account.COMMISSION, Account.TAX,
}  # fmt: skip
"""Accounts on which an entry can say which store, or which part of an order, it is about."""


@dataclass(frozen=True, slots=True)
class Move:
    """One kind of event: the account that is debited, and the one that is credited."""

    kind: Kind
    debit: Account
    credit: Account

    def book(
        self,
        amount: int,
        of: Merchant | Suborder | Fund | None = None,
        **facts: Unpack[EventFacts],
    ) -> LedgerTransaction | None:
        """Book an amount in minor units, below zero the other way round; nothing for zero.

        Args:
            of: whose the accounts are that belong to stores or to sponsors.
            facts: what ``write`` wants to know.
        """
        entries = moved(_account(self.debit, of), _account(self.credit, of), amount)
        return write(self.kind, entries, **facts, fund=of if isinstance(of, Fund) else None)


def _account(account: Account, of: Merchant | Suborder | Fund | None) -> Entry:
    if isinstance(of, Fund):
        return Entry(account, 0, fund=of.pk if account == Account.FUNDS else None)
    if of is None or account not in OF_STORES:
        return Entry(account, 0)
    if isinstance(of, Suborder):
        return Entry(account, 0, merchant=of.merchant_id, suborder=of.pk)
    return Entry(account, 0, merchant=of.pk)


# Money to stores.
TRANSFER = Move(Kind.TRANSFER, Account.PAYABLE, Account.PROVIDER)
TOP_UP = Move(Kind.TOP_UP, Account.PAYABLE, Account.PROVIDER)
REVERSAL = Move(Kind.REVERSAL, Account.PROVIDER, Account.PAYABLE)
FUNDING = Move(Kind.FUNDING, Account.STORAGE, Account.PROVIDER)
PAYOUT_SENT = Move(Kind.PAYOUT_SENT, Account.PAYABLE, Account.TRANSIT)
PAYOUT_POSTED = Move(Kind.PAYOUT_POSTED, Account.TRANSIT, Account.STORAGE)
PAYOUT_FEE = Move(Kind.PAYOUT_FEE, Account.FEES, Account.STORAGE)
PAYOUT_FAILED = Move(Kind.PAYOUT_FAILED, Account.TRANSIT, Account.PAYABLE)

# What a settlement does with debts beside paying them.
RESERVE_HELD = Move(Kind.RESERVE_HELD, Account.PAYABLE, Account.RESERVE)
RESERVE_RELEASED = Move(Kind.RESERVE_RELEASED, Account.RESERVE, Account.PAYABLE)
PAYOUT_TARIFF = Move(Kind.PAYOUT_TARIFF, Account.PAYABLE, Account.FEES)
CARRIED = Move(Kind.CARRIED, Account.RECEIVABLE, Account.PAYABLE)
NETTED = Move(Kind.NETTED, Account.PAYABLE, Account.RECEIVABLE)
COMMISSION_TAX = Move(Kind.COMMISSION_TAX, Account.COMMISSION, Account.TAX)

# Between the operator, the provider, sponsors and tax offices.
WITHDRAWAL = Move(Kind.WITHDRAWAL, Account.BANK, Account.PROVIDER)
DEPOSIT = Move(Kind.DEPOSIT, Account.PROVIDER, Account.BANK)
STORAGE_DEPOSIT = Move(Kind.DEPOSIT, Account.STORAGE, Account.BANK)
SPONSOR_PAID = Move(Kind.SPONSOR_PAID, Account.BANK, Account.FUNDS)
SPONSOR_REPAID = Move(Kind.SPONSOR_REPAID, Account.FUNDS, Account.BANK)
TAX_PAID = Move(Kind.TAX_PAID, Account.TAX, Account.BANK)
PROVIDER_FEE = Move(Kind.CHARGE_FEE, Account.FEES, Account.PROVIDER)
PAID_IN = Move(Kind.PAID_IN, Account.BANK, Account.PROMOTIONS)


def post_payout_proved(amount: int, fee: int, **facts: Unpack[EventFacts]) -> None:
    """Book a payout that the operator's own bank made, by its proof, with the bank's fee."""
    entries = [
        Entry(Account.TRANSIT, amount),
        Entry(Account.FEES, fee),
        Entry(Account.BANK, -amount - fee),
    ]
    write(Kind.PAYOUT_PROVED, entries, **facts)


def post_payout_returned(
    merchant: Merchant,
    sent: int,
    came: int,
    to: str = Account.STORAGE,
    **facts: Unpack[EventFacts],
) -> None:
    """Book a payout that came back, perhaps less than was sent: the store is owed all of it.

    Args:
        to: the account to which it came back, the operator's bank for what he paid himself.
    """
    entries = [
        Entry(to, came),
        Entry(Account.FX, sent - came),
        Entry(Account.PAYABLE, -sent, merchant.pk),
    ]
    write(Kind.PAYOUT_RETURNED, entries, **facts)


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


def post_unknown(amount: int, of: str = Account.PROVIDER, **facts: Unpack[EventFacts]) -> None:
    """Book a line of the provider's balance that nobody can explain: + came, - went.

    Args:
        of: the account on which it stands; that of payments, or that from which payouts leave.
    """
    entries = [Entry(Account.SUSPENSE, -amount), Entry(of, amount)]
    write(Kind.UNKNOWN, entries, **facts)


def post_suspense_closed(account: str, amount: int, **facts: Unpack[EventFacts]) -> None:
    """Book on which account such a line belongs: + came, - went; ``provider`` takes it back."""
    entries = [Entry(Account.SUSPENSE, amount), Entry(account, -amount)]
    write(Kind.SUSPENSE_CLOSED, entries, **facts)
