"""Work on many rows at once, in steps of which each is a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet

from shop.core.jobs.pace import TimeBudget

BATCH = 1_000


def repeat(step: Callable[[], int], *, seconds: float | None = None) -> int:
    """Take a step again until it finds nothing more to do, or the time is over; return the sum.

    For work on many rows at once, where each step is a transaction: the next round goes on.
    """
    budget, done = TimeBudget(seconds), 0
    while count := step():
        done += count
        if budget.is_used_up:
            break
    return done


def delete_some(rows: QuerySet[Any], *, batch: int = BATCH) -> int:
    """Delete rows, so many in each step, until none is left or the time is over.

    Return how many. The query names an order that an index has, so that no step reads them all.
    """

    def some() -> int:
        ids = list(rows.values_list("pk", flat=True)[:batch])
        if ids:
            rows.model._base_manager.filter(pk__in=ids).delete()
        return len(ids)

    return repeat(some)
