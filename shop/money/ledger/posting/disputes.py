"""Books disputes: money that a bank takes back until it has decided."""

from __future__ import annotations

from typing import Unpack

from django.db.models import QuerySet

from shop.money.ledger.models import LedgerEntry
from shop.money.ledger.posting.entries import Account, Entry, Kind, OfOrder, moved, owed, write_of
from shop.orders.models import Order, Refund, Suborder


def post_dispute_opened(order: Order, amount: int, fee: int, **facts: Unpack[OfOrder]) -> None:
    """Book that a bank withdrew money of an order, and the provider its fee for that."""
    entries = [
        Entry(Account.DISPUTED, amount),
        Entry(Account.FEES, fee),
        Entry(Account.PROVIDER, -amount - fee),
    ]
    write_of(order, Kind.DISPUTE_OPENED, entries, **facts)


def post_dispute_won(order: Order, amount: int, **facts: Unpack[OfOrder]) -> None:
    """Book that the bank gave the money back."""
    entries = moved(Account.PROVIDER, Account.DISPUTED, amount)
    write_of(order, Kind.DISPUTE_WON, entries, **facts)


def post_dispute_lost(order: Order, amount: int, **facts: Unpack[OfOrder]) -> None:
    """Book that the platform bears lost money. What stores bear is a refund against *disputed*."""
    entries = moved(Account.LOSSES, Account.DISPUTED, amount)
    write_of(order, Kind.DISPUTE_LOST, entries, **facts)


def post_dispute_covered(order: Order, amount: int, **facts: Unpack[OfOrder]) -> None:
    """Book that lost money was what the shopper was owed anyway: a refund that had not gone."""
    entries = moved(Account.REFUNDS_DUE, Account.DISPUTED, amount)
    write_of(order, Kind.REFUND_MATCHED, entries, **facts)


def post_dispute_uncovered(order: Order, amount: int, **facts: Unpack[OfOrder]) -> None:
    """Book that such money came back from the shopper, who is owed the refund again."""
    facts["reference"] = f"uncovered-{facts['reference']}"
    entries = moved(Account.DISPUTED, Account.REFUNDS_DUE, amount)
    write_of(order, Kind.DISPUTE_WON, entries, **facts)


def post_dispute_turned(
    order: Order, stores: QuerySet[Refund], platform: int, **facts: Unpack[OfOrder]
) -> None:
    """Book that a lost dispute was won after all: who bore it has it back.

    Args:
        stores: the refunds by which stores bore their part.
        platform: what the platform bore.
    """
    named = [f"{Kind.REFUND}-{refund.pk}" for refund in stores]
    entries = moved(Account.DISPUTED, Account.LOSSES, platform)
    for row in LedgerEntry.objects.filter(transaction__reference__in=named).order_by("pk"):
        entries.append(
            Entry(row.account, -row.amount, row.merchant_id, row.suborder_id, row.fund_id)
        )
    facts["reference"] = f"turned-{facts['reference']}"
    write_of(order, Kind.DISPUTE_WON, entries, **facts)


def post_dispute_fee(suborder: Suborder, fee: int, **facts: Unpack[OfOrder]) -> None:
    """Book that a store at fault bears the provider's fee for a dispute."""
    order = suborder.order
    entries = moved(owed(Account.PAYABLE, suborder.merchant_id, suborder.pk), Account.FEES, fee)
    write_of(order, Kind.DISPUTE_FEE, entries, **facts)
