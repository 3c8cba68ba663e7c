"""Bars that lie on their side: names and numbers in, places in the drawing out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shop.reports.report import Figures

MOST = 12
DAYS = 31
WIDTH, LEFT, STEP, THICK = 640, 190, 26, 16
LETTERS = 26


@dataclass(frozen=True, slots=True)
class Bar:
    """One thing: its name as far as there is room, its value, and its place."""

    name: str
    value: int
    y: int
    width: float

    @property
    def base(self) -> int:
        """Return where its words stand."""
        return self.y + THICK - 3

    @property
    def end(self) -> float:
        """Return where its value stands."""
        return round(LEFT + self.width + 6, 1)


@dataclass(frozen=True, slots=True)
class Bars:
    """The largest few, from above to below."""

    rows: tuple[Bar, ...]
    left: int = LEFT
    thick: int = THICK
    width: int = WIDTH

    @property
    def height(self) -> int:
        """Return how tall the drawing is."""
        return max(1, len(self.rows)) * STEP


def bars(rows: Iterable[Figures], key: str, *, by_time: bool = False) -> Bars:
    """Return bars of a column: the largest first, or the last days one after the other."""
    there = list(rows) if by_time else [row for row in rows if row[key]]
    best = there[-DAYS:] if by_time else sorted(there, key=lambda row: -row[key])[:MOST]
    top = max((row[key] for row in best), default=0) or 1
    room = WIDTH - LEFT - 90  # the value stands behind its bar
    return Bars(tuple(
        Bar(_short(row["name"]), row[key], place * STEP + 4, round(row[key] * room / top, 1))
        for place, row in enumerate(best)
    ))  # fmt: skip


def _short(name: str) -> str:
    return name if len(name) <= LETTERS else f"{name[: LETTERS - 1]}…"
