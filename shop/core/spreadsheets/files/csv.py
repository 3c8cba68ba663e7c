"""Reads the lines of a CSV file: any divider, any of the usual encodings. Knows no Django."""

from __future__ import annotations

import csv
import io
from codecs import getincrementaldecoder
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from shop.core.spreadsheets.files.refusals import SheetLimits, UnusableSheet

DIVIDERS = (";", "\t", ",")
PIECE = 1 << 16
LOOKED_AT = 5  # lines, for what divides them
LONGEST = 1 << 17  # letters of one cell: more is a quotation mark that nobody closed


def lines_of_csv(source: BinaryIO, limits: SheetLimits) -> Iterator[tuple[int, list[str]]]:
    """Yield the lines of a file with their numbers. It is read piece by piece, and twice."""
    encoding = _encoding(source)
    source.seek(0)
    # Not closed with its wrapper, which goes as soon as the lines are read.
    text = io.TextIOWrapper(source, encoding=encoding, newline="")
    csv.field_size_limit(LONGEST)
    number = 0
    try:
        divider = divider_of([text.readline(LONGEST) for _line in range(LOOKED_AT)])
        text.seek(0)
        for number, row in enumerate(csv.reader(text, delimiter=divider), 1):
            if number > limits.lines:
                raise UnusableSheet("lines", most=limits.lines)
            yield number, [cell[: limits.letters] for cell in row[: limits.columns]]
    except csv.Error:
        raise UnusableSheet("quotation mark", row=number + 1) from None
    finally:
        text.detach()


def divider_of(lines: Sequence[str]) -> str:
    """Return what divides cells: what stands most often in one of the first lines.

    A title may stand above the headings.
    """
    return max(DIVIDERS, key=lambda divider: max(line.count(divider) for line in lines))


def _encoding(source: BinaryIO) -> str:
    """Return the first of the usual encodings in which all of a file makes sense."""
    start = source.read(2)
    encodings = ("utf-16",) if start in {b"\xff\xfe", b"\xfe\xff"} else ()
    for encoding in (*encodings, "utf-8-sig", "cp1252"):
        source.seek(0)
        decoder = getincrementaldecoder(encoding)()
        try:
            while piece := source.read(PIECE):
                if "\0" in decoder.decode(piece):
                    raise UnusableSheet("no sheet")
            decoder.decode(b"", final=True)
        except UnicodeError:
            continue
        return encoding
    raise UnusableSheet("no sheet")
