"""Sums of ledger entries, and the errors in them."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Sum

from shop.money.ledger.models import LedgerEntry, LedgerTransaction
from shop.money.ledger.sums import last_closed, sums
from shop.orders.models import Order
from shop.orders.reconcile import differences
from shop.people.merchants.models import Merchant

log = logging.getLogger(__name__)
Account = LedgerEntry.Account
Kind = LedgerTransaction.Kind
SOLD = (Kind.SALE, Kind.REVIEW_ACCEPTED)


def owed_to(merchant: Merchant, currency: str) -> int:
    """Return the debt of the platform to a merchant, in minor units of a currency."""
    return -balance(Account.PAYABLE, currency, merchant=merchant)


def balance(account: str, currency: str, **whose: object) -> int:
    """Return what stands on an account in a currency, debit positive; of all, or of one owner."""
    which: dict[str, Any] = {"account": account, "currency": currency, **whose}
    return sums(("account",), since=last_closed(), **which)[account,]


def all_differences() -> list[str]:
    """Compare counters with lines and books with orders; return a sentence for each difference."""
    return [*map(str, differences()), *unbalanced()]


def log_differences(*, at: datetime) -> int:
    """Log all differences, and return how many."""
    found = all_differences()
    for difference in found:
        log.error("%s", difference)
    return len(found)


def unbalanced() -> Iterator[str]:
    """Yield a sentence for each error of the books: unbalanced sets, sales unbooked or unpaid."""
    sums = LedgerTransaction.objects.values("reference", "entries__currency")
    for row in sums.annotate(sum=Sum("entries__amount")).exclude(sum=0).order_by("pk"):
        yield f"{row['reference']} sums to {row['sum']}"
    sale = LedgerTransaction.objects.filter(order=OuterRef("pk"), kind__in=SOLD)
    for order in Order.objects.filter(~Exists(sale), state=Order.State.PAID):
        yield f"{order.number} is paid and not booked"
    for order in Order.objects.filter(Exists(sale)).exclude(state=Order.State.PAID):
        yield f"{order.number} is booked and not paid"
