"""The closing of a month: what stood on each account, what moved it, and what stands there now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.db import connection

from shop.ledger.models import LedgerEntry, LedgerTransaction

Kind = LedgerTransaction.Kind
# What was booked before the month, and in it by kind of event, in one statement: entries are read
# from an index alone, events by their moment.
SUMS = """
SELECT e.currency, e.account, '' AS kind, SUM(e.amount)
FROM shop_ledgerentry e JOIN shop_ledgertransaction t ON t.id = e.transaction_id
WHERE t.at < %(begins)s GROUP BY e.currency, e.account
UNION ALL
SELECT e.currency, e.account, t.kind, SUM(e.amount)
FROM shop_ledgertransaction t JOIN shop_ledgerentry e ON e.transaction_id = t.id
WHERE t.at >= %(begins)s AND t.at < %(ends)s GROUP BY e.currency, e.account, t.kind
"""


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
    """Return every account of a month, by currency and in the order of accounts. One statement.

    The sums over all accounts of a currency are zero: at the beginning, at the end, and by kind.
    """
    begins, ends = _bounds(month)
    with connection.cursor() as cursor:
        cursor.execute(SUMS, {"begins": begins, "ends": ends})
        rows = cursor.fetchall()
    found: dict[tuple[str, str], dict[str, int]] = {}
    for currency, account, kind, amount in rows:
        found.setdefault((currency, account), {})[kind] = int(amount)
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
        month = _next(month)
    return found[::-1]


def _in_order(found: dict[tuple[str, str], dict[str, int]]) -> Iterator[AccountMonth]:
    places = {name: place for place, name in enumerate(LedgerEntry.Account.values)}
    kinds = {name: place for place, name in enumerate(Kind.values)}
    for currency, account in sorted(found, key=lambda key: (key[0], places[key[1]])):
        sums = found[currency, account]
        opening = sums.pop("", 0)
        moved = {kind: sums[kind] for kind in sorted(sums, key=kinds.__getitem__) if sums[kind]}
        if opening or moved:
            yield AccountMonth(currency, account, opening, moved)


def _bounds(month: date) -> tuple[datetime, datetime]:
    begins = datetime(month.year, month.month, 1, tzinfo=UTC)
    after = _next(month)
    return begins, datetime(after.year, after.month, 1, tzinfo=UTC)


def _next(month: date) -> date:
    year, number = divmod(month.year * 12 + month.month, 12)
    return date(year, number + 1, 1)
