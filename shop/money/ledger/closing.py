"""Closes months that are over: from then on nothing is booked into them, and their sums stay."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from django.db import transaction

from shop.core.locks import Work, alone_at
from shop.money.ledger.models import ClosedBalance, ClosedMonth, LedgerTransaction
from shop.money.ledger.sums import last_closed, sums

GRACE = timedelta(hours=2)
"""After the end of a month, so that what began before it has been booked."""
OF = ("account", "currency", "merchant", "fund")


def close_months(*, at: datetime) -> int:
    """Close every month that is over, the oldest first, and return how many. Safe to repeat.

    A month that was closed by a process which then died gets its balances here.
    """
    closed = 0
    while (month := _due(at=at)) is not None:
        _close(month, at=at)
        _balance(at=at)
        closed += 1
    _balance(at=at)
    return closed


def month_after(month: date) -> date:
    """Return the first day of the month that follows."""
    year, number = divmod(month.year * 12 + month.month, 12)
    return date(year, number + 1, 1)


def start_of(month: date) -> datetime:
    """Return the instant at which a month begins in UTC, by its first day."""
    return datetime(month.year, month.month, 1, tzinfo=UTC)


def _due(*, at: datetime) -> date | None:
    last = ClosedMonth.objects.order_by("month").last()
    if last is not None:
        month = month_after(last.month)
    else:
        first = LedgerTransaction.objects.order_by("at", "pk").values_list("at", flat=True).first()
        if first is None:
            return None
        month = first.astimezone(UTC).date().replace(day=1)
    return month if start_of(month_after(month)) <= at - GRACE else None


@transaction.atomic
def _close(month: date, *, at: datetime) -> None:
    """Refuse entries of a month from now on.

    Every booking shares the lock (a trigger takes it), so this waits for those that are under way;
    what is booked later sees the row. The sums come in a transaction of their own: nobody waits
    for them.
    """
    alone_at(Work.CLOSE_MONTH)
    ends = start_of(month_after(month))
    ClosedMonth.objects.get_or_create(month=month, defaults={"ends_at": ends, "closed_at": at})


@transaction.atomic
def _balance(*, at: datetime) -> None:
    """Write the balances of closed months that have none yet, the oldest first."""
    for row in ClosedMonth.objects.filter(balanced_at=None).order_by("month"):
        if not ClosedMonth.objects.filter(pk=row.pk, balanced_at=None).update(balanced_at=at):
            continue
        found = sums(OF, before=row.ends_at, since=last_closed(before=row.ends_at))
        ClosedBalance.objects.bulk_create(
            ClosedBalance(
                month=row, account=account, currency=currency, merchant_id=merchant,
                fund_id=fund, amount=amount,
            )
            for (account, currency, merchant, fund), amount in sorted(found.items(), key=str)
            if amount
        )  # fmt: skip
