"""Draws charts of bars on the server: names and numbers in, places in the drawing out.

All are written by ``components/chart.html``, beside a table that says the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

WIDTH, HEIGHT = 640, 180
LEFT, BOTTOM, TOP = 36, 150, 15
STEPS = 4
GAP = 5.0
ROUND = (1, 2, 5)

# Bars that lie on their side: how many, and how far apart.
MOST = 12
NAMES, STEP, THICK = 190, 26, 16
VALUES = 90  # room for the value behind its bar
LETTERS = 26


@dataclass(frozen=True, slots=True)
class ChartText:
    """Words in a drawing, and on which side of their place they end."""

    text: str
    x: float
    y: float
    anchor: str


@dataclass(frozen=True, slots=True)
class ChartBar:
    """One thing: its key, its value, its rectangle and the words beside it."""

    key: Any
    value: int
    x: float
    y: float
    width: float
    height: float
    texts: tuple[ChartText, ...] = ()
    is_last: bool = False


@dataclass(frozen=True, slots=True)
class ChartLine:
    """A level with its number."""

    value: int
    y: float


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars with the levels behind them, if they stand."""

    bars: tuple[ChartBar, ...]
    lines: tuple[ChartLine, ...] = ()
    height: int = HEIGHT
    width: int = WIDTH
    left: int = LEFT

    @property
    def total(self) -> int:
        """Return the sum of all bars."""
        return sum(bar.value for bar in self.bars)


def columns(counts: Sequence[tuple[Any, int]], *, name: Callable[[Any], str]) -> Chart:
    """Return standing bars, one for each count in its order; the last one stands out.

    Args:
        counts: of days or hours.
        name: writes a day or an hour, for every second bar.
    """
    top = _ceiling(max((count for _, count in counts), default=0))
    step = (WIDTH - LEFT) / max(1, len(counts))
    scale = (BOTTOM - TOP) / top
    last = len(counts) - 1
    bars = []
    for place, (key, count) in enumerate(counts):
        x, width = round(LEFT + GAP / 2 + step * place, 1), round(step - GAP, 1)
        named = ChartText(name(key), round(x + width / 2, 1), BOTTOM + 20, "middle")
        bars.append(
            ChartBar(
                key=key,
                value=count,
                x=x,
                y=round(BOTTOM - count * scale, 1),
                width=width,
                height=round(count * scale, 1),
                texts=(named,) if (last - place) % 2 == 0 else (),
                is_last=place == last,
            )
        )
    levels = [top * level // STEPS for level in range(STEPS + 1)]
    lines = (ChartLine(value, round(BOTTOM - value * scale, 1)) for value in levels)
    return Chart(tuple(bars), tuple(lines))


def rows(values: Iterable[tuple[str, int]], *, write: Callable[[int], str]) -> Chart:
    """Return lying bars from above to below, each between its name and its value.

    Args:
        write: writes a value.
    """
    there = list(values)
    top = max((value for _, value in there), default=0) or 1
    room = WIDTH - NAMES - VALUES
    bars = []
    for place, (name, value) in enumerate(there):
        y, width = place * STEP + 4, round(value * room / top, 1)
        base = y + THICK - 3
        texts = (
            ChartText(_short(name), NAMES - 8, base, "end"),
            ChartText(write(value), round(NAMES + width + 6, 1), base, "start"),
        )
        bars.append(ChartBar(name, value, NAMES, y, width, THICK, texts))
    return Chart(tuple(bars), height=max(1, len(bars)) * STEP)


def largest(values: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    """Return the largest few of values that are not nothing."""
    there = [pair for pair in values if pair[1]]
    return sorted(there, key=lambda pair: -pair[1])[:MOST]


def _ceiling(most: int) -> int:
    """Return a round number that the bars do not pass and that four divides."""
    size = 1
    while True:
        for figure in ROUND:
            if most <= figure * size * STEPS:
                return figure * size * STEPS
        size *= 10


def _short(name: str) -> str:
    return name if len(name) <= LETTERS else f"{name[: LETTERS - 1]}…"
