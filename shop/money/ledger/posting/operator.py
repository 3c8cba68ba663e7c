"""Books what moves between the operator's own accounts, sponsors, offices and the provider."""

from __future__ import annotations

from typing import Unpack

from shop.festivals.models import Fund
from shop.money.ledger.posting.entries import (
    Account,
    Entry,
    EventFacts,
    Kind,
    given,
    moved,
    owed,
    write,
)
from shop.people.merchants.models import Merchant


def post_withdrawal(amount: int, **facts: Unpack[EventFacts]) -> None:
    """Book what the provider paid out to the operator's bank."""
    entries = moved(Account.BANK, Account.PROVIDER, amount)
    write(Kind.WITHDRAWAL, entries, **facts)


def post_deposit(amount: int, **facts: Unpack[EventFacts]) -> None:
    """Book what the operator paid in at the provider."""
    entries = moved(Account.PROVIDER, Account.BANK, amount)
    write(Kind.DEPOSIT, entries, **facts)


def post_storage_deposit(amount: int, **facts: Unpack[EventFacts]) -> None:
    """Book what the operator's bank sent to the account from which payouts leave; below 0: back."""
    write(Kind.DEPOSIT, moved(Account.STORAGE, Account.BANK, amount), **facts)


def post_sponsor_paid(fund: Fund, amount: int, **facts: Unpack[EventFacts]) -> None:
    """Book what a sponsor paid in."""
    entries = moved(Account.BANK, given(fund.pk), amount)
    write(Kind.SPONSOR_PAID, entries, **facts, fund=fund)


def post_sponsor_repaid(fund: Fund, amount: int, **facts: Unpack[EventFacts]) -> None:
    """Book what a sponsor got back of it."""
    entries = moved(given(fund.pk), Account.BANK, amount)
    write(Kind.SPONSOR_REPAID, entries, **facts, fund=fund)


def post_commission_tax(merchant: Merchant, amount: int, **facts: Unpack[EventFacts]) -> None:
    """Book the tax that a commission contains, when the store is invoiced for it."""
    entries = moved(owed(Account.COMMISSION, merchant.pk), owed(Account.TAX, merchant.pk), amount)
    write(Kind.COMMISSION_TAX, entries, **facts)


def post_tax_paid(amount: int, **facts: Unpack[EventFacts]) -> None:
    """Book tax that the operator paid to the office."""
    entries = moved(Account.TAX, Account.BANK, amount)
    write(Kind.TAX_PAID, entries, **facts)


def post_provider_fee(amount: int, **facts: Unpack[EventFacts]) -> None:
    """Book what the provider took for itself beside any charge."""
    write(Kind.CHARGE_FEE, moved(Account.FEES, Account.PROVIDER, amount), **facts)


def post_paid_in(amount: int, **facts: Unpack[EventFacts]) -> None:
    """Book what the organizer paid in for the discounts that he gives."""
    write(Kind.PAID_IN, moved(Account.BANK, Account.PROMOTIONS, amount), **facts)


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
