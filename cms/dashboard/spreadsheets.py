"""Sheets that come back to the desk: read within limits, and used whole or not at all."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from shop.core.errors import NotPossible
from shop.core.forms.visible_text import seen_only
from shop.core.spreadsheets.tables import SheetCells, WrongSpreadsheetRows, as_read
from shop.people.accounts.requests import SignedIn

MOST_BYTES, MOST_ROWS = 2_000_000, 10_000
MOST_COLUMNS = 30
SHOWN = 50  # rows that are wrong
NO_SHEET = "This is no sheet that can be read. Save it as “CSV UTF-8” and send that."


def bring_in[Brought](
    request: SignedIn, headings: Mapping[str, str], use: Callable[[list[SheetCells]], Brought]
) -> tuple[Brought | None, dict[str, Any]]:
    """Use the sheet of a post; return what came of it, and what its page tells.

    Args:
        use: takes the filled rows. It refuses them whole, with a ``NotPossible``.
    """
    brought, refused, rows = None, "", []
    if request.method == "POST":
        try:
            brought = use(read_rows(content_of(request.FILES.get("sheet")), headings))
        except NotPossible as refusal:
            refused = str(refusal)
            rows = refusal.rows if isinstance(refusal, WrongSpreadsheetRows) else []
    return brought, {
        "headings": headings.values(), "refused": refused, "rows": rows[:SHOWN],
        "more": len(rows[SHOWN:]), "status": 422 if refused else 200,
    }  # fmt: skip


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
