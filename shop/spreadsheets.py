"""Sheets that people open in their office: what is written into their cells, and their files."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from io import BytesIO

from django.http import HttpResponse
from openpyxl import Workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
KINDS = ("csv", "xlsx")

# A cell that begins so would be taken for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def as_text(value: object) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def sheet(name: str, kind: str, rows: Iterable[Sequence[object]]) -> HttpResponse:
    """Return rows as a file to be kept: numbers stay numbers, and no words become a formula.

    Args:
        name: of the file, without its ending.
        kind: one of ``KINDS``.
    """
    safe = ([_cell(value) for value in row] for row in rows)
    if kind == "xlsx":
        answer = HttpResponse(_workbook(safe), content_type=XLSX)
    else:
        answer = HttpResponse(content_type="text/csv; charset=utf-8")
        answer.write("\N{BYTE ORDER MARK}")  # spreadsheets take the file for UTF-8 then
        csv.writer(answer).writerows(safe)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.{kind}"'
    return answer


def _cell(value: object) -> object:
    if value is None:
        return ""
    return as_text(value) if isinstance(value, str) else value


def _workbook(rows: Iterable[Sequence[object]]) -> bytes:
    book = Workbook(write_only=True)
    page = book.create_sheet()
    for row in rows:
        page.append(row)
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()
