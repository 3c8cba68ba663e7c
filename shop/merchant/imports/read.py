"""Reads the file of a sheet into rows, through a child process, piece by piece."""

from __future__ import annotations

import json
from collections.abc import Iterator
from tempfile import TemporaryFile
from typing import IO, Any

from django.utils.translation import gettext as _

from shop.core.errors import NotPossible
from shop.core.isolation.run import ChildLimits, Overrun, stream_apart
from shop.merchant.imports import child
from shop.merchant.imports.child import MOST_COLUMNS, MOST_ROWS
from shop.merchant.imports.models import CatalogueSpreadsheet, SpreadsheetPiece

MOST_BYTES = 40_000_000
PIECE = 1 << 20
# 50,000 rows of 200 columns take 25 seconds of work. What waits for the database works not.
LIMITS = ChildLimits(memory=768 * 1024 * 1024, seconds=240, answer=400_000_000, patience=3_600)
OLD_EXCEL, PDF, PNG = b"\xd0\xcf\x11\xe0", b"%PDF", b"\x89PNG"

__all__ = ["MOST_BYTES", "MOST_COLUMNS", "MOST_ROWS", "parts_of", "refuse_at_once"]


def refuse_at_once(start: bytes, size: int) -> None:
    """Refuse a file whose length or first bytes show that it is no sheet; nothing is read of it.

    Raises:
        NotPossible: the text says what to do.
    """
    if size > MOST_BYTES:
        text = _("The file is larger than %(count)d MB. Divide it into two sheets.")
        raise NotPossible(text % {"count": MOST_BYTES // 1_000_000})
    if not size or start.startswith((OLD_EXCEL, PDF, PNG)) or start[:1] == b"\0":
        raise NotPossible(no_sheet())


def parts_of(sheet: CatalogueSpreadsheet) -> Iterator[dict[str, Any]]:
    """Yield the headings of a sheet, then its rows, some at a time, as the child sends them.

    Raises:
        NotPossible: it is no sheet, or has too much; the text says what to do. What was yielded
            before is to be thrown away.
    """
    try:
        with TemporaryFile() as file:
            _put_together(sheet, file)
            for part in stream_apart(child.__name__, file, LIMITS):
                told = json.loads(part)
                if "word" in told:
                    raise NotPossible(_sentence(told["word"], told["facts"]))
                yield told
    except Overrun as overrun:
        raise NotPossible(_too_much()) from overrun


def _put_together(sheet: CatalogueSpreadsheet, file: IO[bytes]) -> None:
    pieces = SpreadsheetPiece.objects.filter(sheet=sheet, is_archive=False).order_by("number")
    for content in pieces.values_list("content", flat=True).iterator(chunk_size=1):
        file.write(content)


def _sentence(word: str, facts: dict[str, Any]) -> str:
    """Return the advice about a sheet that is refused."""
    texts = {
        "rows": _("A sheet has at most %(count)d filled rows. Divide it into two."),
        "columns": _("A sheet has at most %(most)d columns. Take away those that say nothing."),
        "headings": _("The first row names the columns. This sheet has no such row."),
        "unfilled": _("Below the headings no row is filled in."),
        "quotation mark": _(
            "In row %(row)d a quotation mark is opened and never closed, so all rows below would "
            "be one cell. Close it or take it away."
        ),
        **dict.fromkeys(("unpacked", "cells", "lines"), _too_much()),
    }
    return texts[word] % facts if word in texts else no_sheet()


def _too_much() -> str:
    return _(
        "There is too much in this sheet to read it. Copy its rows into a new sheet, save that as "
        "CSV, and send it."
    )


def no_sheet() -> str:
    """Say that a file is no sheet."""
    return _("This is no sheet that can be read. Save it as XLSX or CSV.")
