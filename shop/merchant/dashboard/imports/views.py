"""Bringing products in by a sheet: the file, its columns, the check, and what became of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from django_htmx.http import HttpResponseClientRedirect

from shop.core import clock
from shop.core.currencies import convertible
from shop.core.errors import NotPossible, ShopError
from shop.core.forms.visible_text import seen_only
from shop.core.locks import lock
from shop.core.replica.reads import may_be_late
from shop.core.spreadsheets.tables import KINDS, sheet, streamed
from shop.merchant.dashboard.access import MemberRequest, catalogue_sheets_of, store_members
from shop.merchant.dashboard.imports import export, shopify
from shop.merchant.dashboard.imports.forms import AskedForm, ColumnsForm, MendForm
from shop.merchant.dashboard.imports.questions import odd_table, price_questions
from shop.merchant.dashboard.imports.words import change_names, shown_value
from shop.merchant.dashboard.paging import page_of
from shop.merchant.imports import columns, receive
from shop.merchant.imports.check import check_rows
from shop.merchant.imports.doubles import mark_doubles
from shop.merchant.imports.models import CatalogueRow, CatalogueSpreadsheet, SpreadsheetPicture
from shop.merchant.imports.plan import plan_of
from shop.merchant.imports.prices import confirm
from shop.merchant.imports.read import MOST_BYTES, MOST_ROWS, refuse_at_once
from shop.people.accounts.models import User
from shop.people.merchants.models import Merchant
from shop.people.merchants.roles import Right

State, RowState, Outcome = CatalogueSpreadsheet.State, CatalogueRow.State, CatalogueRow.Outcome
SHOWN = 20
MOST_MENDED = 50
"""Rows that are mended on one page."""
CHANGES = 100
OPEN = (State.READ, State.CHECKED)
PAGES: dict[str, str] = {State.READ: "columns", State.CHECKED: "check"}


@require_http_methods(["GET", "HEAD", "POST"])
@store_members(Right.WORDS)
def sheets(request: MemberRequest, merchant: Merchant) -> HttpResponse:
    """Show how products are brought in by a sheet and which were, and take one in."""
    problem = ""
    if request.method == "POST":
        try:
            made = _receive(request, merchant)
        except ShopError as refusal:
            problem = str(refusal)
        else:
            return redirect("workspace-catalogue-sheet", merchant.slug, made.pk)
    rows = list(_counted(catalogue_sheets_of(merchant).select_related("by"))[:SHOWN])
    context = {
        "part": "products", "sheets": rows, "problem": problem, "most": MOST_ROWS,
        "megabytes": MOST_BYTES // 1_000_000, "days": receive.KEPT_FOR.days,
        "in_work": next((row for row in rows if row.is_in_work), None),
    }  # fmt: skip
    status = 422 if problem else 200
    return render(request, "shop/merchant/dashboard/imports/sheets.html", context, status=status)


@require_safe
@store_members(Right.WORDS)
@may_be_late
def template(request: MemberRequest, merchant: Merchant, kind: str) -> HttpResponseBase:
    """Give the own catalogue as a sheet, or a sheet with an example where there is none."""
    if kind not in KINDS:
        raise Http404
    name = f"{merchant.slug}-products"
    if kind == "csv":
        return streamed(name, export.table(merchant))
    return sheet(name, kind, {"Products": export.table(merchant)})


@require_safe
@store_members(Right.WORDS)
@may_be_late
def for_shopify(request: MemberRequest, merchant: Merchant) -> HttpResponseBase:
    """Give the own catalogue as the sheet of products that Shopify takes in."""
    return streamed(f"{merchant.slug}-shopify", shopify.table(merchant))


@require_http_methods(["GET", "HEAD", "POST"])
@store_members(Right.WORDS)
def one_sheet(request: MemberRequest, merchant: Merchant, sheet_id: int) -> HttpResponse:
    """Show a sheet as far as it is, and do what a button says."""
    found = _found(merchant, sheet_id)
    at = clock.moment_of(request)
    if request.method == "POST":
        try:
            _steer(request, found, at=at)
        except ShopError as refusal:
            messages.error(request, str(refusal))
        return redirect("workspace-catalogue-sheet", merchant.slug, found.pk)
    if page := PAGES.get(found.state):
        there = reverse(f"workspace-catalogue-{page}", args=[merchant.slug, found.pk])
        # A page that asked for its own progress is to leave, not to show a part of the next one.
        return HttpResponseClientRedirect(there) if request.htmx else redirect(there)
    mend = _mend_form(found) if found.state == State.DONE else None
    pictures = SpreadsheetPicture.objects.filter(sheet=found)
    context = {
        "part": "products", "sheet": found, "counts": _counts(found), "mend": mend,
        "has_stopped": found.is_in_work and found.worked_at + receive.QUIET < at,
        "pictures": pictures.aggregate(
            waiting=Count("pk", filter=Q(state="waiting")),
            fetched=Count("pk", filter=Q(state="fetched")),
            refused=Count("pk", filter=Q(state="refused")),
        ),
        "refused_pictures": pictures.filter(state="refused").select_related("product")
        .order_by("product", "position")[:MOST_MENDED],
        "undo_until": found.done_at and found.done_at + receive.UNDO_FOR,
        "may_undo": _may_undo(found, at=at),
        "undone": found.brought.exclude(undone__in=("", "back")).select_related("product")
        [:MOST_MENDED] if found.state == State.UNDONE else [],
    }  # fmt: skip
    return render(request, "shop/merchant/dashboard/imports/run.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@store_members(Right.WORDS)
def matching(request: MemberRequest, merchant: Merchant, sheet_id: int) -> HttpResponse:
    """Show which column is what, and begin the check."""
    found = _found(merchant, sheet_id)
    if found.state not in OPEN:
        return redirect("workspace-catalogue-sheet", merchant.slug, found.pk)
    form = ColumnsForm(found, request.POST or None)
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        choices = found.choices | {"decimal": told["decimal"], "currency": told["currency"],
                                   "converts": False}  # fmt: skip
        if _check_again(request, found, form.matched(), choices):
            return redirect("workspace-catalogue-sheet", merchant.slug, found.pk)
    context = {"part": "products", "sheet": found, "form": form}
    status = 422 if form.errors else 200
    return render(request, "shop/merchant/dashboard/imports/columns.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@store_members(Right.WORDS)
def check(request: MemberRequest, merchant: Merchant, sheet_id: int) -> HttpResponse:
    """Show what a sheet would do, ask what its rows lack, and let cells be mended."""
    found = _found(merchant, sheet_id)
    if found.state != State.CHECKED and not (found.state == State.DONE and request.POST):
        return redirect("workspace-catalogue-sheet", merchant.slug, found.pk)
    is_asked, is_mended = "ask" in request.POST, "mend" in request.POST
    asked = AskedForm(found, request.POST if is_asked else None)
    mend = _mend_form(found, request.POST if is_mended else None)
    if is_asked and asked.is_valid():
        if _check_again(request, found, found.fields, asked.choices(found.choices)):
            return redirect("workspace-catalogue-sheet", merchant.slug, found.pk)
    elif "prices" in request.POST:
        _answer_prices(request, found)
        return redirect("workspace-catalogue-sheet", merchant.slug, found.pk)
    elif is_mended and mend.is_valid():
        _mend(found, mend, at=clock.moment_of(request), by=request.user)
        messages.success(request, _("The rows were checked again."))
        return redirect("workspace-catalogue-sheet", merchant.slug, found.pk)
    rows = CatalogueRow.objects.filter(sheet=found).exclude(changes=[])
    counts = _counts(found)
    context = {
        "part": "products", "sheet": found, "counts": counts, "asked": asked, "mend": mend,
        "changes": _shown_changes(rows.order_by("number")[:SHOWN]),
        "is_begun": counts["done"] > 0, "prices": price_questions(found),
    }  # fmt: skip
    status = 422 if asked.errors or mend.errors else 200
    return render(request, "shop/merchant/dashboard/imports/check.html", context, status=status)


@require_safe
@store_members(Right.WORDS)
def changes(request: MemberRequest, merchant: Merchant, sheet_id: int) -> HttpResponse:
    """Show everything that a sheet changes, page by page."""
    found = _found(merchant, sheet_id)
    rows = CatalogueRow.objects.filter(sheet=found).exclude(changes=[])
    page = page_of(request, rows, size=CHANGES)
    context = {
        "part": "products", "sheet": found, "page": page, "changes": _shown_changes(page.rows),
    }  # fmt: skip
    return render(request, "shop/merchant/dashboard/imports/changes.html", context)


@require_safe
@store_members(Right.WORDS)
def wrong(request: MemberRequest, merchant: Merchant, sheet_id: int, kind: str) -> HttpResponse:
    """Give the rows that are to be mended as a sheet of their own, with what to do beside them."""
    found = _found(merchant, sheet_id)
    if kind not in KINDS:
        raise Http404
    rows = _wrong(found).iterator(chunk_size=500)
    lines = ([*row.cells["cells"], *[""] * (len(found.headings) - len(row.cells["cells"])),
              " ".join(text for _place, text in row.problems)] for row in rows)  # fmt: skip
    table = ([*found.headings, _("What to do")], lines)
    return sheet(f"to-mend-{found.pk}", kind, {"Rows": table})


@require_safe
@store_members(Right.WORDS)
def odd_prices(request: MemberRequest, merchant: Merchant, sheet_id: int) -> HttpResponseBase:
    """Give all rows whose prices are asked about as a sheet."""
    found = _found(merchant, sheet_id)
    return streamed(f"prices-{found.pk}", odd_table(found))


def _receive(request: MemberRequest, merchant: Merchant) -> CatalogueSpreadsheet:
    """Keep an uploaded sheet, with its archive of pictures, for the worker.

    Raises:
        NotPossible: there is none, it is none, or there is no room.
    """
    file, archive = request.FILES.get("file"), request.FILES.get("archive")
    if file is None:
        raise NotPossible(_("Choose a sheet first."))
    name = " ".join(seen_only(file.name or "").split())
    try:
        refuse_at_once(file.read(8), file.size or 0)
        file.seek(0)
        return receive.receive(
            merchant, file.chunks(), name=name, at=clock.moment_of(request), by=request.user,
            archive=archive.chunks() if archive else (),
        )  # fmt: skip
    except OSError as error:
        raise NotPossible(_(
            "There is no room to keep files at the moment. Nothing was kept: try again later."
        )) from error  # fmt: skip


def _steer(request: MemberRequest, found: CatalogueSpreadsheet, *, at: datetime) -> None:
    """Do with a sheet what the pressed button says.

    Raises:
        ShopError: it cannot be done.
    """
    match request.POST.get("do", ""):
        case "stop" if receive.stop(found, at=at):
            messages.success(request, _("The sheet was stopped. What is done stays done."))
        case "go on" if receive.go_on(found, at=at):
            messages.success(request, _("The work goes on."))
        case "write":
            _begin_writing(request, found, at=at)
        case "undo" if _may_undo(found, at=at):
            receive.begin(found, State.UNDOING, at=at, by=request.user)
        case "archive":
            _take_archive(request, found, at=at)


def _begin_writing(request: MemberRequest, found: CatalogueSpreadsheet, *, at: datetime) -> None:
    """Begin to bring in what is ready, where somebody has seen what that is."""
    submits = "submit" in request.POST
    rows = CatalogueSpreadsheet.objects.filter(pk=found.pk, state=State.CHECKED)
    rows.update(choices=found.choices | {"submit": submits})
    receive.begin(found, State.WRITING, at=at, by=request.user)


def _take_archive(request: MemberRequest, found: CatalogueSpreadsheet, *, at: datetime) -> None:
    archive: UploadedFile[Any] | None = request.FILES.get("archive")
    if archive is None or found.state in (State.REFUSED, State.STOPPED, State.UNDONE):
        raise NotPossible(_("Choose an archive with pictures first. It has to be a ZIP file."))
    receive.add_archive(found, archive.chunks(), at=at, by=request.user)
    messages.success(request, _("The archive came. Its pictures follow by themselves."))


def _check_again(
    request: MemberRequest, found: CatalogueSpreadsheet, fields: list[str], choices: dict[str, Any]
) -> bool:
    """Keep how a sheet is read and queue its check, or say why not."""
    at = clock.moment_of(request)
    try:
        with transaction.atomic():
            columns.match(found, fields, choices, at=at)
            receive.begin(found, State.CHECKING, at=at, by=request.user)
    except ShopError as refusal:
        messages.error(request, str(refusal))
        return False
    return True


def _answer_prices(request: MemberRequest, found: CatalogueSpreadsheet) -> None:
    """Take the answer about prices that are odd, or in another currency."""
    match request.POST["prices"]:
        case "right" if not confirm(found, request.POST.get("sure", "")):
            messages.error(request, _("The prices have changed meanwhile. Look at them again."))
        case "convert" if (code := request.POST.get("currency", "")) in convertible():
            _check_again(request, found, found.fields, found.choices | {"currency": code})
        case "told":
            _check_again(request, found, found.fields, found.choices | {"converts": True})


@transaction.atomic
def _mend(found: CatalogueSpreadsheet, form: MendForm, *, at: datetime, by: User) -> None:
    """Write typed cells into their rows, and check the products of all shown rows again.

    Of some the cells are right: what kept them from being brought in was mended elsewhere.
    """
    cells, plan = form.mended(), plan_of(found)
    found.by = by  # by their rights from now on
    CatalogueSpreadsheet.objects.filter(pk=found.pk).update(by=by)
    groups = {row.group for row in form.rows}
    rows = CatalogueRow.objects.filter(sheet=found, group__in=groups, state=RowState.WRONG)
    locked = lock(rows, fully=True)
    for row in locked:
        told = list(row.cells["cells"])
        for place, text in cells.get(row.number, {}).items():
            told += [""] * (place + 1 - len(told))
            told[place] = text
        row.cells = {**row.cells, "cells": told}
        if form.is_whole(row):
            row.cells["fault"] = ""
        row.enter(RowState.WAITING)
    check_rows(found, plan, locked, at=at, is_again=True)
    mark_doubles(found, plan, of=locked)
    is_ready = CatalogueRow.objects.filter(sheet=found, state=RowState.READY).exists()
    if found.state == State.DONE and is_ready:
        CatalogueSpreadsheet.objects.filter(pk=found.pk).move_to(State.CHECKED)


def _mend_form(found: CatalogueSpreadsheet, data: Any = None) -> MendForm:
    rows = _wrong(found).exclude(problems=[])[:MOST_MENDED]
    return MendForm(found, list(rows), data)


def _wrong(found: CatalogueSpreadsheet) -> QuerySet[CatalogueRow]:
    return CatalogueRow.objects.filter(sheet=found, state=RowState.WRONG).order_by("number")


def _found(merchant: Merchant, sheet_id: int) -> CatalogueSpreadsheet:
    return get_object_or_404(catalogue_sheets_of(merchant).select_related("by"), pk=sheet_id)


def _may_undo(found: CatalogueSpreadsheet, *, at: datetime) -> bool:
    is_recent = found.done_at is not None and at < found.done_at + receive.UNDO_FOR
    return found.state == State.DONE and is_recent and found.brought.exists()


def _counts(found: CatalogueSpreadsheet) -> dict[str, int]:
    """Return how many rows are new, changed, as before, to mend, ready and done. One statement.

    Of those that are ready, ``changing`` change anything.
    """
    rows = found.rows.order_by().values_list("state", "outcome").annotate(n=Count("pk"))
    counted = {(state, outcome): count for state, outcome, count in rows}

    def of(*, state: str = "", outcome: str = "", without: str = "") -> int:
        return sum(
            count for (in_state, as_outcome), count in counted.items()
            if state in ("", in_state) and outcome in ("", as_outcome) and in_state != without
        )  # fmt: skip

    states = {str(state): of(state=state) for state in RowState.values}
    return {
        **{str(one): of(outcome=one, without=RowState.WRONG) for one in Outcome.values}, **states,
        "checked": found.total - states["waiting"], "meant": states["done"] + states["ready"],
        "changing": states["ready"] - of(state=RowState.READY, outcome=Outcome.SAME),
    }  # fmt: skip


def _counted(rows: QuerySet[CatalogueSpreadsheet]) -> QuerySet[CatalogueSpreadsheet]:
    """Add how many products a sheet made or changed."""
    return rows.annotate(products=Count("brought"))


def _shown_changes(rows: Any) -> list[dict[str, Any]]:
    """Return the changes of rows as people read them."""
    names = change_names()
    found = []
    for row in rows:
        for one in row.changes:
            what = one["what"]
            found.append({
                "row": row, "what": names.get(what, what), "is_new": what == "new",
                "before": shown_value(what, one["before"]),
                "after": shown_value(what, one["after"]),
            })  # fmt: skip
    return found
