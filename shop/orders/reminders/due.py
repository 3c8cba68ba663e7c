"""Puts the mails that are due into the queue, a batch at a time; parts of the beat.

A row is marked by a guarded update in the transaction that queues its mail: whoever dies before
the commit has told nobody, and two that run at once share the rows.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from shop.core.jobs import FailedItem, delete_some, each
from shop.core.locks import Work, alone_at, free_ones
from shop.core.tasks import enqueue
from shop.festivals.models import Festival
from shop.orders.reminders.availability import Free, free, of_thing, opened
from shop.orders.reminders.mail import send_reminder
from shop.orders.reminders.models import Reminder

BATCH = 300
"""Mails queued in one round of the beat, every 15 seconds: twenty a second."""
STEADY = timedelta(minutes=2)
"""For so long units must have been free: what is held and released flaps, and tells nobody."""
PER_UNIT = 3
"""People who are told of one free unit; the others wait on."""
PAUSE = timedelta(minutes=15)
"""After which the next ones are told, if the units are still free."""

DAY = timedelta(days=1)
KEPT_FOR = timedelta(days=90)
UNCONFIRMED_FOR = timedelta(days=7)


@transaction.atomic
def tell_opened(*, at: datetime) -> int:
    """Queue the mails of slots that have opened, whoever asked first; return how many."""
    return _queue(opened(at=at).order_by("pk"), BATCH, at)


def tell_returned(*, at: datetime) -> int:
    """Queue mails to those who wait for units that have been free for long enough."""
    told = 0

    def tell(thing: Free) -> None:
        nonlocal told
        same = Reminder.objects.filter(of_thing(thing), told_at=None)
        if not thing.units:
            same.filter(free_since__isnull=False).update(free_since=None)
            return
        same.filter(free_since=None).update(free_since=at)
        told += _tell_some(thing, BATCH - told, at)

    each("tell of what came back", free(at=at), tell, at=at, about=_row_of)
    return told


def forget_reminders(*, at: datetime) -> int:
    """Delete reminders that were sent, never confirmed, are over, or have waited for 90 days.

    Who waits for an announced opening that is further away waits on.
    """
    rows = Reminder.objects.order_by("asked_at")
    ahead = Q(slot__ends_at__gt=at, slot__festival__state=Festival.State.PUBLISHED)
    waits_on = Reminder.objects.filter(ahead).values("pk")
    done = (
        Reminder.objects.filter(told_at__lt=at - DAY)
        .filter(Q(sent_at__lt=at - DAY) | Q(told_at__lt=at - 2 * DAY))
        .order_by("told_at"),
        rows.filter(asked_at__lt=at - UNCONFIRMED_FOR, confirmed_at=None),
        rows.filter(slot__ends_at__lt=at - DAY),
        rows.filter(asked_at__lt=at - KEPT_FOR).exclude(pk__in=waits_on),
    )
    return sum(delete_some(found) for found in done)


def _row_of(thing: Free) -> FailedItem:
    if thing.deal_id:
        return FailedItem("shop.deal", str(thing.deal_id))
    return FailedItem("shop.variant", str(thing.variant_id))


@transaction.atomic
def _tell_some(thing: Free, room: int, at: datetime) -> int:
    # Or two rounds at once would each tell as many.
    alone_at(Work.TELL_OF_RETURNS, thing.variant_id)
    rows = Reminder.objects.filter(of_thing(thing), confirmed_at__isnull=False)
    lately = rows.filter(told_at__gt=at - PAUSE).count()
    most = min(room, thing.units * PER_UNIT - lately)
    steady = rows.filter(free_since__lte=at - STEADY)
    return _queue(steady.order_by("asked_at", "pk"), most, at)


def _queue(rows: QuerySet[Reminder], most: int, at: datetime) -> int:
    if most <= 0:
        return 0
    waiting = free_ones(rows.filter(told_at=None))
    ids = list(waiting.values_list("pk", flat=True)[:most])
    Reminder.objects.filter(pk__in=ids, told_at=None).update(told_at=at)
    _enqueue(ids)
    return len(ids)


def _enqueue(ids: Iterable[int]) -> None:
    for pk in ids:
        enqueue(send_reminder, pk)
