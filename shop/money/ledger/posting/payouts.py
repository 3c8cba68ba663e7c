"""Books the money that goes to stores, by whichever way."""

from __future__ import annotations

from typing import Unpack

from shop.money.ledger.posting.entries import Account, Entry, EventFacts, Kind, moved, owed, write
from shop.orders.models import Suborder
from shop.people.merchants.models import Merchant


def post_transfer(whose: Suborder | Merchant, amount: int, **facts: Unpack[EventFacts]) -> None:
    """Book what the provider moved to a store's account out of a charge."""
    write(Kind.TRANSFER, moved(_debt(whose), Account.PROVIDER, amount), **facts)


def post_top_up(whose: Suborder | Merchant, amount: int, **facts: Unpack[EventFacts]) -> None:
    """Book what it moved there from the balance: what is owed on top of what the shopper paid."""
    write(Kind.TOP_UP, moved(_debt(whose), Account.PROVIDER, amount), **facts)


def post_reversal(whose: Suborder | Merchant, amount: int, **facts: Unpack[EventFacts]) -> None:
    """Book what the provider took back from a store's account."""
    write(Kind.REVERSAL, moved(Account.PROVIDER, _debt(whose), amount), **facts)


def post_funding(amount: int, **facts: Unpack[EventFacts]) -> None:
    """Book what went from the balance of payments to the account from which payouts are sent."""
    write(Kind.FUNDING, moved(Account.STORAGE, Account.PROVIDER, amount), **facts)


def post_payout_sent(merchant: Merchant, amount: int, **facts: Unpack[EventFacts]) -> None:
    """Book a payout that the provider accepted, or that stands in a file for the bank."""
    entries = moved(owed(Account.PAYABLE, merchant.pk), Account.TRANSIT, amount)
    write(Kind.PAYOUT_SENT, entries, **facts)


def post_payout_posted(amount: int, **facts: Unpack[EventFacts]) -> None:
    """Book that the provider sent it from the account for payouts."""
    entries = moved(Account.TRANSIT, Account.STORAGE, amount)
    write(Kind.PAYOUT_POSTED, entries, **facts)


def post_payout_fee(amount: int, **facts: Unpack[EventFacts]) -> None:
    """Book what the provider kept for sending it."""
    write(Kind.PAYOUT_FEE, moved(Account.FEES, Account.STORAGE, amount), **facts)


def post_payout_proved(amount: int, fee: int, **facts: Unpack[EventFacts]) -> None:
    """Book a payout that the operator's own bank made, by its proof, with the bank's fee."""
    entries = [
        Entry(Account.TRANSIT, amount),
        Entry(Account.FEES, fee),
        Entry(Account.BANK, -amount - fee),
    ]
    write(Kind.PAYOUT_PROVED, entries, **facts)


def post_payout_failed(merchant: Merchant, amount: int, **facts: Unpack[EventFacts]) -> None:
    """Book that a payout never left: the store is owed again."""
    entries = moved(Account.TRANSIT, owed(Account.PAYABLE, merchant.pk), amount)
    write(Kind.PAYOUT_FAILED, entries, **facts)


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


def _debt(whose: Suborder | Merchant) -> Entry:
    if isinstance(whose, Suborder):
        return owed(Account.PAYABLE, whose.merchant_id, whose.pk)
    return owed(Account.PAYABLE, whose.pk)
