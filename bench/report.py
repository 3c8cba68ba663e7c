"""Writes the outcome as Markdown."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench import comparing, earlier, goals
from bench.comparing import Comparison
from bench.earlier import Earlier
from bench.flash_sale import SHOPPERS, UNITS, Sale
from bench.rounds import NOTHING, Target

PAGE = Path(__file__).resolve().parent.parent / "docs/reference/performance.md"
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
HEAD = (
    "\n| {} | per second | median, ms | CPU, ms: Python + database | statements "
    "| HTML, kB (sent) | × hello | × cards |\n|---|---:|---:|---:|---:|---:|---:|---:|\n"
)


@dataclass(slots=True)
class Outcome:
    """Everything that was measured.

    ``grown`` and ``counted`` are pairs of the same page with few and with many products, built
    anew with everything that is in it, and with the counts of products kept.
    """

    facts: dict[str, str]
    limits: list[Target]
    cold: list[Target] = field(default_factory=list)
    warm: list[Target] = field(default_factory=list)
    personal: list[Target] = field(default_factory=list)
    grown: list[tuple[Target, Target]] = field(default_factory=list)
    counted: list[tuple[Target, Target]] = field(default_factory=list)
    products: int = 0
    compared: list[Comparison] = field(default_factory=list)
    earlier: Earlier | None = None
    written: list[Target] = field(default_factory=list)
    sale: Sale | None = None

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
        many = [large for _, large in self.grown]
        pairs = [target for pair in self.counted for target in pair]
        beside = [target for comparison in self.compared for target in comparison.targets]
        before = self.earlier.targets if self.earlier else []
        pages = [*self.cold, *self.warm, *self.personal, *many, *pairs, *beside, *before]
        every = [*self.limits, *pages, *self.written]
        return list({id(target): target for target in every}.values())


def markdown(outcome: Outcome) -> str:
    """Return the whole report."""
    parts = ["".join(f"- {name}: {text}\n" for name, text in outcome.facts.items())]
    for title, targets in (
        ("limit", outcome.limits),
        ("page, built anew every time", outcome.cold),
        ("page, from the kept copy", outcome.warm),
        ("of one shopper", outcome.personal),
    ):
        if targets:
            parts.append(HEAD.format(title).lstrip() + _rows(targets, outcome))
    if outcome.compared:
        parts.append(comparing.table(outcome.compared))
    if outcome.earlier:
        parts.append(earlier.table(outcome.earlier))
    if outcome.products:
        parts.append(_growth("page, built anew", outcome.grown, outcome.products))
        title = "page, built anew from counts that are kept"
        parts.append(_growth(title, outcome.counted, outcome.products))
    if outcome.written:
        parts.append(_writing(outcome.written))
    if outcome.sale:
        parts.append(_sale(outcome.sale))
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
        _cpu(target),
        statements,
        size,
        _times(target.ratio(outcome.hello)),
        _times(target.ratio(outcome.cards)),
    ]
    return f"| {' | '.join(cells)} |\n"


def _growth(title: str, pairs: Sequence[tuple[Target, Target]], products: int) -> str:
    lines = [
        f"| {title} | CPU, ms | with {products:,} products | times as much | goal |",
        "|---|---:|---:|---:|---|",
    ]
    for small, large in pairs:
        ratio = large.ratio(small)
        cells = (
            *(small.name, _cpu(small), _cpu(large)),
            "" if ratio is None else f"{ratio:.2f}",
            goals.of_growth(small.name, ratio),
        )
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, ""])


def _writing(targets: Sequence[Target]) -> str:
    lines = [
        "| PostgreSQL alone, writing | per second | lowest..highest |",
        "|---|---:|---:|",
    ]
    for target in targets:
        rates = [turn.load.rate for turn in target.measured]
        if not rates:
            lines.append(f"| {target.name} | {NOTHING}: {target.missed} | |")
            continue
        middle = _short(target.median(lambda turn: turn.load.rate))
        lines.append(f"| {target.name} | {middle} | {_short(min(rates))}..{_short(max(rates))} |")
    return "\n".join([*lines, ""])


def _sale(sale: Sale) -> str:
    answers = ", ".join(f"{count} {told}" for told, count in sorted(sale.answers.items()))
    verdict = "exact" if sale.is_exact else "**NOT EXACT**"
    return (
        f"Flash sale: {SHOPPERS} shoppers pressed Pay together for {UNITS} units: {answers}; "
        f"{sale.promised} units promised: {verdict}. The last answer to the button came after "
        f"{sale.slowest:.2f} s, the last confirmation after {sale.seconds:.2f} s.\n"
    )


def _cpu(target: Target) -> str:
    return target.cost.partition(" (")[0]


def _short(number: float | None) -> str:
    if number is None:
        return ""
    return f"{number:,.0f}" if number >= 100 else f"{number:.1f}"


def _times(ratio: float | None) -> str:
    return "" if ratio is None else re.sub(r"\.0$", "", f"{ratio:.{0 if ratio >= 20 else 1}f}")
