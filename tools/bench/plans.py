"""Reads from executed plans how many rows a page's statements look at, and which tables whole."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

LARGE = 50_000
"""Rows of a table that no page may read from one end to the other."""
TOLD = 200  # letters of a statement

type Plan = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a page's statements looked at: entries of indexes and rows of tables, kept or not.

    ``whole`` are large tables that were read from one end to the other. ``statement`` is the one
    that looked at most, ``most_by`` the scan that did, of all. ``missed`` says why it is not known.
    """

    name: str
    rows: int = 0
    whole: tuple[str, ...] = ()
    statement: str = ""
    most_by: str = ""
    missed: str = ""

    def problems(self, most: int | None) -> Iterator[str]:
        """Yield what is wrong with it.

        Args:
            most: rows that it may look at.
        """
        if self.missed:
            yield f"{self.name}: not measured, {self.missed}"
        if most is not None and self.rows > most:
            yield f"{self.name}: {self.rows:,} rows are looked at, {most:,} are allowed"
        for table in self.whole:
            yield f"{self.name}: the large table {table} is read from one end to the other"


def reading(
    name: str, executed: Sequence[tuple[str, Sequence[Plan]]], sizes: Mapping[str, float]
) -> Reading:
    """Return what a page's statements looked at.

    Args:
        executed: each statement with its plans, of which the costliest counts: a prepared one is
            planned for its values first, and later for all.
        sizes: rows of each table.
    """
    costs = [(max(map(rows_of, plans), default=0), text) for text, plans in executed]
    whole = dict.fromkeys(
        table
        for _text, plans in executed
        for plan in plans
        for table in _read_whole(plan)
        if sizes.get(table, 0) >= LARGE
    )
    _rows, text = max(costs, default=(0, ""))
    scans = [node for _text, plans in executed for plan in plans for node in _scans(plan)]
    return Reading(
        name,
        sum(rows for rows, _text in costs),
        tuple(whole),
        " ".join(text.split())[:TOLD],
        _told(max(scans, key=_looked_at)) if scans else "",
    )


def rows_of(plan: Plan) -> int:
    """Return how many rows the scans of an executed plan yielded or threw away, in all loops."""
    return round(sum(map(_looked_at, _scans(plan))))


def _scans(plan: Plan) -> Iterator[Plan]:
    return filter(_is_scan, _nodes(plan))


def _nodes(plan: Plan) -> Iterator[Plan]:
    yield plan
    for below in plan.get("Plans", ()):
        yield from _nodes(below)


def _is_scan(node: Plan) -> bool:
    """Tell whether a node reads from a table or an index, and not from what was read before."""
    is_named = "Relation Name" in node or "Index Name" in node
    return is_named and node["Node Type"].endswith("Scan")


def _looked_at(node: Plan) -> float:
    names = ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Index Recheck")
    return sum(node.get(name, 0) for name in names) * node.get("Actual Loops", 0)


def _told(node: Plan) -> str:
    """Say what a scan is, of what, and how many rows it looked at."""
    of = node.get("Index Name") or node["Relation Name"]
    return f"{node['Node Type']} {of}: {round(_looked_at(node)):,}"


def _read_whole(plan: Plan) -> Iterator[str]:
    """Yield the tables that were read row by row; not those of a branch that never ran.

    A walk that ends early, since it has found enough, does not count as whole.
    """
    for node in _nodes(plan):
        if node["Node Type"] == "Seq Scan" and _looked_at(node) >= LARGE / 2:
            yield node["Relation Name"]
