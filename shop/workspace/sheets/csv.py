"""Reads the lines of a CSV file: any divider, any of the usual encodings. Knows no Django."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from shop.workspace.sheets.refusals import MOST_COLUMNS, MOST_LINES, UnusableSheet


def lines_of_csv(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines of a file with their numbers."""
    text = _decoded(content)
    first = text.partition("\n")[0]
    divider = max((";", "\t", ","), key=first.count)
    try:
        for number, row in enumerate(csv.reader(io.StringIO(text), delimiter=divider), 1):
            if number > MOST_LINES:
                raise UnusableSheet("lines", most=MOST_LINES)
            yield number, row[:MOST_COLUMNS]
    except csv.Error:
        raise UnusableSheet("no sheet") from None


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
    raise UnusableSheet("no sheet")
