"""Looks for formulas in files as programs do that divide lines at whatever they were told."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

from openpyxl import load_workbook

EVIL = "x;=A(1),@B(2)\t\uff1d1;+c|' /C d'!A0"
NUMBER = re.compile(r"[+-]?[0-9][0-9., :%]*\"?")


def formulas(answer: object, seen: list[str] | None = None) -> list[str]:
    """Return what some program would take for a formula in a CSV or XLSX that was answered.

    ``seen`` is given the text of the sheet.
    """
    content = answer.getvalue()
    said = [] if seen is None else seen
    if content.startswith(b"PK"):
        book = load_workbook(io.BytesIO(content))
        cells = [cell for page in book.worksheets for row in page.iter_rows() for cell in row]
        said.append("\n".join(str(cell.value) for cell in cells))
        return [str(cell.value) for cell in cells if cell.data_type == "f" or _is(cell.value)]
    text = content.decode("utf-8-sig")
    said.append(text)
    return [part for divider in ";,\t" for part in _parts(text, divider) if _is(part)]


def _parts(text: str, divider: str) -> Iterator[str]:
    for line in re.split("[\r\n]+", text):
        yield from line.split(divider)


def _is(value: object) -> bool:
    part = value.lstrip(' "') if isinstance(value, str) else ""
    return part.startswith(tuple("=@+-＝＋－＠\t\r\n")) and not NUMBER.fullmatch(part)
