"""Reads an uploaded sheet, XLSX or CSV, known by its content. Nothing in it is run or trusted."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from django.utils.translation import gettext as _
from openpyxl import load_workbook

from shop.errors import NotPossible
from shop.spreadsheets import as_read
from shop.workspace.fields import seen_only
from shop.workspace.sheets.columns import NEEDED, TYPED, headings, known_headings

MOST_ROWS = 1_000
MOST_BYTES = 1_000_000
MOST_UNPACKED = 20_000_000  # bytes; a small file can unpack to gigabytes
MOST_PARTS = 200  # files inside an XLSX file
MOST_COLUMNS = 30
LONGEST = 300  # letters of one cell
ZIP, OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One filled row: its number in the file, and what stood in its cells."""

    number: int
    cells: dict[str, str]


def read_sheet(file: BinaryIO) -> list[ReadRow]:
    """Return the rows that are filled in, as text.

    Raises:
        NotPossible: it is no sheet, too large, or lacks columns; the text says what to do.
    """
    content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise NotPossible(_("The file is larger than 1 MB. Divide it into two sheets."))
    lines = iter(_lines_of_xlsx(content) if content.startswith(ZIP) else _lines_of_csv(content))
    columns = _columns(next(lines, (0, []))[1])
    rows = []
    for number, values in lines:
        cells = {name: values[place] for place, name in columns.items() if place < len(values)}
        if any(cells.get(name) for name in TYPED):
            rows.append(ReadRow(number, cells))
        if len(rows) > MOST_ROWS:
            text = _("A sheet has at most %(count)d filled rows. Divide it into two.")
            raise NotPossible(text % {"count": MOST_ROWS})
    if not rows:
        raise NotPossible(_("No row is filled in: write slot and percentage or price."))
    return rows


def _columns(first: Sequence[str]) -> dict[int, str]:
    """Return which column stands at which place."""
    known = known_headings()
    found = {
        place: known[text.casefold()]
        for place, text in enumerate(first[:MOST_COLUMNS])
        if text.casefold() in known
    }
    missing = [headings()[name] for name in NEEDED if name not in found.values()]
    if missing:
        text = _("These columns are missing: %(names)s. Begin with the template.")
        raise NotPossible(text % {"names": ", ".join(missing)})
    return found


def _lines_of_csv(content: bytes) -> Iterator[tuple[int, list[str]]]:
    if content.startswith((OLD_EXCEL, b"%PDF")) or b"\0" in content.removeprefix(b"\xff\xfe")[:1:]:
        raise _no_sheet()
    text = _decoded(content)
    first = text.partition("\n")[0]
    divider = max((";", "\t", ","), key=first.count)
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text), delimiter=divider), 1):
            yield number, [_clean(cell) for cell in row[:MOST_COLUMNS]]
    except csv.Error:
        raise _no_sheet() from None


def _decoded(content: bytes) -> str:
    encodings = ("utf-16",) if content.startswith((b"\xff\xfe", b"\xfe\xff")) else ()
    for encoding in (*encodings, "utf-8-sig", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeError:
            continue
        if "\0" in text:
            break
        return text
    raise _no_sheet()


def _lines_of_xlsx(content: bytes) -> list[tuple[int, list[str]]]:
    _refuse_bomb(content)
    try:
        book = load_workbook(io.BytesIO(content), read_only=True, keep_links=False)
        sheet = book.worksheets[0]
        rows = sheet.iter_rows(max_row=10 * MOST_ROWS, max_col=MOST_COLUMNS, values_only=True)
        return [(number, [_written(cell) for cell in row]) for number, row in enumerate(rows, 1)]
    except Exception:  # noqa: BLE001 (a file made to hurt makes the library raise whatever it likes)
        raise _no_sheet() from None


def _refuse_bomb(content: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            parts = package.infolist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        raise _no_sheet() from None
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise _no_sheet()


def _written(value: object) -> str:
    """Return a cell as somebody would type it: 15 and not 15.0."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return _clean(str(value))


def _clean(text: str) -> str:
    # Our own sheets mark words that would be taken for a formula.
    return " ".join(seen_only(as_read(text), keep="\t\n\r").split())[:LONGEST]


def _no_sheet() -> NotPossible:
    return NotPossible(_("This is no sheet that can be read. Save it as XLSX or CSV."))
