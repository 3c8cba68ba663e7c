"""Sums of ledger entries, and what does not add up."""

from __future__ import annotations

from collections.abc import Iterator

from django.db.models import Exists, OuterRef, Sum

from shop.ledger.models import LedgerEntry, LedgerTransaction
from shop.merchants.models import Merchant
from shop.orders.models import Order

Account = LedgerEntry.Account


def owed_to(merchant: Merchant) -> int:
    """Return what the platform owes a merchant, in minor units."""
    entries = LedgerEntry.objects.filter(account=Account.PAYABLE, merchant=merchant)
    return -(entries.aggregate(sum=Sum("amount"))["sum"] or 0)


def unbalanced() -> Iterator[str]:
    """Say in words what is wrong with the books: sets that do not sum to zero, sales not booked."""
    sums = LedgerTransaction.objects.annotate(sum=Sum("entries__amount")).exclude(sum=0)
    for transaction in sums:
        yield f"{transaction.reference} sums to {transaction.sum}"
    sale = LedgerTransaction.objects.filter(order=OuterRef("pk"), reference__startswith="sale-")
    for order in Order.objects.filter(~Exists(sale), state=Order.State.PAID):
        yield f"{order.number} is paid and not booked"
    for order in Order.objects.filter(Exists(sale)).exclude(state=Order.State.PAID):
        yield f"{order.number} is booked and not paid"
