"""Meanings and synonyms from a sheet, with the columns that their lists give away."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from cms.admin.permissions import needs
from cms.admin.screens import show
from cms.admin.search import meanings, synonyms
from shop import clock
from shop.accounts.requests import SignedIn
from shop.errors import NotPossible
from shop.forms.visible_text import seen_only
from shop.spreadsheets import as_read
from shop.storefront.search_words.bulk import (
    Brought,
    SheetCells,
    WrongSheetRows,
    bring_meanings,
    bring_synonyms,
)

MOST_BYTES, MOST_ROWS = 2_000_000, 10_000
MOST_COLUMNS = 30
SHOWN = 50  # rows that are wrong
NO_SHEET = "This is no sheet that can be read. Save it as “CSV UTF-8” and send that."


@require_http_methods(["GET", "HEAD", "POST"])
@needs("add_meaning")
def of_meanings(request: SignedIn) -> HttpResponse:
    """Bring meanings in."""
    return _bring(request, bring_meanings, "meaning", meanings.HEADINGS)


@require_http_methods(["GET", "HEAD", "POST"])
@needs("add_synonym")
def of_synonyms(request: SignedIn) -> HttpResponse:
    """Bring synonyms in."""
    return _bring(request, bring_synonyms, "synonym", synonyms.HEADINGS)


def read_rows(content: bytes, headings: Mapping[str, str]) -> list[SheetCells]:
    """Return the filled rows of a sheet, with their numbers in it.

    Args:
        headings: names of the columns as people read them, by what they hold.

    Raises:
        NotPossible: it is no sheet, too large, or lacks a column; the text says what to do.
    """
    if len(content) > MOST_BYTES:
        raise NotPossible("The file is larger than 2 MB. Divide it into two sheets.")
    lines = _lines(_decoded(content))
    places = _places(next(lines, []), headings)
    found = []
    for number, line in enumerate(lines, start=2):
        cells = {name: _cell(line, place) for name, place in places.items()}
        if any(cells.values()):
            found.append(SheetCells(number, cells))
        if len(found) > MOST_ROWS:
            raise NotPossible(f"A sheet has {MOST_ROWS:,} rows at most. Divide it into two.")
    if not found:
        raise NotPossible("No row is filled in. Write one below the headings.")
    return found


def _bring(
    request: SignedIn, bring: Callable[..., Brought[Any]], name: str, headings: Mapping[str, str]
) -> HttpResponse:
    list_of = f"desk_{name}s:index"
    refused, rows = "", []
    if request.method == "POST":
        try:
            content = content_of(request.FILES.get("sheet"))
            read = read_rows(content, headings)
            brought = bring(read, at=clock.moment_of(request), by=request.user)
        except WrongSheetRows as bad:
            refused, rows = str(bad), bad.rows
        except NotPossible as refusal:
            refused = str(refusal)
        else:
            messages.success(request, _told(brought))
            return redirect(list_of)
    title = f"Bring in {name}s"
    return show(
        request, "word_sheet.html", title, trail=[(reverse(list_of), f"{name.capitalize()}s")],
        icon="upload", status=422 if refused else 200, headings=headings.values(), name=name,
        most=f"{MOST_ROWS:,}", refused=refused, rows=rows[:SHOWN], more=len(rows[SHOWN:]),
    )  # fmt: skip


def content_of(file: UploadedFile[Any] | None) -> bytes:
    """Return the bytes of a sheet that was sent.

    Raises:
        NotPossible: there is none, or it cannot be read.
    """
    if file is None:
        raise NotPossible("Choose a sheet first. It has to be smaller than 2 MB.")
    try:
        return file.read(MOST_BYTES + 1)
    except OSError as error:
        raise NotPossible("There is no room to keep files at the moment. Try later.") from error


def _told(brought: Brought[Any]) -> str:
    counts = f"{brought.added:,} added, {brought.changed:,} changed"
    return f"Brought in: {counts}, {brought.same:,} as they were. The search knows them."


def _decoded(content: bytes) -> str:
    is_wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        text = content.decode("utf-16" if is_wide else "utf-8-sig")
    except UnicodeError:
        raise NotPossible(NO_SHEET) from None
    if "\0" in text:
        raise NotPossible(NO_SHEET)
    return text


def _lines(text: str) -> Iterator[list[str]]:
    first = text.partition("\n")[0]
    divider = max((",", ";", "\t"), key=first.count)
    try:
        for line in csv.reader(io.StringIO(text, newline=""), delimiter=divider):
            yield line[:MOST_COLUMNS]
    except csv.Error:
        raise NotPossible(NO_SHEET) from None


def _places(head: list[str], headings: Mapping[str, str]) -> dict[str, int]:
    """Return the place of each column, by name."""
    titles = [" ".join(title.split()).casefold() for title in head]
    lacking = [title for title in headings.values() if title.casefold() not in titles]
    if lacking:
        names = ", ".join(f"“{title}”" for title in lacking)
        raise NotPossible(f"The first row lacks {names}. Take the list away and begin with that.")
    return {name: titles.index(title.casefold()) for name, title in headings.items()}


def _cell(line: list[str], place: int) -> str:
    """Return a cell without the mark that keeps spreadsheets from taking it for a formula."""
    text = line[place] if place < len(line) else ""
    return " ".join(seen_only(as_read(text), keep="\t\n\r").split())
