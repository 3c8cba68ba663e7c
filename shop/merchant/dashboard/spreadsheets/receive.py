"""The way of a sheet: it comes in, is read by the worker, is worked off, stopped, and forgotten.

A request keeps the file and nothing more. Whoever dies over a sheet leaves it as it was: the beat
has it taken up again, and after some tries the store is told to send it in another form.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.tasks import Task, task
from django.utils import translation
from django.utils.translation import gettext as _

from shop.core import clock
from shop.core.errors import NotPossible
from shop.core.jobs import delete_some
from shop.core.locks import lock_one
from shop.core.tasks import enqueue, is_queued
from shop.festivals.models import Festival, NominationSpreadsheet, SpreadsheetFile, SpreadsheetRow
from shop.merchant.dashboard.access import sheets_of
from shop.merchant.dashboard.spreadsheets.read import ReadRow, read_sheet
from shop.merchant.dashboard.spreadsheets.work import put_rows, work_off
from shop.people.accounts.models import User
from shop.people.merchants.models import Merchant

State = NominationSpreadsheet.State
MOST_TRIES = 3
QUIET = timedelta(minutes=1)  # after which the work seems to have stopped
KEPT_FOR = timedelta(days=90)
MOST_FORGOTTEN = 200  # in one transaction
AFTER_MAIL = -10  # a sheet may wait for a moment, and goes before pictures

WAITS = Exists(
    SpreadsheetRow.objects.filter(sheet=OuterRef("pk"), state=SpreadsheetRow.State.WAITING)
)


class SheetInWork(NotPossible):
    """Another sheet of the store is not done."""

    def __init__(self, sheet: NominationSpreadsheet) -> None:
        text = _("Your sheet %(name)s is still being worked on. Wait until it is done, or stop it.")
        super().__init__(text % {"name": sheet.name})


def in_work(merchant: Merchant) -> NominationSpreadsheet | None:
    """Return the sheet of a store that waits to be read or worked off; there is one at the most."""
    return sheets_of(merchant).filter(Q(state=State.RECEIVED) | WAITS).first()


@transaction.atomic
def receive(
    festival: Festival, merchant: Merchant, content: bytes, *, name: str, at: datetime, by: User
) -> NominationSpreadsheet:
    """Keep the file of a sheet and queue the reading of it.

    Raises:
        SheetInWork: a store has one sheet in work at a time, so that none fills the worker's day.
    """
    lock_one(Merchant.objects, merchant.pk)
    if other := in_work(merchant):
        raise SheetInWork(other)
    sheet = NominationSpreadsheet.objects.create(
        festival=festival,
        merchant=merchant,
        by=by,
        name=name[:120],
        language=translation.get_language() or "en",
        at=at,
        worked_at=at,
        state=State.RECEIVED,
    )
    SpreadsheetFile.objects.create(sheet=sheet, content=content)
    enqueue(read_in, sheet.pk)
    return sheet


@task(priority=AFTER_MAIL)
def read_in(sheet_id: int) -> None:
    """Read the file of a sheet that still waits for it."""
    sheet = _begun(sheet_id, at=clock.now())
    if sheet is None:
        return
    with translation.override(sheet.language):
        try:
            rows = read_sheet(bytes(sheet.file.content))
        except NotPossible as refusal:
            _end(sheet_id, State.REFUSED, str(refusal), at=clock.now())
        else:
            _put(sheet_id, rows, at=clock.now())


def stop(sheet: NominationSpreadsheet, *, at: datetime) -> bool:
    """Give a sheet up: finished rows stay, the rest is told as refused.

    Returns:
        Whether anything of it was still waiting.
    """
    if _end(sheet.pk, State.STOPPED, "", at=at):
        return True
    text = _("You stopped the sheet before this row.")
    rows = SpreadsheetRow.objects.filter(sheet=sheet)
    return bool(rows.move_to(SpreadsheetRow.State.REFUSED, column="", text=text))


@transaction.atomic
def go_on(sheet: NominationSpreadsheet, *, at: datetime) -> bool:
    """Queue the work on a sheet anew, with all its tries; return whether any is left."""
    rows = NominationSpreadsheet.objects.filter(Q(state=State.RECEIVED) | WAITS, pk=sheet.pk)
    is_left = bool(rows.update(tries=0, worked_at=at))
    if is_left and not _is_queued(sheet):
        _queue(sheet)
    return is_left


def take_up(*, at: datetime) -> int:
    """Queue anew the work on sheets over which somebody died; return how many. Part of the beat."""
    quiet = NominationSpreadsheet.objects.filter(worked_at__lt=at - QUIET, tries__lte=MOST_TRIES)
    taken = 0
    for sheet in quiet.filter(Q(state=State.RECEIVED) | Q(WAITS, tries__lt=MOST_TRIES)):
        with transaction.atomic():
            same = NominationSpreadsheet.objects.filter(pk=sheet.pk, worked_at=sheet.worked_at)
            if not _is_queued(sheet) and same.update(worked_at=at):
                _queue(sheet)
                taken += 1
    return taken


def forget(*, at: datetime) -> int:
    """Delete sheets, with file and rows, that were sent in long ago. Part of the beat."""
    old = NominationSpreadsheet.objects.filter(at__lt=at - KEPT_FOR).order_by("at")
    return delete_some(old, batch=MOST_FORGOTTEN)


def _begun(sheet_id: int, *, at: datetime) -> NominationSpreadsheet | None:
    """Note that the reading begins, before it can take anybody down; None where it is over."""
    rows = NominationSpreadsheet.objects.filter(pk=sheet_id, state=State.RECEIVED)
    if rows.filter(tries__lt=MOST_TRIES).update(tries=F("tries") + 1, worked_at=at):
        return rows.select_related("file").first()
    for sheet in rows:  # it has had its tries
        with translation.override(sheet.language):
            text = _("This sheet could not be read to its end. Save it as CSV and send that.")
        _end(sheet_id, State.REFUSED, text, at=at)
    return None


@transaction.atomic
def _end(sheet_id: int, state: str, problem: str, *, at: datetime) -> bool:
    """End the way of a sheet that was not read, and delete its file."""
    sheet = NominationSpreadsheet.objects.filter(pk=sheet_id)
    is_ended = bool(sheet.move_to(state, problem=problem, worked_at=at))
    if is_ended:
        SpreadsheetFile.objects.filter(sheet=sheet_id).delete()
    return is_ended


@transaction.atomic
def _put(sheet_id: int, rows: list[ReadRow], *, at: datetime) -> None:
    """Keep the rows in place of the file, unless the sheet was stopped or read meanwhile."""
    sheet = NominationSpreadsheet.objects.filter(pk=sheet_id)
    if sheet.move_to(State.READ, worked_at=at, tries=0):
        SpreadsheetFile.objects.filter(sheet=sheet_id).delete()
        read = NominationSpreadsheet.objects.select_related("festival", "merchant").get(pk=sheet_id)
        put_rows(read, rows, at=at)


def _work_on(sheet: NominationSpreadsheet) -> Task[..., Any]:
    return read_in if sheet.state == State.RECEIVED else work_off


def _is_queued(sheet: NominationSpreadsheet) -> bool:
    return is_queued(_work_on(sheet), sheet.pk)


def _queue(sheet: NominationSpreadsheet) -> None:
    enqueue(_work_on(sheet), sheet.pk)
