"""Tables that people open in their office: CSV and XLSX."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from shop.spreadsheets import as_text

type Cell = str | int | Decimal | datetime | None
type Table = tuple[Sequence[str], Iterable[Sequence[Cell]]]

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
MOST_LETTERS = 31  # in the name of a sheet


def as_csv(table: Table) -> bytes:
    """Return one table; spreadsheets know by its first character that it is UTF-8."""
    head, rows = table
    written = io.StringIO()
    sheet = csv.writer(written)
    sheet.writerow(head)
    sheet.writerows([_plain(cell) for cell in row] for row in rows)
    return f"\N{BYTE ORDER MARK}{written.getvalue()}".encode()


def as_xlsx(tables: Mapping[str, Table]) -> bytes:
    """Return a workbook with a sheet for each table."""
    book = Workbook(write_only=True)
    for name, (head, rows) in tables.items():
        sheet = book.create_sheet(name[:MOST_LETTERS])
        sheet.freeze_panes = "A2"
        sheet.append([_bold(sheet, title) for title in head])
        for row in rows:
            sheet.append([_cell(cell) for cell in row])
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def _bold(sheet: object, title: str) -> WriteOnlyCell:
    cell = WriteOnlyCell(sheet, value=title)
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
