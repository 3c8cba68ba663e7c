"""Opens money tasks once, hands them over, and closes them with an outcome and a reason."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from shop.core.errors import NotPossible, StaleState
from shop.core.locks import lock_one
from shop.core.stored_names import stored_name
from shop.festivals.changelog import log as note
from shop.money.money_tasks.kinds import KINDS, TaskOutcome
from shop.money.money_tasks.models import MoneyTask
from shop.orders.models import Suborder
from shop.people.accounts.models import User
from shop.people.merchants.own_stores import refuse_own

log = logging.getLogger(__name__)
MOST_WORDS = 300


def open_task(
    kind: str, about: Any, what: str, *, at: datetime, due_at: datetime | None = None, **rows: Any
) -> None:
    """Put something on the money desk, unless it stands there already.

    Args:
        about: the row for which one task stands open, or the name of what is none.
        what: what happened, in English; no name and no address.
        due_at: by when, where the kind does not say it.
        rows: order, payment, amount and so on.
    """
    same = {"kind": kind, "about": key_of(about)}
    if open_tasks().filter(**same).exists():
        return
    due = due_at or at + KINDS[kind].due
    task = MoneyTask(**same, what=what[:MOST_WORDS], opened_at=at, due_at=due, **rows)
    MoneyTask.objects.bulk_create([task], ignore_conflicts=True)  # somebody may be as fast
    log.error("money task: %s about %s", kind, task.about)


def open_tasks() -> QuerySet[MoneyTask]:
    """Return what stands open, what is due first before the rest."""
    return MoneyTask.objects.filter(state=MoneyTask.State.OPEN).order_by("due_at", "pk")


def overdue_tasks(*, at: datetime) -> QuerySet[MoneyTask]:
    """Return what somebody should have closed by now."""
    return open_tasks().filter(due_at__lte=at)


def close(task: MoneyTask, outcome: str, *, reason: str, at: datetime, by: User) -> None:
    """Close a task as a person decided, inside the transaction that does what was decided.

    Raises:
        NotPossible: there is no reason, a task of its kind never ends so, or it is about a store
            for which they act.
        StaleState: somebody else has closed it.
    """
    said = reason.strip()[:MOST_WORDS]
    if not said:
        raise NotPossible("Say why: whoever looks next reads it.")
    if outcome not in KINDS[task.kind].outcomes:
        raise NotPossible("A task of this kind is not closed so.")
    refuse_own(*stores_of(task), by=by)
    _close(task, outcome, reason=said, at=at, by=by)
    note(task, outcome, at=at, by=by, festival=None, reason=said)


def stores_of(task: MoneyTask) -> set[int]:
    """Return the stores whose money a task is about; of an order all that are in it."""
    order_id = task.order_id or (task.payment.order_id if task.payment else None)
    parts = Suborder.objects.filter(order=order_id).values_list("merchant", flat=True)
    return {*parts, *([task.merchant_id] if task.merchant_id else [])}


def close_by_itself(about: Any, *, kind: str, at: datetime) -> None:
    """Close what stands open about a row, since it was solved without a person. Safe to repeat."""
    MoneyTask.objects.filter(kind=kind, about=key_of(about)).move_to(
        MoneyTask.State.DONE, outcome=TaskOutcome.BY_ITSELF, closed_at=at
    )


def note_amount(about: Any, amount: int, *, kind: str) -> None:
    """Write down that what stands open about a row is about another amount now."""
    open_tasks().filter(kind=kind, about=key_of(about)).update(amount=amount)


def note_news(about: Any, what: str, amount: int | None, *, kind: str) -> bool:
    """Write down how what stands open about a row is now; False where nothing stands open."""
    rows = open_tasks().filter(kind=kind, about=key_of(about))
    return bool(rows.update(what=what[:MOST_WORDS], amount=amount))


@transaction.atomic
def hand_over(task: MoneyTask, to: User | None, *, at: datetime, by: User) -> None:
    """Give a task to somebody, or to nobody.

    Raises:
        StaleState: it was closed meanwhile.
    """
    row = lock_one(MoneyTask.objects, task.pk)
    if not row.is_open:
        raise StaleState
    before = row.owner
    row.owner = to
    row.save(update_fields=["owner"])
    note(row, "hand over", at=at, by=by, festival=None,
         before={"owner": _name(before)}, after={"owner": _name(to)})  # fmt: skip


def key_of(row: Any) -> str:
    """Return the name under which one task stands open about a row: operation-184.

    What is no row of ours, such as an account at the provider, has a name of its own.
    """
    return row if isinstance(row, str) else f"{stored_name(row)}-{row.pk}"


def _close(task: MoneyTask, outcome: str, *, reason: str, at: datetime, by: User) -> None:
    same = MoneyTask.objects.filter(pk=task.pk)
    done = MoneyTask.State.DONE
    if not same.move_to(done, outcome=outcome, reason=reason, closed_at=at, closed_by=by):
        raise StaleState


def _name(user: User | None) -> str:
    return (user.name or user.email) if user else ""
