"""A festival in tables: its live board, its health, its report and the statements of its stores."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.template.defaultfilters import timesince_filter
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from cms.dashboard.permissions import may
from cms.dashboard.tables import (
    BREAK,
    NUMBER,
    QUIET,
    Column,
    MoneyColumn,
    NumberColumn,
    Table,
    WhenColumn,
    element,
    joined,
    link,
    moment,
    percent,
    portion,
    posted,
    row_of,
    small,
    status,
    sums,
)
from shop.festivals.models import Festival
from shop.people.accounts.requests import SignedIn
from shop.reports.board import Board
from shop.reports.board_reads import BoardDeal, MoneyBudget
from shop.reports.charts import Chart
from shop.reports.health import Reading
from shop.reports.report import Figures
from shop.reports.statements import Statement, StatementLine
from shop.reports.tables import PARTS, Shape

STANDINGS = {"good": "well", "bad": "wrong", "warn": "look at it"}
TONES = {"good": "primary", "bad": "critical"}


def board_tables(
    shown: Board, chart: Chart, stores: Sequence[tuple[Any, ...]], zone: str
) -> dict[str, Table]:
    """Return the tables of the live board by their names; ``stores`` with claimed units."""
    clock = ZoneInfo(zone)
    hour = Column("Hour", lambda bar: f"{bar.key.astimezone(clock):%-d %b, %H:%M}")
    refused = (
        Column("Why", "0"), NumberColumn("Last hour", "1"), NumberColumn("Last day", "2"),
    )  # fmt: skip
    runs = any(deal.is_open for deal in shown.deals)
    deals = (
        ("claimed", "Deals by what is claimed", shown.claimed, "No deal sets units aside."),
        ("top", "Best sold deals", shown.top, "Nothing is sold yet."),
        ("stuck", "Running deals that nobody has taken", shown.stuck,
         "Each running deal has sold something, or holds something for an order." if runs
         else "No deal runs now."),
    )  # fmt: skip
    return {
        "hours": Table("Orders per hour", (hour, NumberColumn("Orders", "value")),
                       list(reversed(chart.bars))),
        "stores": Table("Stores", STORE, stores, none="Nothing is sold yet."),
        "budgets": Table("Budgets", BUDGET, shown.budgets, none="No benefit and no sponsor."),
        "refused": Table("Orders that were not placed", refused, shown.refused,
                         none="None in the last day."),
        **{name: Table(title, DEAL, rows, none=none) for name, title, rows, none in deals},
    }  # fmt: skip


# Where what a part counts stands one by one, and what it takes to see it.
LISTS = {
    "failures": ("See what failed", "desk:failed-jobs", "view_festival"),
    "money": ("See the money desk", "desk:money", "view_settlement"),
    "night": ("See the books", "desk:books", "view_settlement"),
}


def health_table(festival: Festival, readings: Iterable[Reading], *, at: datetime, may_ask: bool,
                 request: SignedIn) -> Table:  # fmt: skip
    """Return how each part of the shop stood when it was looked at."""

    def found(row: Reading) -> SafeString:
        more: object = ""
        if row.name in LISTS:
            label, screen, needed = LISTS[row.name]
            more = link(label, reverse(screen)) if may(request.user, needed) else ""
        elif row.name == "probe" and may_ask and festival.starts_at <= at:
            press = element("button", "Look again", class_=QUIET, name="pages", value="1")
            more = posted(request, "", press)
        return joined(" ", (row.words, more))

    columns = (
        Column("Part", "title"),
        Column("State", lambda row: status(
            STANDINGS.get(row.standing, "not known"), TONES.get(row.standing, "")
        )),
        Column("What was found", found),
        WhenColumn("Looked at", lambda row: row.at and f"{timesince_filter(row.at, at)} ago"),
    )  # fmt: skip
    return Table("Health", columns, list(readings))


class FiguresTable(Table):
    """A table whose rows go on below where their figures have no room beside each other."""

    template_name = "cms/dashboard/parts/figures_table.html"


def report_table(shape: Shape, rows: Sequence[Figures], currency: str) -> Table:
    """Return a table of the report."""
    columns = [_figure(label, key, kind, currency) for label, key, kind in shape.columns]
    has_sums = any(kind == "money" for _label, _key, kind in shape.columns)
    return (FiguresTable if has_sums else Table)(shape.title, columns, rows)


class StatementTable(FiguresTable):
    """The sales of one store, line by line; those outside the festival's goods stand apart."""

    def __init__(self, statement: Statement) -> None:
        super().__init__("Statement", LINE, statement.lines,
                         none="It has sold nothing in this festival yet.")  # fmt: skip
        self.parts = statement.parts
        self.foot = _sums("Sum of all" if len(self.parts) > 1 else "Sum", statement)

    def bodies(self, columns: Sequence[Column]) -> Iterator[Iterable[SafeString]]:
        """Yield a body for each part, with its heading and its sums where there are several."""
        for what, part in self.parts.items():
            rows = [row_of(columns, line) for line in part.lines]
            if len(self.parts) > 1:
                head = element("th", PARTS[what], scope="rowgroup", colspan=len(columns))
                rows = [element("tr", head), *rows, sums(columns, _sums("Sum", part))]
            yield rows


