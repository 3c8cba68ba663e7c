"""Draws a small chart of bars on the server: numbers in, places in the drawing out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

WIDTH, HEIGHT = 640, 180
LEFT, BOTTOM, TOP = 36, 150, 15
STEPS = 4
GAP = 5.0
ROUND = (1, 2, 5)


@dataclass(frozen=True, slots=True)
class DayBar:
    """One day: its count, the place and the height of its bar, and whether it is named."""

    day: date
    count: int
    x: float
    y: float
    width: float
    height: float
    is_last: bool
    is_named: bool

    @property
    def middle(self) -> float:
        """Return the x coordinate of the day's name."""
        return round(self.x + self.width / 2, 1)


@dataclass(frozen=True, slots=True)
class ChartLine:
    """A level with its number."""

    value: int
    y: float


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars from left to right with the levels behind them."""

    bars: tuple[DayBar, ...]
    lines: tuple[ChartLine, ...]

    @property
    def total(self) -> int:
        """Return the sum of all bars."""
        return sum(bar.count for bar in self.bars)


def chart(counts: Sequence[tuple[date, int]]) -> Chart:
    """Return the chart of a count for each day; the last day stands out."""
    top = _ceiling(max((count for _, count in counts), default=0))
    step = (WIDTH - LEFT) / max(1, len(counts))
    scale = (BOTTOM - TOP) / top
    last = len(counts) - 1
    bars = tuple(
        DayBar(
            day=day,
            count=count,
            x=round(LEFT + GAP / 2 + step * place, 1),
            y=round(BOTTOM - count * scale, 1),
            width=round(step - GAP, 1),
            height=round(count * scale, 1),
            is_last=place == last,
            is_named=(last - place) % 2 == 0,
        )
        for place, (day, count) in enumerate(counts)
    )
    levels = [top * level // STEPS for level in range(STEPS + 1)]
    return Chart(
        bars, tuple(ChartLine(value, round(BOTTOM - value * scale, 1)) for value in levels)
    )


def _ceiling(most: int) -> int:
    """Return a round number that the bars do not pass and that four divides."""
    size = 1
    while True:
        for figure in ROUND:
            if most <= figure * size * STEPS:
                return figure * size * STEPS
        size *= 10
