"""Approves many nominations while nobody waits: asked for by a reviewer, done by the worker.

A step is what is done in one transaction: a hundred goods, or one experience with all its dates.
What was approved is noted in the same transaction, so that whoever dies over it repeats nothing:
running the task again does what is left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import takewhile

from django.db import transaction
from django.db.models import F
from django.tasks import task
from django.utils import translation

from shop.catalogue.models import Product
from shop.core import clock
from shop.core.errors import NotPossible
from shop.core.jobs import delete_some
from shop.core.locks import lock_one
from shop.core.states import StateQuerySet
from shop.core.tasks import enqueue, is_queued
from shop.festivals.models import BulkApproval, BulkRow, Festival, Nomination
from shop.festivals.nominations.approve import BATCH
from shop.people.accounts.models import User
from shop.storefront.listings import festival_products

State = BulkRow.State
MOST_TRIES = 3
QUIET = timedelta(minutes=1)  # after which the work seems to have stopped
KEPT_FOR = timedelta(days=90)
MOST_FORGOTTEN = 200  # in one transaction


class InWork(NotPossible):
    """Another bulk approval of the festival is not done; ``approval`` is that one."""

    def __init__(self, approval: BulkApproval) -> None:
        self.approval = approval
        super().__init__("Others are being approved: wait until that is done, or stop it.")


@transaction.atomic
def ask(
    festival: Festival, seen: Mapping[int, datetime | None], *, at: datetime, by: User
) -> BulkApproval:
    """Keep which nominations somebody approves, and queue the work.

    Args:
        seen: when each was submitted as the reviewer saw it; what is newer is refused.

    Raises:
        NotPossible: there is nothing to approve.
        InWork: the festival has one in work.
    """
    if not seen:
        raise NotPossible("Nothing was approved: tick rows without a warning.")
    lock_one(Festival.objects, festival.pk)
    if other := festival.bulk_approvals.filter(ended_at=None).first():
        raise InWork(other)
    made = BulkApproval.objects.create(festival=festival, by=by, at=at, worked_at=at)
    BulkRow.objects.bulk_create(
        BulkRow(approval=made, nomination_id=pk, seen=when) for pk, when in sorted(seen.items())
    )
    enqueue(work_off, made.pk)
    return made


@task
def work_off(approval_id: int) -> None:
    """Process the rows of a bulk approval that still wait."""
    going = BulkApproval.objects.filter(pk=approval_id, ended_at=None)
    if not going.update(tries=F("tries") + 1):
        return  # it was stopped, or is done
    approval = BulkApproval.objects.select_related("by").get(pk=approval_id)
    with translation.override("en"):  # refusals are read at the desk
        while going.exists():
            work_off_some(approval, at=clock.now())


def work_off_some(approval: BulkApproval, *, at: datetime) -> None:
    """Do the next step of a bulk approval; end it where nothing is left."""
    rows = _next(approval)
    own = BulkRow.objects.filter(approval=approval)
    if approval.by is None or not approval.by.has_perm("shop.review_nomination"):
        # Nobody decides for somebody who may not, or who is gone.
        text = "Whoever pressed may not decide any more: press again."
        own.move_to(State.REFUSED, text=text)
    elif rows:
        _approve(own, rows, at=at, by=approval.by)
    is_left = own.filter(state=State.WAITING).exists()
    BulkApproval.objects.filter(pk=approval.pk, ended_at=None).update(
        worked_at=at, tries=0, ended_at=None if is_left else at
    )


def stop(approval: BulkApproval, *, at: datetime) -> bool:
    """End a bulk approval: approved nominations stay, the rest waits for a decision as before.

    Returns:
        Whether anything was left of it.
    """
    with transaction.atomic():
        own = BulkRow.objects.filter(approval=approval)
        is_left = bool(own.move_to(State.REFUSED, text="Stopped before it was looked at."))
        BulkApproval.objects.filter(pk=approval.pk, ended_at=None).update(ended_at=at)
    return is_left


def take_up(*, at: datetime) -> int:
    """Queue bulk approvals anew whose worker died; return how many. Part of the beat."""
    quiet = BulkApproval.objects.filter(ended_at=None, worked_at__lt=at - QUIET)
    taken = 0
    for approval in quiet.filter(tries__lt=MOST_TRIES):
        with transaction.atomic():
            same = BulkApproval.objects.filter(pk=approval.pk, worked_at=approval.worked_at)
            if not is_queued(work_off, approval.pk) and same.update(worked_at=at):
                enqueue(work_off, approval.pk)
                taken += 1
    return taken


def forget(*, at: datetime) -> int:
    """Delete bulk approvals that were asked for long ago; return how many. Part of the beat."""
    old = BulkApproval.objects.filter(at__lt=at - KEPT_FOR, ended_at__isnull=False)
    return delete_some(old.order_by("at"), batch=MOST_FORGOTTEN)


def _next(approval: BulkApproval) -> list[BulkRow]:
    """Return the rows of the next step, in the order in which they came."""
    waiting = BulkRow.objects.filter(approval=approval, state=State.WAITING)
    rows = list(waiting.select_related("nomination__product").order_by("nomination")[:BATCH])
    return list(takewhile(lambda row: not _is_experience(row), rows)) or rows[:1]


def _is_experience(row: BulkRow) -> bool:
    return row.nomination.product.kind == Product.Kind.EXPERIENCE


def _approve(
    own: StateQuerySet[BulkRow], rows: Sequence[BulkRow], *, at: datetime, by: User
) -> None:
    def note(approved: Sequence[Nomination]) -> None:
        ids = [row.pk for row in approved]
        own.filter(nomination__in=ids).move_to(State.APPROVED, text="")

    seen = {row.nomination_id: row.seen for row in rows}
    outcomes = festival_products.approve_all(list(seen), at=at, by=by, seen=seen, then=note)
    for found in outcomes:
        if found.refusal:  # of those that somebody else noted meanwhile it says nothing
            row = own.filter(nomination=found.nomination_id)
            row.move_to(State.REFUSED, text=str(found.refusal))
