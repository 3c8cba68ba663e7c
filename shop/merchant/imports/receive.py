"""The way of a sheet of products: it comes in, is read, checked, brought in, taken back, forgotten.

A request keeps the file and nothing more; the worker does the rest, some seconds at a time, so
that mails never wait for a large sheet. Whoever dies over it leaves it as it was: the beat has it
taken up again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.tasks import task
from django.utils import translation
from django.utils.translation import gettext as _

from shop.core import clock
from shop.core.errors import NotPossible
from shop.core.jobs import delete_some
from shop.core.locks import lock_one
from shop.core.tasks import enqueue, is_queued
from shop.merchant.imports import columns, pictures
from shop.merchant.imports.check import check_some
from shop.merchant.imports.doubles import mark_doubles
from shop.merchant.imports.groups import put_together
from shop.merchant.imports.mail import send_brought
from shop.merchant.imports.models import (
    ArchivePicture,
    CatalogueRow,
    CatalogueSpreadsheet,
    SpreadsheetPiece,
)
from shop.merchant.imports.plan import plan_of
from shop.merchant.imports.prices import unanswered
from shop.merchant.imports.read import PIECE, parts_of
from shop.merchant.imports.undo import undo_next
from shop.merchant.imports.write import refuse_group, write_next
from shop.people.accounts.models import User
from shop.people.merchants.models import Merchant

State = CatalogueSpreadsheet.State
MOST_TRIES = 3
QUIET = CatalogueSpreadsheet.QUIET
KEPT_FOR = timedelta(days=90)
UNDO_FOR = timedelta(days=7)
AFTER_MAIL = -10
MOST_OPEN = 10
"""So many sheets of a store may wait for its word: each is kept with its pictures."""
TURN = 15  # seconds, after which others have their turn


class SheetWaits(NotPossible):
    """Another sheet of the store is not done."""

    def __init__(self, sheet: CatalogueSpreadsheet) -> None:
        text = _("Your sheet %(name)s is still being worked on. Wait until it is done, or stop it.")
        super().__init__(text % {"name": sheet.name})


@transaction.atomic
def receive(
    merchant: Merchant, file: Iterable[bytes], *, name: str, at: datetime, by: User,
    archive: Iterable[bytes] = (),
) -> CatalogueSpreadsheet:  # fmt: skip
    """Keep a file, with the archive of its pictures, and queue the reading of it.

    Raises:
        SheetWaits: a store has one sheet in work at a time.
    """
    lock_one(Merchant.objects, merchant.pk)
    in_work = CatalogueSpreadsheet.objects.filter(
        merchant=merchant, state__in=CatalogueSpreadsheet.IN_WORK
    )
    if other := in_work.first():
        raise SheetWaits(other)
    waiting = CatalogueSpreadsheet.objects.filter(merchant=merchant)
    if waiting.filter(state__in=(State.READ, State.CHECKED)).count() >= MOST_OPEN:
        raise NotPossible(_(
            "%(count)d sheets wait for your word. Bring one in or give one up, then send this one."
        ) % {"count": MOST_OPEN})  # fmt: skip
    sheet = CatalogueSpreadsheet.objects.create(
        merchant=merchant, by=by, name=name[:120], language=translation.get_language() or "en",
        at=at, worked_at=at,
    )  # fmt: skip
    _put_pieces(sheet, file, is_archive=False)
    sheet.has_archive = bool(_put_pieces(sheet, archive, is_archive=True))
    sheet.save(update_fields=["has_archive"])
    enqueue(work_on, sheet.pk)
    return sheet


@transaction.atomic
def add_archive(
    sheet: CatalogueSpreadsheet, archive: Iterable[bytes], *, at: datetime, by: User
) -> None:
    """Keep an archive with pictures that a sheet names, and queue what waits for them.

    Args:
        by: who sends it: the pictures come in their name, whoever sent the sheet.
    """
    SpreadsheetPiece.objects.filter(sheet=sheet, is_archive=True).delete()
    _put_pieces(sheet, archive, is_archive=True)
    CatalogueSpreadsheet.objects.filter(pk=sheet.pk).update(
        has_archive=True, problem="", worked_at=at, by=by
    )
    enqueue(open_archive, sheet.pk)


@task(priority=AFTER_MAIL)
def open_archive(sheet_id: int) -> None:
    """Open an archive that came later, and bring the pictures that were missing."""
    sheet = CatalogueSpreadsheet.objects.get(pk=sheet_id)
    with translation.override(sheet.language):
        _unpack(sheet)
    sheet.refresh_from_db()  # that took a while
    sheet.pictures.filter(state="refused").exclude(source__contains="://").move_to(
        "waiting", tries=0, text=""
    )
    if sheet.state == State.DONE:
        enqueue(pictures.bring_pictures, sheet.pk)


def _put_pieces(sheet: CatalogueSpreadsheet, file: Iterable[bytes], *, is_archive: bool) -> int:
    """Keep a file in pieces; return how many there are."""
    number, rest = 0, b""
    for chunk in chain(file, [b""]):
        rest += chunk
        while len(rest) >= PIECE or (rest and not chunk):
            SpreadsheetPiece.objects.create(
                sheet=sheet, number=number, content=rest[:PIECE], is_archive=is_archive
            )
            number, rest = number + 1, rest[PIECE:]
    return number


@task(priority=AFTER_MAIL)
def work_on(sheet_id: int) -> None:
    """Do for a sheet what its state says, for some seconds; then it waits for its next turn."""
    sheet = _begun(sheet_id, at=clock.now())
    if sheet is None:
        return
    with translation.override(sheet.language):
        if sheet.state == State.RECEIVED:
            _read(sheet)
        elif _has_more(_steps(sheet)):
            _wait_for_next_turn(sheet)
        else:
            _end(sheet)


def _steps(sheet: CatalogueSpreadsheet) -> Callable[[], bool]:
    """Return what does the next step of a sheet, and tells whether there was one."""
    if sheet.state == State.UNDOING:
        return lambda: undo_next(sheet, at=clock.now())
    plan = plan_of(sheet)
    if sheet.state == State.CHECKING:
        if not sheet.asked.get("is_grouped"):
            put_together(sheet, plan)
            sheet.asked = {"is_grouped": True}
        return lambda: check_some(sheet, plan, at=clock.now())
    return lambda: not _stops(sheet) and write_next(sheet, plan, at=clock.now())


@transaction.atomic
def _wait_for_next_turn(sheet: CatalogueSpreadsheet) -> None:
    CatalogueSpreadsheet.objects.filter(pk=sheet.pk).update(busy_until=None)
    enqueue(work_on, sheet.pk)


def _has_more(step: Callable[[], bool]) -> bool:
    """Take steps until there are none left, or others have their turn."""
    until = time.monotonic() + TURN
    while step():
        if time.monotonic() > until:
            return True
    return False


def _stops(sheet: CatalogueSpreadsheet) -> bool:
    return CatalogueSpreadsheet.objects.filter(pk=sheet.pk, stops=True).exists()


@transaction.atomic
def _end(sheet: CatalogueSpreadsheet) -> None:
    """Move a sheet on whose work is done; what follows from it is queued together with that."""
    at = clock.now()
    rows = CatalogueSpreadsheet.objects.filter(pk=sheet.pk)
    if sheet.state == State.CHECKING:
        if rows.move_to(State.CHECKED, worked_at=at, busy_until=None):
            mark_doubles(sheet, plan_of(sheet))
    elif sheet.state == State.UNDOING:
        rows.move_to(State.UNDONE, worked_at=at, busy_until=None)
        _drop_files(sheet.pk)
    elif rows.move_to(State.DONE, worked_at=at, done_at=at, stops=False, busy_until=None):
        enqueue(send_brought, sheet.pk)
        enqueue(pictures.bring_pictures, sheet.pk)


def _read(sheet: CatalogueSpreadsheet) -> None:
    """Read the file of a sheet into rows, all or nothing."""
    try:
        if sheet.has_archive:
            _unpack(sheet)
        with transaction.atomic():
            headings: list[str] = []
            examples: list[str] = []
            total = 0
            for part in parts_of(sheet):
                headings = part.get("headings", headings)
                rows = part.get("rows", [])
                examples = columns.examples(examples, [cells for _n, cells, _f in rows])
                CatalogueRow.objects.bulk_create(
                    CatalogueRow(sheet=sheet, number=number,
                                 cells={"cells": cells, "fault": fault})
                    for number, cells, fault in rows
                )  # fmt: skip
                total += len(rows)
            columns.put_headings(sheet, headings, examples, total, at=clock.now())
            SpreadsheetPiece.objects.filter(sheet=sheet, is_archive=False).delete()
    except NotPossible as refusal:
        _refuse(sheet.pk, str(refusal))


@transaction.atomic
def _unpack(sheet: CatalogueSpreadsheet) -> None:
    """Take the pictures out of an archive; one that is none is told, and the sheet goes on."""
    pieces = SpreadsheetPiece.objects.filter(sheet=sheet, is_archive=True).order_by("number")
    if not pieces.exists():
        return  # it was done before, by somebody who then died
    contents = pieces.values_list("content", flat=True).iterator(chunk_size=1)
    try:
        pictures.unpack(sheet, map(bytes, contents))
    except NotPossible as refusal:
        CatalogueSpreadsheet.objects.filter(pk=sheet.pk).update(problem=str(refusal))
    SpreadsheetPiece.objects.filter(sheet=sheet, is_archive=True).delete()


@transaction.atomic
def _refuse(sheet_id: int, text: str) -> None:
    rows = CatalogueSpreadsheet.objects.filter(pk=sheet_id)
    if rows.move_to(State.REFUSED, problem=text, worked_at=clock.now()):
        _drop_files(sheet_id)


def stop(sheet: CatalogueSpreadsheet, *, at: datetime) -> bool:
    """Give a sheet up, or write no more of it; what is written stays written.

    Of one that was brought in before, in part, nothing is forgotten: it can be taken back.

    Returns:
        Whether there was anything to stop.
    """
    rows = CatalogueSpreadsheet.objects.filter(pk=sheet.pk)
    if rows.filter(state=State.WRITING).update(stops=True, worked_at=at):
        return True
    if sheet.brought.exists():
        return bool(rows.move_to(State.DONE, worked_at=at, busy_until=None))
    with transaction.atomic():
        is_stopped = bool(rows.move_to(State.STOPPED, worked_at=at))
        if is_stopped:
            _drop_files(sheet.pk)
            CatalogueRow.objects.filter(sheet=sheet).delete()
    return is_stopped


def _drop_files(sheet_id: int) -> None:
    """Delete the files of a sheet that nobody needs any more."""
    SpreadsheetPiece.objects.filter(sheet=sheet_id).delete()
    ArchivePicture.objects.filter(sheet=sheet_id).delete()


@transaction.atomic
def begin(sheet: CatalogueSpreadsheet, state: str, *, at: datetime, by: User) -> None:
    """Queue the check, the writing or the taking back of a sheet.

    Args:
        by: who wants it. What is done from now on is done by them, with their rights.

    Raises:
        SheetWaits: another one of the store is in work.
        NotPossible: nobody said yet whether its prices are right.
        StaleState: it is not its time.
    """
    lock_one(Merchant.objects, sheet.merchant_id)
    if state == State.WRITING and unanswered(sheet).exists():
        raise NotPossible(_("Answer first whether the prices are right."))
    others = CatalogueSpreadsheet.objects.filter(
        merchant=sheet.merchant_id, state__in=CatalogueSpreadsheet.IN_WORK
    ).exclude(pk=sheet.pk)
    if other := others.first():
        raise SheetWaits(other)
    sheet.move_to(state, worked_at=at, tries=0, stops=False, busy_until=None, by=by)
    enqueue(work_on, sheet.pk)


@transaction.atomic
def go_on(sheet: CatalogueSpreadsheet, *, at: datetime) -> bool:
    """Queue the work on a sheet anew, with all its tries; return whether any is left."""
    rows = CatalogueSpreadsheet.objects.filter(pk=sheet.pk, state__in=CatalogueSpreadsheet.IN_WORK)
    is_left = bool(rows.update(tries=0, worked_at=at, busy_until=None))
    if is_left and not is_queued(work_on, sheet.pk):
        enqueue(work_on, sheet.pk)
    return is_left


def take_up(*, at: datetime) -> int:
    """Queue anew the work on sheets over which somebody died; return how many. Part of the beat."""
    quiet = CatalogueSpreadsheet.objects.filter(
        state__in=CatalogueSpreadsheet.IN_WORK, worked_at__lt=at - QUIET, tries__lte=MOST_TRIES
    )
    taken = 0
    for sheet in quiet:
        with transaction.atomic():
            same = CatalogueSpreadsheet.objects.filter(pk=sheet.pk, worked_at=sheet.worked_at)
            if not is_queued(work_on, sheet.pk) and same.update(worked_at=at):
                enqueue(work_on, sheet.pk)
                taken += 1
    return taken + pictures.take_up(at=at)


def forget(*, at: datetime) -> int:
    """Delete sheets, with their rows, that came in long ago. Part of the beat."""
    old = CatalogueSpreadsheet.objects.filter(at__lt=at - KEPT_FOR)
    old = old.exclude(state__in=CatalogueSpreadsheet.IN_WORK)
    return delete_some(old.order_by("at"), batch=10)


def _begun(sheet_id: int, *, at: datetime) -> CatalogueSpreadsheet | None:
    """Note that work begins, before it can take anybody down; None where there is none.

    Another worker may be at it, since nobody can tell a slow one from a dead one.
    """
    rows = CatalogueSpreadsheet.objects.filter(pk=sheet_id, state__in=CatalogueSpreadsheet.IN_WORK)
    free = rows.filter(Q(busy_until=None) | Q(busy_until__lte=at))
    begins = {"tries": F("tries") + 1, "worked_at": at, "busy_until": at + QUIET}
    if free.filter(tries__lt=MOST_TRIES).update(**begins):
        return rows.select_related("merchant", "by").first()
    for sheet in free.select_related("merchant"):  # it has had its tries at one place
        with translation.override(sheet.language):
            _pass_over(sheet, at=at)
    return None


def _pass_over(sheet: CatalogueSpreadsheet, *, at: datetime) -> None:
    """Tell that something of a sheet cannot be read or written, and go on behind it."""
    if sheet.state == State.RECEIVED:
        _refuse(sheet.pk, _("This sheet could not be read to its end. Save it as CSV and send "
                            "that."))  # fmt: skip
        return
    facts: dict[str, Any] = {"worked_at": at, "tries": 0, "busy_until": None}
    rows = CatalogueSpreadsheet.objects.filter(pk=sheet.pk)
    if sheet.state == State.CHECKING:
        rows.move_to(State.READ, problem=_("The rows could not be checked. Look at the columns."),
                     **facts)  # fmt: skip
        return
    ready = CatalogueRow.objects.filter(sheet=sheet, state=CatalogueRow.State.READY)
    group = ready.order_by("group").values_list("group", flat=True).first()
    if sheet.state == State.WRITING and group is not None:
        refuse_group(sheet, group, _("This product could not be brought in. We look into it."))
    elif row := sheet.brought.filter(undone="").order_by("-pk").first():
        sheet.brought.filter(pk=row.pk).update(undone=_("This could not be taken back."))
    rows.update(**facts)
    enqueue(work_on, sheet.pk)
