"""Keeps the figures of a run for machines to read: the budgets are held against them."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from tools.bench.budget import LAST
from tools.bench.report import Outcome
from tools.bench.rounds import Target


def write(outcome: Outcome) -> None:
    """Write the figures beside the budgets."""
    LAST.write_text(json.dumps(figures(outcome), indent=1, ensure_ascii=False) + "\n")


def figures(outcome: Outcome) -> dict[str, Any]:
    """Return the CPU of all pages by name in ms, and what else was measured.

    What was not measured is null.
    """
    return {
        "date": outcome.facts.get("Date", ""),
        "yardstick": _cpu(outcome.cards),
        "cpu": {name: _cpu(target) for name, target in _named(outcome)},
        "rows looked at": {found.name: found.rows for found in outcome.readings},
        "work": {
            f"{size.products}": [asdict(work) for work in size.works]
            for size in outcome.sizes
            if size.works
        },
    }


def _named(outcome: Outcome) -> Iterator[tuple[str, Target]]:
    for target in (*outcome.cold, *outcome.personal, *outcome.desk):
        yield target.name, target
    for target in outcome.warm:
        yield f"{target.name}, from the kept copy", target
    for size in outcome.sizes[1:]:
        for target in (*size.cold, *size.desk):
            yield f"{target.name}, with {size.products:,} products", target


def _cpu(target: Target) -> float | None:
    median = target.median(lambda turn: turn.cpu)
    return None if median is None else round(median, 3)
