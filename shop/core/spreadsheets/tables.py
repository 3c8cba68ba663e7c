"""Tables that people open in their office: CSV and XLSX, safe to open; rows that they send back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import batched
from typing import NamedTuple

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from shop.core.errors import NotPossible
from shop.core.spreadsheets.formulas import as_read, as_text

__all__ = [
    "KINDS", "Cell", "SheetCells", "Table", "WrongSpreadsheetRows", "as_read", "as_text", "sheet",
    "streamed",
]  # fmt: skip

type Cell = str | int | Decimal | datetime | None
type Table = tuple[Sequence[str], Iterable[Sequence[Cell]]]

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
KINDS = tuple(TYPES)
MOST_LETTERS = 31  # in the name of a sheet
ROWS = 200  # that are sent together


class SheetCells(NamedTuple):
    """A row of a sheet: its number there, and its cells by column."""

    number: int
    cells: Mapping[str, str]


class WrongSpreadsheetRows(NotPossible):
    """Nothing was brought in; ``rows`` are the numbers of those that are wrong, and why."""

    def __init__(self, rows: Iterable[tuple[int, str]]) -> None:
        self.rows = sorted(rows)
        super().__init__("Nothing was brought in: mend these rows and send the sheet again.")


def sheet(name: str, kind: str, tables: Mapping[str, Table]) -> HttpResponse:
    """Return tables as a file that is saved under a name and kept by nobody in between.

    Args:
        name: of the file, without its ending.
        kind: one of ``KINDS``; a CSV has room for the first table alone.
        tables: by the names of their sheets.
    """
    content = as_xlsx(tables) if kind == "xlsx" else as_csv(next(iter(tables.values())))
    return _saved(HttpResponse(content, content_type=TYPES[kind]), f"{name}.{kind}")


def streamed(name: str, table: Table) -> StreamingHttpResponse:
    """Return one table as a CSV that is sent while its rows are still being read."""
    answer = StreamingHttpResponse(_parts(table), content_type=TYPES["csv"])
    return _saved(answer, f"{name}.csv")


def as_csv(table: Table) -> bytes:
    """Return one table; spreadsheets know by its first character that it is UTF-8."""
    return b"".join(_parts(table))


def _saved[Answer: HttpResponseBase](answer: Answer, name: str) -> Answer:
    """Let an answer be saved as a file of that name, and be kept by nobody in between."""
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _parts(table: Table) -> Iterator[bytes]:
    head, rows = table
    yield "\N{BYTE ORDER MARK}".encode() + _lines([[as_text(title) for title in head]])
    for part in batched(rows, ROWS):
        yield _lines([_plain(cell) for cell in row] for row in part)


def _lines(rows: Iterable[Sequence[str]]) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue().encode()


def as_xlsx(tables: Mapping[str, Table]) -> bytes:
    """Return a workbook with a sheet for each table; numbers stay numbers."""
    book = Workbook(write_only=True)
    for name, (head, rows) in tables.items():
        page = book.create_sheet(name[:MOST_LETTERS])
        page.freeze_panes = "A2"
        page.append([_bold(page, as_text(title)) for title in head])
        for row in rows:
            page.append([_cell(cell) for cell in row])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _bold(page: object, title: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(page, value=title)
    cell.font = Font(bold=True)
    return cell


def _cell(value: Cell) -> Cell:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None)  # sheets know no zones; the head says UTC
    return as_text(value) if isinstance(value, str) else value


def _plain(value: Cell) -> str:
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d %H:%M:%S}"
    return "" if value is None else as_text(value) if isinstance(value, str) else str(value)
