"""Writes the outcome as Markdown."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path

from tools.bench import earlier, sizes
from tools.bench.earlier import Earlier
from tools.bench.flash_sale import SHOPPERS, UNITS, Sale
from tools.bench.plans import Reading
from tools.bench.rounds import Target
from tools.bench.sizes import Size
from tools.bench.work import table as work

PAGE = Path(__file__).resolve().parents[2] / "docs/reference/performance.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
HEAD = (
    "\n| {} | per second | median, ms | CPU, ms: Python + database | statements "
    "| HTML, kB (sent) | × hello | × cards |\n|---|---:|---:|---:|---:|---:|---:|---:|\n"
)


@dataclass(slots=True)
class Outcome:
    """Everything that was measured.

    ``sizes`` are shops with ever more products, the first one the sample; there are none if no
    other was asked for. ``readings`` are of the largest.
    ``missed`` says what was not measured at all, each with the reason.
    """

    facts: dict[str, str]
    limits: list[Target]
    cold: list[Target] = field(default_factory=list)
    warm: list[Target] = field(default_factory=list)
    personal: list[Target] = field(default_factory=list)
    desk: list[Target] = field(default_factory=list)
    sizes: list[Size] = field(default_factory=list)
    readings: list[Reading] = field(default_factory=list)
    earlier: Earlier | None = None
    sale: Sale | None = None
    missed: dict[str, str] = field(default_factory=dict)

    @property
    def problems(self) -> list[str]:
        """What makes the run fail: a sale that was not exact, too many rows, what is missing."""
        sale = [] if self.sale and self.sale.is_exact else ["the flash sale was not exact"]
        missed = [f"{what}: not measured, {reason}" for what, reason in self.missed.items()]
        return [*sale, *missed, *sizes.problems(self.readings)]

    @property
    def hello(self) -> Target:
        """The least that a server can answer."""
        return self.limits[0]

    @property
    def cards(self) -> Target:
        """The least that a page like our list costs with Django."""
        return self.limits[3]

    @property
    def targets(self) -> list[Target]:
        """All targets, each once."""
        many = [target for size in self.sizes for target in size.targets]
        before = self.earlier.targets if self.earlier else []
        pages = [*self.cold, *self.warm, *self.personal, *self.desk, *many, *before]
        return list({id(target): target for target in [*self.limits, *pages]}.values())


def markdown(outcome: Outcome) -> str:
    """Return the whole report."""
    parts = ["".join(f"- {name}: {text}\n" for name, text in outcome.facts.items())]
    for title, targets in (
        ("limit", outcome.limits),
        ("page, built anew every time", outcome.cold),
        ("page, from the kept copy", outcome.warm),
        ("of one shopper", outcome.personal),
        ("list of a desk", outcome.desk),
    ):
        if targets:
            parts.append(HEAD.format(title).lstrip() + _rows(targets, outcome))
    if outcome.earlier:
        parts.append(earlier.table(outcome.earlier))
    parts += _of_sizes(outcome)
    if outcome.sale:
        parts.append(_sale(outcome.sale))
    if outcome.problems:
        parts.append("".join(f"- **{text}**\n" for text in outcome.problems))
    return "\n".join(parts)


def write(text: str) -> None:
    """Put the report between the marks of the documentation's page."""
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", encoding="utf-8")


def _rows(targets: Iterable[Target], outcome: Outcome) -> str:
    return "".join(_row(target, outcome) for target in targets)


def _row(target: Target, outcome: Outcome) -> str:
    facts = target.facts
    statements = f"{facts['statements']:.0f}" if "statements" in facts else ""
    if "requests" in facts:
        statements += f" in {facts['requests']:.0f} requests"
    size = f"{facts['bytes'] / 1e3:.1f} ({facts['sent'] / 1e3:.1f})" if facts.get("bytes") else ""
    name = target.name + (f", **{target.errors} errors**" if target.errors else "")
    if target.missed:
        name += f", **{target.turns.count(None)} turns not measured: {target.missed}**"
    cells = [
        name,
        _short(target.median(lambda turn: turn.load.rate)),
        _short(target.median(lambda turn: turn.load.median)),
        target.cost.partition(" (")[0],
        statements,
        size,
        _times(target.ratio(outcome.hello)),
        _times(target.ratio(outcome.cards)),
    ]
    return f"| {' | '.join(cells)} |\n"


def _of_sizes(outcome: Outcome) -> Iterator[str]:
    """Yield what is told of shops with more products, if there are any."""
    if len(outcome.sizes) < 2:
        return
    products = [size.products for size in outcome.sizes]
    for title, of in (
        ("page, built anew", attrgetter("cold")),
        ("page, built anew from counts that are kept", attrgetter("counted")),
        ("list of a desk", attrgetter("desk")),
    ):
        rows = sizes.side_by_side([of(size) for size in outcome.sizes])
        yield sizes.growth(title, rows, products)
    if outcome.readings:
        yield sizes.read_table(outcome.readings, products[-1])
    yield work.tables([work.Shop(size.products, size.works) for size in outcome.sizes])


def _sale(sale: Sale) -> str:
    answers = ", ".join(f"{count} {told}" for told, count in sorted(sale.answers.items()))
    verdict = "exact" if sale.is_exact else "**NOT EXACT**"
    return (
        f"Flash sale: {SHOPPERS} shoppers pressed Pay together for {UNITS} units: {answers}; "
        f"{sale.promised} units promised: {verdict}. The last answer to the button came after "
        f"{sale.slowest:.2f} s, the last confirmation after {sale.seconds:.2f} s.\n"
    )


def _short(number: float | None) -> str:
    if number is None:
        return ""
    return f"{number:,.0f}" if number >= 100 else f"{number:.1f}"


def _times(ratio: float | None) -> str:
    return "" if ratio is None else re.sub(r"\.0$", "", f"{ratio:.{0 if ratio >= 20 else 1}f}")
