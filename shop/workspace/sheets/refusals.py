"""The faults of a sheet, as the child process that reads it says them. Knows no Django."""

from __future__ import annotations

from typing import Any


class UnusableSheet(Exception):
    """A sheet that cannot be used: a word for why, and the facts of its sentence."""

    def __init__(self, word: str, **facts: Any) -> None:
        super().__init__(word)
        self.word, self.facts = word, facts


MOST_ROWS = 1_000  # filled in
MOST_LINES = 10 * MOST_ROWS  # looked at
MOST_COLUMNS = 30
LONGEST = 300  # letters of one cell
