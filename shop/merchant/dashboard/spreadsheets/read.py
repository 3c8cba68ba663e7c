"""Reads an uploaded sheet, XLSX or CSV, known by its content: in a child process, within limits."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from shop.core.errors import NotPossible
from shop.core.isolation.run import ChildLimits, Overrun, run_apart
from shop.core.languages import listed
from shop.merchant.dashboard.spreadsheets import child
from shop.merchant.dashboard.spreadsheets.child import MOST_ROWS
from shop.merchant.dashboard.spreadsheets.columns import NEEDED, TYPED, headings, known_headings

MOST_BYTES = 1_000_000
# A thousand full rows take 60 MB and a second.
LIMITS = ChildLimits(memory=256 * 1024 * 1024, seconds=10, answer=8_000_000)
OLD_EXCEL, PDF, BYTE_ORDER = b"\xd0\xcf\x11\xe0", b"%PDF", b"\xff\xfe"

__all__ = ["MOST_BYTES", "MOST_ROWS", "ReadRow", "read_sheet", "refuse_at_once"]


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One filled row: its number in the file, and the text of its cells."""

    number: int
    cells: dict[str, str]


def refuse_at_once(content: bytes) -> None:
    """Refuse a file whose length or first bytes show that it is no sheet; nothing is read of it.

    Raises:
        NotPossible: the text says what to do.
    """
    if len(content) > MOST_BYTES:
        raise NotPossible(_("The file is larger than 1 MB. Divide it into two sheets."))
    if content.startswith((OLD_EXCEL, PDF, b"\x89PNG")) or content[:1] == b"\0":
        raise NotPossible(_no_sheet())


def read_sheet(content: bytes) -> list[ReadRow]:
    """Return the rows that are filled in, as text.

    Raises:
        NotPossible: it is no sheet, too large, or lacks columns; the text says what to do.
    """
    refuse_at_once(content)
    asked = {"known": known_headings(), "needed": NEEDED, "typed": TYPED}
    try:
        answer = run_apart(child.__name__, json.dumps(asked).encode() + b"\n" + content, LIMITS)
    except Overrun as overrun:
        raise NotPossible(_too_much()) from overrun
    told = json.loads(answer)
    if "word" in told:
        raise NotPossible(_sentence(told["word"], told["facts"]))
    return [ReadRow(number, cells) for number, cells in told["rows"]]


def _sentence(word: str, facts: dict[str, Any]) -> str:
    """Return the advice about a sheet that is refused."""
    match word:
        case "columns":
            names = listed(headings()[name] for name in facts["names"])
            text = _("These columns are missing: %(names)s. Begin with the template.")
            return text % {"names": names}
        case "rows":
            return _("A sheet has at most %(count)d filled rows. Divide it into two.") % facts
        case "unfilled":
            return _("No row is filled in: write slot and percentage or price.")
        case "unpacked" | "cells" | "lines":
            return _too_much()
    return _no_sheet()


def _too_much() -> str:
    return _(
        "There is too much in this sheet to read it. Copy the filled rows into a new template, or "
        "save it as CSV, and send that."
    )


def _no_sheet() -> str:
    return _("This is no sheet that can be read. Save it as XLSX or CSV.")
