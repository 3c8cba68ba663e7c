"""Adds up the books: the balances of the last closed month, and what was booked since."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Sum

from shop.money.ledger.models import ClosedBalance, ClosedMonth, LedgerEntry


def last_closed(*, before: datetime | None = None) -> ClosedMonth | None:
    """Return the last month whose balances are written, of those that end before an instant."""
    rows = ClosedMonth.objects.exclude(balanced_at=None)
    if before is not None:
        rows = rows.filter(ends_at__lt=before)
    return rows.order_by("-ends_at").first()


def sums(
    by: Sequence[str],
    *,
    since: ClosedMonth | None,
    before: datetime | None = None,
    **which: Any,
) -> Counter[tuple[Any, ...]]:
    """Return the sums of entries in minor units, debit positive, by fields of theirs.

    One statement. ``last_closed()`` names the month to start from; a month that is closed
    meanwhile changes nothing, since its entries are read one by one.

    Args:
        by: fields that balances of months have as well: account, currency, merchant, fund.
        since: its balances, and the entries after it, are added up; all entries without one.
        before: leaves out what was booked from this instant on.
        which: filters by those fields.
    """
    entries = LedgerEntry.objects.filter(**which).order_by()
    if before is not None:
        entries = entries.filter(transaction__at__lt=before)
    if since is not None:
        entries = entries.filter(transaction__at__gte=since.ends_at)
    rows = entries.values_list(*by).annotate(sum=Sum("amount"))
    if since is not None:
        closed = ClosedBalance.objects.filter(month=since, **which).order_by()
        rows = rows.union(closed.values_list(*by).annotate(sum=Sum("amount")), all=True)
    found: Counter[tuple[Any, ...]] = Counter()
    for *key, amount in rows:
        found[tuple(key)] += amount
    return found
