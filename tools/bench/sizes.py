"""The same pages in shops of several sizes, and what their statements look at in the largest."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tools.bench import goals, preparing
from tools.bench.load import Request
from tools.bench.plans import Reading
from tools.bench.rounds import Target
from tools.bench.servers import NotMeasured
from tools.bench.work.doing import Work


@dataclass(slots=True)
class Size:
    """A shop with so many products: its pages, and the work that was done on a copy of it.

    ``cold`` pages are built anew with everything that is in them, ``counted`` ones with the counts
    of products kept, ``desk`` ones are lists of the desks.
    """

    products: int
    cold: list[Target] = field(default_factory=list)
    counted: list[Target] = field(default_factory=list)
    desk: list[Target] = field(default_factory=list)
    works: list[Work] = field(default_factory=list)

    @property
    def targets(self) -> list[Target]:
        """All its pages."""
        return [*self.cold, *self.counted, *self.desk]


def growth(title: str, rows: Sequence[Sequence[Target]], products: Sequence[int]) -> str:
    """Return a table of pages in shops of all sizes, the smallest first."""
    heads = [f"CPU, ms, with {count:,} products" for count in products]
    lines = [
        f"| {title} | {' | '.join(heads)} | times as much | goal |",
        f"|---|{'---:|' * (len(products) + 1)}---|",
    ]
    for row in rows:
        ratio = row[-1].ratio(row[0])
        times = "" if ratio is None else f"{ratio:.2f}"
        cells = (row[0].name, *map(_cpu, row), times, goals.of_growth(row[0].name, ratio))
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def side_by_side(shops: Sequence[Sequence[Target]]) -> list[list[Target]]:
    """Return the pages that all shops have, each with those of the same name beside it."""
    named = [{target.name: target for target in targets} for targets in shops]
    return [[pages[name] for pages in named] for name in named[0] if all(name in p for p in named)]


def look_at(
    pages: Sequence[tuple[str, Sequence[Request]]], environment: Mapping[str, str], folder: Path
) -> list[Reading]:
    """Return what the statements of pages look at; of several addresses the first counts.

    Args:
        environment: with the database; no page may be kept.
        folder: for the list of pages.
    """
    file = folder / "pages.json"
    asked = [
        {"name": name, "path": requests[0].path, "cookie": requests[0].cookie}
        for name, requests in pages
    ]
    file.write_text(json.dumps(asked))
    found: list[Reading] = []
    try:
        around = {**environment, **preparing.AS_WEB}
        for said in preparing.ask(around, "explain_bench", str(file)):
            found.append(Reading(**said | {"whole": tuple(said["whole"])}))
    except (NotMeasured, OSError) as reason:
        names = [name for name, _requests in pages[len(found) :]]
        found += [Reading(name, missed=str(reason)) for name in names]
    return found


def problems(readings: Sequence[Reading]) -> list[str]:
    """Say which pages look at more than they may, and which read a large table whole."""
    return [text for found in readings for text in found.problems(goals.MOST_READ.get(found.name))]


def read_table(readings: Sequence[Reading], products: int) -> str:
    """Return what pages of the largest shop look at as Markdown."""
    lines = [
        f"| page, with {products:,} products | rows looked at | at most | most by | read whole |",
        "|---|---:|---:|---|---|",
        *_read_rows(readings),
    ]
    return "\n".join([*lines, ""])


def _read_rows(readings: Sequence[Reading]) -> Iterator[str]:
    for found in readings:
        most = goals.MOST_READ.get(found.name)
        is_much = most is not None and found.rows > most
        rows = f"**{found.rows:,}**" if is_much else f"{found.rows:,}"
        cells = (
            found.name,
            f"not measured: {found.missed}" if found.missed else rows,
            "" if most is None else f"{most:,}",
            found.most_by,
            ", ".join(f"**{table}**" for table in found.whole),
        )
        yield f"| {' | '.join(cells)} |"


def _cpu(target: Target) -> str:
    return target.cost.partition(" (")[0]
