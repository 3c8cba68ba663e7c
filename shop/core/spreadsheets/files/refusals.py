"""The faults and the limits of sheets, for the child processes that read them. Knows no Django."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


class UnusableSheet(Exception):
    """A sheet that cannot be used: a word for why, and the facts of its sentence."""

    def __init__(self, word: str, **facts: Any) -> None:
        super().__init__(word)
        self.word, self.facts = word, facts


@dataclass(frozen=True, slots=True)
class SheetLimits:
    """What is read of a sheet at the most: columns, lines, letters of a cell.

    Of an XLSX file also its cells, and the bytes of it once it is unpacked.
    """

    columns: int
    lines: int
    letters: int
    cells: int
    unpacked: int
