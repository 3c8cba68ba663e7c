"""Holds the last written run against the CPU that pages may take: ``python -m tools.bench.budget``.

Budgets were measured on some machine at some hour. A yardstick that was measured with them, a page
with 24 cards and nothing else, says how much slower or faster the machine was in the last run.
"""

import json
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
BUDGET, LAST = HERE / "budget.toml", HERE / "last.json"
PERCENT, MILLISECONDS = 15, 0.3
"""So much more than its budget a page may take: measuring is no more exact than that."""
HEAD = """\
# CPU in milliseconds that an answer may take of web server and database together, as measured
# together with the yardstick. `python -m tools.bench --budget` lowers it; people alone raise it.
"""

type Figures = Mapping[str, Any]


def main() -> int:
    """Say which pages are slower than they may be, and return the exit code."""
    found = list(slower(json.loads(LAST.read_text()), tomllib.loads(BUDGET.read_text())))
    sys.stdout.writelines(f"{line}\n" for line in found)
    return 1 if found else 0


def slower(last: Figures, budget: Figures) -> Iterator[str]:
    """Yield a sentence for each page of a run that took more than it may.

    Args:
        last: what ``record.figures`` returned.
        budget: what stands in the file of budgets.
    """
    if not last["yardstick"]:
        yield "The yardstick was not measured in the last run: it says nothing of any page."
        return
    pace = last["yardstick"] / budget["yardstick"]
    for name, most in budget["cpu"].items():
        took = last["cpu"].get(name)
        allowed = most * pace * (1 + PERCENT / 100) + MILLISECONDS
        if took is not None and took > allowed:
            yield (
                f"{name}: {took:.2f} ms of CPU in the last run, {allowed:.2f} are allowed"
                f" (its budget of {most:.2f} on a machine {pace:.2f} times as slow)"
            )


def lower(last: Figures) -> str:
    """Lower the budgets of what has become cheaper, add what is new, and say what was done.

    A run in which anything was too slow lowers nothing.
    """
    known = tomllib.loads(BUDGET.read_text())
    if late := list(slower(last, known)):
        return "\n".join(["No budget is lowered:", *late])
    budget = lowered(last, known)
    BUDGET.write_text(_written(budget))
    changed = sum(known["cpu"].get(name) != most for name, most in budget["cpu"].items())
    return f"{changed} budgets are lowered or new."


def lowered(last: Figures, budget: Figures) -> dict[str, Any]:
    """Return budgets at their own pace: new ones, and lower ones of what became clearly cheaper.

    Followed at every turn of luck they would end below what pages take on a usual day.
    """
    pace = last["yardstick"] / budget["yardstick"]
    found = {name: took / pace for name, took in last["cpu"].items() if took is not None}
    for name, most in budget["cpu"].items():
        if found.get(name, most) > most * (1 - PERCENT / 100):
            found[name] = most
    return {"yardstick": budget["yardstick"], "cpu": found}


def _written(budget: Figures) -> str:
    lines = [f"{json.dumps(name)} = {most:.2f}" for name, most in sorted(budget["cpu"].items())]
    return f"{HEAD}yardstick = {budget['yardstick']:.2f}\n\n[cpu]\n" + "\n".join([*lines, ""])


if __name__ == "__main__":
    sys.exit(main())
