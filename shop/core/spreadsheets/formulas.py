"""Cells of sheets that no spreadsheet takes for a formula, and back again."""

from __future__ import annotations

import re

# Where a program may see the beginning of a formula: at the start of a cell, and behind whatever
# it may take for the end of one, since sheets are divided by ";" in half the world and quotation
# marks then do not stand where they mean something. Plus and minus behind a divider and a blank
# are left alone: "Red, -20 %" is plain text, and no program reads a formula there.
FORMULA = re.compile(
    r"""((?:^|[;,\t\r\n])[ "]*)('*)(?=[=@\uff1d\uff0b\uff0d\uff20])"""
    r"""|(^[ "]*|[;,\t\r\n]"*)('*)(?=[+-])"""
    r"""|(^)('*)(?=[\t\r\n])"""
)


def as_text(value: object) -> str:
    """Return a cell that no spreadsheet takes for a formula: with an apostrophe before each."""
    return FORMULA.sub(lambda found: f"{_where(found)}{_marks(found)}'", str(value))


def as_read(text: str) -> str:
    """Return the text that ``as_text`` was given."""
    return FORMULA.sub(lambda found: f"{_where(found)}{_marks(found)[1:]}", text)


def _where(found: re.Match[str]) -> str:
    return next(part for part in found.group(1, 3, 5) if part is not None)


def _marks(found: re.Match[str]) -> str:
    return next(part for part in found.group(2, 4, 6) if part is not None)
