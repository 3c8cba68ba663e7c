"""Writes what work took in shops of several sizes as Markdown."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from tools.bench import goals
from tools.bench.rounds import NOTHING
from tools.bench.work.doing import Work

KINDS = (
    ("change", "what is written"),
    ("quiet", "round of the beat, nothing changed"),
    ("changed", "round of the beat, after these changes"),
)
SMALL_SECONDS, SMALL_ROWS = 0.05, 5_000
"""What takes less than both in every shop has no row of its own."""


class Shop(NamedTuple):
    """How many products a shop has, and what work took in it."""

    products: int
    works: Sequence[Work]


def tables(shops: Sequence[Shop]) -> str:
    """Return the tables of all kinds of work."""
    return "\n".join(_table(kind, title, shops) for kind, title in KINDS)


def growth(row: Sequence[Work | None]) -> float | None:
    """Return how many times as long work takes in the largest shop as in the smallest."""
    first, last = row[0], row[-1]
    if not first or not last or first.missed or last.missed or not first.seconds:
        return None
    return last.seconds / first.seconds


def _table(kind: str, title: str, shops: Sequence[Shop]) -> str:
    heads = [f"{shop.products:,} products: s (CPU), rows read, written" for shop in shops]
    lines = [
        f"| {title} | {' | '.join(heads)} | times as long | goal |",
        f"|---|{'---:|' * (len(shops) + 1)}---|",
    ]
    rows = list(_rows(kind, shops))
    small = [row for row in rows if kind != "change" and all(_is_small(work) for work in row)]
    lines += [_row(row) for row in rows if row not in small]
    if small:
        names = ", ".join(next(work.name for work in row if work) for row in small)
        lines += [
            "",
            f"Less than {SMALL_SECONDS * 1e3:.0f} ms each and few rows in every shop: {names}.",
        ]
    return "\n".join([*lines, ""])


def _rows(kind: str, shops: Sequence[Shop]) -> Iterator[list[Work | None]]:
    names = dict.fromkeys(work.name for shop in shops for work in shop.works if work.kind == kind)
    for name in names:
        yield [_find(shop.works, kind, name) for shop in shops]


def _find(works: Sequence[Work], kind: str, name: str) -> Work | None:
    return next((work for work in works if (work.kind, work.name) == (kind, name)), None)


def _is_small(work: Work | None) -> bool:
    return bool(
        work and not work.missed and work.seconds < SMALL_SECONDS and work.read < SMALL_ROWS
    )


def _row(row: Sequence[Work | None]) -> str:
    ratio = growth(row)
    times = "" if ratio is None else f"{ratio:.1f}"
    last = row[-1].seconds if row[-1] else 0
    name = next(work.name for work in row if work)
    goal = goals.of_work(ratio, seconds=last) if len(row) > 1 else ""
    return f"| {name} | {' | '.join(map(_cell, row))} | {times} | {goal} |"


def _cell(work: Work | None) -> str:
    if work is None:
        return NOTHING
    if work.missed:
        return f"{NOTHING}: {work.missed[:120].replace('|', '/')}"
    cpu = work.python + work.database
    return f"{work.seconds:.2f} ({cpu:.2f}), {work.read:,}, {work.written:,}"
