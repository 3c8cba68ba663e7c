"""The closing of a month: what stood on each account, what moved it, and what stands there now."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db import connection

from shop.money.ledger.closing import month_after, start_of
from shop.money.ledger.models import LedgerEntry, LedgerTransaction
from shop.money.ledger.sums import last_closed

Kind = LedgerTransaction.Kind
# What stood there before the month, from the last closed one on, and what moved it in the month, by
# kind of event, in one statement: entries are read from an index alone, events by their moment.
SUMS = """
SELECT currency, account, '', SUM(amount) FROM shop_closedbalance
WHERE month_id = %(closed)s GROUP BY currency, account
UNION ALL
SELECT e.currency, e.account, '', SUM(e.amount)
FROM shop_ledgertransaction t JOIN shop_ledgerentry e ON e.transaction_id = t.id
WHERE t.at >= %(since)s AND t.at < %(begins)s GROUP BY e.currency, e.account
UNION ALL
SELECT e.currency, e.account, t.kind, SUM(e.amount)
FROM shop_ledgertransaction t JOIN shop_ledgerentry e ON e.transaction_id = t.id
WHERE t.at >= %(begins)s AND t.at < %(ends)s GROUP BY e.currency, e.account, t.kind
"""
NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class AccountMonth:
    """A month of an account in a currency: minor units, debit positive; moved by kind of event."""

    currency: str
    account: str
    opening: int
    moved: dict[str, int]

    @property
    def closing(self) -> int:
        """Return what stands there at the end."""
        return self.opening + sum(self.moved.values())


def closing(month: date) -> list[AccountMonth]:
    """Return every account of a month, by currency and in the order of accounts. Two statements.

    The sums over all accounts of a currency are zero: at the beginning, at the end, and by kind.
    """
    begins, ends = start_of(month), start_of(month_after(month))
    last = last_closed(before=ends)
    facts: dict[str, Any] = {
        "closed": last and last.pk, "since": last.ends_at if last else NEVER,
        "begins": begins, "ends": ends,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(SUMS, facts)
        rows = cursor.fetchall()
    found: dict[tuple[str, str], Counter[str]] = {}
    for currency, account, kind, amount in rows:
        found.setdefault((currency, account), Counter())[kind] += int(amount)
    return list(_in_order(found))


def months(*, at: datetime) -> list[date]:
    """Return the months in which something may be booked, the newest first. One statement."""
    first = LedgerTransaction.objects.order_by("at", "pk").values_list("at", flat=True).first()
    if first is None:
        return []
    last, found = at.astimezone(UTC).date().replace(day=1), []
    month = first.astimezone(UTC).date().replace(day=1)
    while month <= last:
        found.append(month)
        month = month_after(month)
    return found[::-1]


def _in_order(found: dict[tuple[str, str], Counter[str]]) -> Iterator[AccountMonth]:
    places = {name: place for place, name in enumerate(LedgerEntry.Account.values)}
    kinds = {name: place for place, name in enumerate(Kind.values)}
    for currency, account in sorted(found, key=lambda key: (key[0], places[key[1]])):
        sums = found[currency, account]
        opening = sums.pop("", 0)
        moved = {kind: sums[kind] for kind in sorted(sums, key=kinds.__getitem__) if sums[kind]}
        if opening or moved:
            yield AccountMonth(currency, account, opening, moved)
