"""What does not agree is on the money desk once: the same figure opens no second task."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from shop.money.money_tasks import gate
from shop.money.money_tasks.models import MoneyTask
from shop.reports.reconciliation.models import Discrepancy

Kind = MoneyTask.Kind
GROWING = (Kind.COVER, Kind.RECEIVABLE, Kind.LEAVING, Kind.DOCUMENT, Kind.SUSPENSE)
"""Who explained these is asked again when it has grown; of the others whenever it differs."""
MOST_WORDS = 300


@dataclass(frozen=True, slots=True)
class Breach:
    """Something that does not agree: of what kind, about what, by how much, and in words.

    ``rows`` are what its task is about beside: an order, a payment, a merchant.
    """

    kind: str
    key: str
    figure: int
    what: str
    currency: str = ""
    stays: bool = False
    rows: dict[str, Any] = field(default_factory=dict)


@transaction.atomic
def report(breach: Breach, *, at: datetime) -> bool:
    """Write down what does not agree, and put it on the desk if that is news; True if so."""
    facts = {
        "figure": breach.figure, "what": breach.what[:MOST_WORDS], "currency": breach.currency,
        "stays": breach.stays, "last_at": at,
    }  # fmt: skip
    new = facts | {"first_at": at, "told": breach.figure}
    row, is_new = Discrepancy.objects.get_or_create(kind=breach.kind, key=breach.key, defaults=new)
    amount = abs(breach.figure) if breach.currency else None
    for name, value in facts.items():
        setattr(row, name, value)
    is_open = not is_new and gate.note_news(row, breach.what, amount, kind=breach.kind)
    is_news = is_new or (not is_open and _is_news(row))
    if is_open or is_news or abs(row.figure) < abs(row.told):
        row.told = row.figure
    row.save()
    if is_news:
        gate.open_task(
            breach.kind, row, breach.what, at=at, amount=amount, currency=breach.currency,
            **breach.rows,
        )  # fmt: skip
    return is_news


def settle(row: Discrepancy, *, at: datetime) -> None:
    """Forget a discrepancy that is none any more; what stood open about it solved itself."""
    gate.close_by_itself(row, kind=row.kind, at=at)
    row.delete()


def settle_others(kinds: Collection[str], *, seen_at: datetime, at: datetime) -> int:
    """Settle what of some kinds was not found since a moment; return how many."""
    gone = Discrepancy.objects.filter(kind__in=kinds, stays=False, last_at__lt=seen_at)
    rows = list(gone)
    for row in rows:
        settle(row, at=at)
    return len(rows)


def of_task(task: MoneyTask) -> Discrepancy | None:
    """Return what a task is about; None where it is settled."""
    model, _, pk = task.about.rpartition("-")
    return Discrepancy.objects.filter(pk=pk).first() if model == "discrepancy" else None


def _is_news(row: Discrepancy) -> bool:
    if row.kind in GROWING:
        return abs(row.figure) > abs(row.told)
    return row.figure != row.told
