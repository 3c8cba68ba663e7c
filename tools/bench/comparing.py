"""Puts the shop beside django-oscar, page by page, and says which goals are met."""

from collections.abc import Iterable
from dataclasses import dataclass

from tools.bench import goals
from tools.bench.rounds import Target

HEAD = """\
| against django-oscar | its CPU, ms (statements) | **built anew**: CPU, ms (statements) \
| times cheaper | goal | **as visitors get it**: CPU, ms (statements) | times cheaper | goal |
|---|---:|---:|---:|---|---:|---:|---|
"""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A page of oscar, and of the shop: built anew every time, and as visitors get it."""

    oscar: Target
    anew: Target
    visited: Target

    @property
    def targets(self) -> tuple[Target, ...]:
        """All three."""
        return (self.oscar, self.anew, self.visited)


def comparisons(
    oscar: Iterable[tuple[str, Target]], anew: Iterable[Target], visited: Iterable[Target]
) -> list[Comparison]:
    """Put oscar's pages, each with the name of the page of the shop, beside that page."""
    built, seen = ({target.name: target for target in targets} for targets in (anew, visited))
    return [Comparison(target, built[name], seen[name]) for name, target in oscar]


def table(found: Iterable[Comparison]) -> str:
    """Return the comparison as Markdown."""
    return HEAD + "".join(_row(comparison) for comparison in found)


def _row(found: Comparison) -> str:
    cells = [_name(found), found.oscar.cost]
    for ours in (found.anew, found.visited):
        ratio = found.oscar.ratio(ours)
        shown = "" if ratio is None else f"{ratio:.1f}"
        cells += [ours.cost, shown, goals.of_cheaper(found.oscar.name, ratio)]
    return f"| {' | '.join(cells)} |\n"


def _name(found: Comparison) -> str:
    errors = sum(target.errors for target in found.targets)
    return found.oscar.name + (f", **{errors} errors**" if errors else "")
