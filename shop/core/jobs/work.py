"""One item after the other, so that one that fails or takes long keeps no other from its turn."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, cast

from django.db import DatabaseError, InterfaceError, connection
from django.db.models import Model, QuerySet

from shop.core.jobs import failed_jobs
from shop.core.jobs.failed_jobs import FailedItem
from shop.core.jobs.models import JobBacklog
from shop.core.jobs.pace import TimeBudget, TooLong, is_stopped
from shop.core.stored_names import stored_label

MANY = 1_000
"""Items among which a round looks for those whose turn it is."""
type About[Item] = type[Model] | Callable[[Item], Model | FailedItem | str]


@dataclass(frozen=True, slots=True)
class Waiting[Item]:
    """An item whose turn is to come; it is read when it does."""

    thing: FailedItem
    read: Callable[[], Item | None]


def each[Item](
    name: str,
    items: Iterable[Item],
    do: Callable[[Item], Any],
    *,
    at: datetime,
    seconds: float | None = None,
    about: About[Item] | None = None,
) -> int:
    """Do something with each item; return with how many it was done.

    Whatever fails is logged and listed as a failed job, and the next item has its turn. When its
    time is over a round begins no further item; those that it did not come to are the first ones of
    the next round. An item for which ``do`` returns False was left as it is: not done, and not
    failed either.

    Args:
        name: the round's, as people read it; what waits and what fails is kept by it.
        items: a query of rows without a limit: each is read when its turn comes, so that what
            somebody else has settled meanwhile is left out. Or rows, ids, anything.
        do: the use case, with a transaction of its own.
        seconds: the round's own time, within that of the beat.
        about: the model whose ids the items are, or what tells the row that an item is about; a
            word where it is none.
    """
    before = _left_over(name)
    queue = _in_turn(_waiting(items, about), before)
    if not queue:
        return 0
    budget, failed, done = TimeBudget(seconds), failed_jobs.open_of(name), 0
    try:
        while queue and not is_stopped():
            now = queue.popleft()
            done += _try(name, now, do, has_failed=now.thing in failed, at=at)
            if budget.is_used_up:
                break
    finally:
        _keep(name, [waiting.thing for waiting in queue], before)
    return done


def _waiting[Item](items: Iterable[Item], about: About[Item] | None) -> list[Waiting[Item]]:
    if isinstance(items, QuerySet) and not items.query.is_sliced and about is None:
        kind = stored_label(items.model)
        keys = items.values_list("pk", flat=True)[:MANY]
        return [Waiting(FailedItem(kind, str(pk)), items.filter(pk=pk).first) for pk in keys]
    return [Waiting(_thing(item, about), partial(_itself, item)) for item in items]


def _itself[Item](item: Item) -> Item:
    return item


def _thing[Item](item: Item, about: About[Item] | None) -> FailedItem:
    if isinstance(about, type) and issubclass(about, Model):
        return FailedItem(stored_label(about), str(item))
    row = cast("Callable[[Item], Any]", about)(item) if about else item
    if isinstance(row, FailedItem):
        return row
    if isinstance(row, Model):
        return FailedItem(stored_label(row), str(row.pk))
    return FailedItem("", str(row)[:60])


def _in_turn[Item](found: list[Waiting[Item]], before: list[FailedItem]) -> deque[Waiting[Item]]:
    """Put those first that the last round did not come to; whoever was served stands behind."""
    place = {thing: number for number, thing in enumerate(before)}
    return deque(sorted(found, key=lambda waiting: place.get(waiting.thing, len(place))))


def _try[Item](
    name: str, now: Waiting[Item], do: Callable[[Item], Any], *, has_failed: bool, at: datetime
) -> bool:
    try:
        item = now.read()
        is_done = item is not None and do(item) is not False
    except Exception as error:  # noqa: BLE001 (whatever it is: the others must have their turn)
        failed_jobs.note(name, now.thing, error, at=at)
        return False
    except TooLong as error:
        _let_go()
        if is_stopped():  # it was the process that had to end
            raise
        failed_jobs.note(name, now.thing, error, at=at)
        return False
    if has_failed and (is_done or item is None):
        failed_jobs.settle(name, now.thing, at=at)
    return is_done


def _let_go() -> None:
    """Drop the connection that was in the midst of something; the database rolls it back."""
    if not connection.in_atomic_block:
        connection.close()


def _left_over(name: str) -> list[FailedItem]:
    rows = JobBacklog.objects.filter(round=name).values_list("keys", flat=True)
    return [FailedItem(*key) for keys in rows for key in keys]


def _keep(name: str, left: list[FailedItem], before: list[FailedItem]) -> None:
    if left == before:
        return
    # Without a database the round begins anew, as if it had not been.
    with suppress(DatabaseError, InterfaceError):
        JobBacklog.objects.update_or_create(round=name, defaults={"keys": left})