def _deal(deal: BoardDeal) -> SafeString:
    paused = "paused" if deal.is_paused else ""
    return small(deal.title, joined(", ", (deal.choice, deal.store, paused)))


def _left(deal: BoardDeal) -> object:
    return f"{deal.room:,} in stock" if deal.allotment is None else deal.left


def _claimed(deal: BoardDeal) -> SafeString | None:
    if deal.allotment is None:
        return None
    return portion(deal.percent, f"{deal.name}: claimed")


def _budget(row: MoneyBudget) -> SafeString:
    name = f"{row.name} (sponsor)" if row.kind == "fund" else row.name
    if not row.limit:
        return small(name, "no limit")
    of = format_html("{}&nbsp;% of {}", row.percent, MoneyColumn("", "").written(row.limit))
    label = f"{row.name}: spent or held"
    bar = element("progress", value=str(row.percent), max="100", aria_label=label)
    return joined(BREAK, (name, bar, element("small", of)))


def _figure(label: str, key: str, kind: str, currency: str) -> Column:
    if kind == "money":
        return MoneyColumn(label, key, currency=currency)
    if kind == "percent":
        return NumberColumn(label, lambda row: percent(row[key]))
    return Column(label, key, "" if kind == "text" else NUMBER)


def _sums(label: str, part: Statement) -> list[object]:
    """Return the sums of a statement, as wide as its lines."""
    found = part.sums
    return [label, None, found["units"], None, *(found[key] for _label, key in AMOUNTS)]


def _product(line: StatementLine) -> SafeString:
    facts = joined(", ", (line.sku, line.options))
    return small(line.product, joined("; ", (facts, line.slot)))


STORE = (
    Column("Store", "0.name"), Column("Country", "0.country"), NumberColumn("Orders", "0.orders"),
    MoneyColumn("Paid", "0.paid"),
    Column("Claimed", lambda row: row[1] if row[1] is None
           else portion(row[1], f"{row[0].name}: claimed")),
)  # fmt: skip
DEAL = (
    Column("Product", _deal), Column("Slot", "slot", empty=""), NumberColumn("Sold", "sold"),
    NumberColumn("Held", "held"), NumberColumn("Left", _left), Column("Claimed", _claimed),
)  # fmt: skip
BUDGET = (
    Column("Benefit or sponsor", _budget), MoneyColumn("Spent", "spent"),
    MoneyColumn("Held", "held"),
)  # fmt: skip
AMOUNTS = (
    ("Paid", "paid"), ("Discount by store", "by_merchant"), ("By organizer", "by_organizer"),
    ("By sponsors", "by_funds"), ("Commission", "commission"), ("Went back", "went_back"),
    ("Kept", "payout"),
)  # fmt: skip
LINE = (
    WhenColumn("Order", lambda line: small(line.number, moment(line.paid_at))),
    Column("Product", _product), NumberColumn("Units", "units"), MoneyColumn("Price", "price"),
    *(MoneyColumn(label, key) for label, key in AMOUNTS),
)  # fmt: skip
