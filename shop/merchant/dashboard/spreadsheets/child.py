"""Reads a sheet in a child process: its columns and the rows that are filled in. Knows no Django.

It is sent the words of the columns, a line's end, and the file; it answers with the rows, or with
the word for why there are none.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping, Sequence

from shop.core.forms.visible_text import seen_only
from shop.core.spreadsheets.files.csv import lines_of_csv
from shop.core.spreadsheets.files.refusals import SheetLimits, UnusableSheet
from shop.core.spreadsheets.files.xlsx import lines_of_xlsx
from shop.core.spreadsheets.formulas import as_read

ZIP = b"PK\x03\x04"
MOST_ROWS = 1_000  # filled in
LONGEST = 300  # letters of one cell
# A thousand filled rows take 700,000 bytes. Words are cleaned before they are cut.
LIMITS = SheetLimits(
    columns=30, lines=10 * MOST_ROWS, letters=2 * LONGEST, cells=60_000, unpacked=2_000_000
)


def answer(sent: bytes) -> bytes:
    """Return the filled rows of a sheet as JSON, or the reason why it cannot be used."""
    head, _end, content = sent.partition(b"\n")
    asked = json.loads(head)
    try:
        told: dict[str, object] = {
            "rows": _filled(content, asked["known"], asked["needed"], asked["typed"])
        }
    except UnusableSheet as refusal:
        told = {"word": refusal.word, "facts": refusal.facts}
    return json.dumps(told, ensure_ascii=False).encode()


def _filled(
    content: bytes, known: Mapping[str, str], needed: Sequence[str], typed: Sequence[str]
) -> list[tuple[int, dict[str, str]]]:
    """Return the rows that are filled in: their numbers and their cells by the names of columns."""
    read = lines_of_xlsx if content.startswith(ZIP) else lines_of_csv
    lines = _cleaned(read(io.BytesIO(content), LIMITS))
    columns = _columns(next(lines, (0, []))[1], known, needed)
    rows = []
    for number, values in lines:
        cells = {name: values[place] for place, name in columns.items() if place < len(values)}
        if any(cells.get(name) for name in typed):
            rows.append((number, cells))
        if len(rows) > MOST_ROWS:
            raise UnusableSheet("rows", count=MOST_ROWS)
    if not rows:
        raise UnusableSheet("unfilled")
    return rows


def _columns(
    first: Sequence[str], known: Mapping[str, str], needed: Sequence[str]
) -> dict[int, str]:
    """Return which column stands at which place."""
    found = {
        place: known[text.casefold()]
        for place, text in enumerate(first[: LIMITS.columns])
        if text.casefold() in known
    }
    if missing := [name for name in needed if name not in found.values()]:
        raise UnusableSheet("columns", names=missing)
    return found


def _cleaned(lines: Iterator[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
    for number, cells in lines:
        yield number, [_clean(cell) for cell in cells]


def _clean(text: str) -> str:
    # Our own sheets mark words that would be taken for a formula.
    words = seen_only(as_read(text[: 2 * LONGEST]), keep="\t\n\r")
    return " ".join(words.split())[:LONGEST]
