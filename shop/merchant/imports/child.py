"""Reads a sheet of products in a child process: its headings, then its rows, some at a time.

It knows no Django, and goes through the file without ever holding all of it. Cells are trimmed
and nothing else: what they mean is asked later.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import batched
from typing import Any, BinaryIO

from shop.core.forms.visible_text import seen_only
from shop.core.spreadsheets.files.csv import DIVIDERS, lines_of_csv
from shop.core.spreadsheets.files.refusals import SheetLimits, UnusableSheet
from shop.core.spreadsheets.files.xlsx import lines_of_xlsx
from shop.core.spreadsheets.formulas import as_read

ZIP = b"PK\x03\x04"
MOST_ROWS = 50_000  # filled in
MOST_COLUMNS = 200
LONGEST = 20_000  # letters of a cell; of one with more, so much is read that it shows
LIMITS = SheetLimits(
    columns=2 * MOST_COLUMNS, lines=4 * MOST_ROWS, letters=LONGEST + 1, cells=12_000_000,
    unpacked=300_000_000,
)  # fmt: skip
PART = 200  # rows that are sent together
LEAST = 3  # columns of a sheet in which a cell can look like rows
GLUED, LONGER = "glued", "longer"
"""What can be wrong with a row as a whole: rows in a cell, or more cells than headings."""


def answers(source: BinaryIO) -> Iterator[bytes]:
    """Yield the headings, then the rows, as JSON; or the reason why the sheet cannot be used."""
    try:
        for part in _parts(source):
            yield json.dumps(part, ensure_ascii=False).encode()
    except UnusableSheet as refusal:
        yield json.dumps({"word": refusal.word, "facts": refusal.facts}).encode()


def _parts(source: BinaryIO) -> Iterator[dict[str, Any]]:
    is_xlsx = source.read(len(ZIP)) == ZIP
    source.seek(0)
    lines = (lines_of_xlsx if is_xlsx else lines_of_csv)(source, LIMITS)
    headings = _headings(lines)
    yield {"headings": headings}
    count = 0
    for rows in batched(_filled(lines, headings), PART):
        count += len(rows)
        if count > MOST_ROWS:
            raise UnusableSheet("rows", count=MOST_ROWS)
        yield {"rows": rows}
    if not count:
        raise UnusableSheet("unfilled")


def _headings(lines: Iterator[tuple[int, list[str]]]) -> list[str]:
    """Return the headings: the first line with more than one word; a title may stand above."""
    for _number, cells in lines:
        found = [_clean(cell)[:100] for cell in cells]
        while found and not found[-1]:
            found.pop()
        if len([cell for cell in found if cell]) > 1:
            if len(found) > MOST_COLUMNS:
                raise UnusableSheet("columns", most=MOST_COLUMNS)
            return found
    raise UnusableSheet("headings")


def _filled(
    lines: Iterator[tuple[int, list[str]]], headings: Sequence[str]
) -> Iterator[tuple[int, list[str], str]]:
    """Yield the rows that say something: number, cells, and what is wrong with them as a whole."""
    width = len(headings)
    for number, cells in lines:
        row = [_clean(cell) for cell in cells]
        if any(row):
            fault = LONGER if any(row[width:]) else GLUED if _is_glued(row, width) else ""
            yield number, row[:width], fault


def _is_glued(row: Sequence[str], width: int) -> bool:
    """Tell whether a cell has rows in it: a quotation mark before them was never closed."""
    if width < LEAST:
        return False
    inside = ((place, line) for place, cell in enumerate(row) for line in cell.split("\n")[1:])
    return any(
        _is_row(line.split(divider), [*row[:place], "", *row[place + 1 :]], width)
        for place, line in inside for divider in DIVIDERS
    )  # fmt: skip


def _is_row(parts: Sequence[str], beside: Sequence[str], width: int) -> bool:
    """Tell whether a line of a cell looks like a row, and not like prose or a list.

    It has as many parts as there are headings, numbers where the row itself has some, words where
    it has words, and no blank after most of its dividers. Codes are either.
    """
    if len(parts) < width or 2 * sum(part[:1].isspace() for part in parts[1:]) >= width:
        return False
    pairs = [(own, part) for own, part in zip(beside, parts, strict=False) if own and part.strip()]
    if not all(_is_number(part) for own, part in pairs[1:] if _is_number(own)):
        return False
    words = [part for own, part in pairs if not _is_number(own)]
    return not words or 2 * sum(map(_is_number, words)) < len(words)


def _is_number(text: str) -> bool:
    return any(map(str.isdigit, text)) and not any(map(str.isalpha, text))


def _clean(text: str) -> str:
    """Return what can be seen of a cell. Sheets of ours mark what would be taken for a formula."""
    words = seen_only(as_read(text), keep="\t\n\r")
    return words.replace("\r\n", "\n").replace("\r", "\n").strip()
