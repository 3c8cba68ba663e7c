"""Nominating by a sheet: the template, the upload, its progress, its refused rows."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.db import OperationalError
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from shop.core import clock
from shop.core.errors import NotPossible, ShopError
from shop.core.forms.visible_text import seen_only
from shop.festivals.models import Enrolment, Festival, NominationSpreadsheet, SpreadsheetRow
from shop.merchant.dashboard.access import MemberRequest, sheets_of, store_members
from shop.merchant.dashboard.spreadsheets import receive
from shop.merchant.dashboard.spreadsheets import write as writing
from shop.merchant.dashboard.spreadsheets.columns import headings
from shop.merchant.dashboard.spreadsheets.read import MOST_BYTES, MOST_ROWS, refuse_at_once
from shop.merchant.dashboard.spreadsheets.slot_names import SlotNames
from shop.people.merchants.models import Merchant
from shop.people.merchants.roles import Right

SHOWN = 20
DISK_FULL = "53100"  # as PostgreSQL says it
State = SpreadsheetRow.State


@require_http_methods(["GET", "POST"])
@store_members(Right.PRICES)
def upload(request: MemberRequest, merchant: Merchant, festival_id: int) -> HttpResponse:
    """Show how nominating by a sheet goes, and take one in."""
    at = clock.moment_of(request)
    festival = _joined(merchant, festival_id)
    problem = ""
    if request.method == "POST":
        try:
            sheet = _receive(request, festival, merchant, at=at)
        except ShopError as refusal:
            problem = str(refusal)
        else:
            return redirect("workspace-sheet", merchant.slug, sheet.pk)
    # The one in work may be of another festival; since it is alone, it is the newest of all.
    mine = Q(festival=festival) | Q(state=NominationSpreadsheet.State.RECEIVED) | Q(receive.WAITS)
    sheets = list(_counted(sheets_of(merchant).filter(mine))[:SHOWN])
    context = {
        "part": "festivals",
        "festival": festival,
        "is_enrolling": festival.is_enrolling(at),
        "sheets": [sheet for sheet in sheets if sheet.festival_id == festival.pk],
        "in_work": next((sheet for sheet in sheets if _is_going(sheet)), None),
        "problem": problem,
        "most": MOST_ROWS,
        "days": receive.KEPT_FOR.days,
    }
    status = 422 if problem else 200
    return render(request, "shop/merchant/dashboard/sheets.html", context, status=status)


@require_GET
@store_members(Right.PRICES)
def template(
    request: MemberRequest, merchant: Merchant, festival_id: int, kind: str
) -> HttpResponse:
    """Give a sheet with the own products to be filled in."""
    at = clock.moment_of(request)
    festival = _joined(merchant, festival_id)
    if kind not in writing.KINDS:
        raise Http404
    slots = SlotNames(festival, at=at)
    lines = writing.template(festival, merchant, slots, at=at)
    name = f"{festival.slug}-{merchant.slug}"
    return writing.answer(lines, kind=kind, name=name, slots=slots.open)


@require_http_methods(["GET", "POST"])
@store_members(Right.PRICES)
def report(request: MemberRequest, merchant: Merchant, sheet_id: int) -> HttpResponse:
    """Show the progress of a sheet and its refused rows; go on with one that rests, or stop it."""
    at = clock.moment_of(request)
    sheet = get_object_or_404(_counted(sheets_of(merchant)), pk=sheet_id)
    if request.method == "POST":
        _steer(request, sheet, at=at)
        return redirect("workspace-sheet", merchant.slug, sheet.pk)
    is_going = _is_going(sheet)
    words = headings()
    context = {
        "part": "festivals",
        "sheet": sheet,
        "done": sheet.total - sheet.waiting,
        "is_going": is_going,
        "has_stopped": is_going and sheet.worked_at + receive.QUIET < at,
        "refused": [
            (row, words.get(row.column, ""), row.cells.get(row.column, ""))
            for row in sheet.rows.filter(state=State.REFUSED)[:MOST_ROWS]
        ],
    }
    return render(request, "shop/merchant/dashboard/sheet.html", context)


@require_GET
@store_members(Right.PRICES)
def refused(request: MemberRequest, merchant: Merchant, sheet_id: int, kind: str) -> HttpResponse:
    """Give the rows that were refused as a sheet, to be mended and sent again."""
    sheet = get_object_or_404(sheets_of(merchant), pk=sheet_id)
    if kind not in writing.KINDS:
        raise Http404
    return writing.answer(writing.refused(sheet), kind=kind, name=f"refused-{sheet.pk}")


def _receive(
    request: MemberRequest, festival: Festival, merchant: Merchant, *, at: datetime
) -> NominationSpreadsheet:
    """Keep an uploaded sheet for the worker.

    Raises:
        NotPossible: there is none, it is none, there is no room, or the time to nominate is over.
    """
    if not festival.is_enrolling(at):
        raise NotPossible(_("Enrolment for this festival is closed."))
    file = request.FILES.get("file")
    if file is None:
        raise NotPossible(_("Choose a sheet first. It has to be smaller than 1 MB."))
    name = " ".join(seen_only(file.name or "").split())
    try:
        content = file.read(MOST_BYTES + 1)
        refuse_at_once(content)
        return receive.receive(festival, merchant, content, name=name, at=at, by=request.user)
    except OSError as error:
        raise _no_room() from error
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != DISK_FULL:
            raise
        raise _no_room() from error


def _no_room() -> NotPossible:
    return NotPossible(
        _("There is no room to keep files at the moment. Nothing was kept: try again later.")
    )


def _steer(request: MemberRequest, sheet: NominationSpreadsheet, *, at: datetime) -> None:
    """Go on with a sheet or stop it, as the pressed button says."""
    if request.POST.get("do") == "stop":
        if receive.stop(sheet, at=at):
            messages.success(request, _("The sheet was stopped. What is done stays done."))
    elif receive.go_on(sheet, at=at):
        messages.success(request, _("The work goes on."))


def _joined(merchant: Merchant, festival_id: int) -> Festival:
    """Return a festival in which the store takes part; else there is no such page."""
    rows = Enrolment.objects.select_related("festival")
    return get_object_or_404(
        rows, festival=festival_id, merchant=merchant, state=Enrolment.State.ACCEPTED
    ).festival


def _is_going(sheet: NominationSpreadsheet) -> bool:
    return sheet.state == sheet.State.RECEIVED or bool(sheet.waiting)


def _counted(rows: QuerySet[NominationSpreadsheet]) -> QuerySet[NominationSpreadsheet]:
    """Add how many rows there are, wait, are new, changed, the same or refused."""
    counts = {str(state): Count("rows", filter=Q(rows__state=state)) for state in State.values}
    return rows.select_related("festival").annotate(total=Count("rows"), **counts)
