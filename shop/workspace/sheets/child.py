"""Reads a sheet in a child process: its columns and the rows that are filled in. Knows no Django.

It is sent the words of the columns, a line's end, and the file; it answers with the rows, or with
the word for why there are none.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence

from shop.forms.visible_text import seen_only
from shop.formulas import as_read
from shop.workspace.sheets.csv import lines_of_csv
from shop.workspace.sheets.refusals import LONGEST, MOST_COLUMNS, MOST_ROWS, UnusableSheet
from shop.workspace.sheets.xlsx import lines_of_xlsx

ZIP = b"PK\x03\x04"


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
    lines = _cleaned(lines_of_xlsx(content) if content.startswith(ZIP) else lines_of_csv(content))
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
        for place, text in enumerate(first[:MOST_COLUMNS])
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
