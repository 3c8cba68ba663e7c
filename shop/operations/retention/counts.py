"""How many rows the rules took away, by day, for as long as the report looks back."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from django.db import transaction

from shop.core.locks import lock
from shop.reports.checks import note_check
from shop.reports.models import Check

NAME = "forgotten"
LOOKS_BACK = timedelta(days=30)


def note_gone(rule: str, count: int, *, at: datetime) -> None:
    """Add to what a rule took away today; days that nobody asks for go."""
    if not Check.objects.filter(name=NAME).exists():
        note_check(NAME, Check.Standing.GOOD, "What the rules of retention took away.", at=at)
    with transaction.atomic():
        [row] = lock(Check.objects.filter(name=NAME))
        first = (at - LOOKS_BACK).date().isoformat()
        days = {day: gone for day, gone in row.counts.items() if day > first}
        today = days.setdefault(at.date().isoformat(), {})
        today[rule] = today.get(rule, 0) + count
        row.counts, row.at = days, at
        row.save(update_fields=["counts", "at"])


def gone_lately(*, at: datetime) -> Counter[str]:
    """Return how many rows each rule took away in the last 30 days. One statement."""
    first, found = (at - LOOKS_BACK).date().isoformat(), Counter[str]()
    for row in Check.objects.filter(name=NAME):
        for day, gone in row.counts.items():
            if day > first:
                found.update(gone)
    return found
