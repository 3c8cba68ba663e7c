"""The live board of a festival: seven statements and its own row, however many orders there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from shop.festivals.local_time import midnight, wall_of
from shop.festivals.models import Festival
from shop.reports import board_reads as reads
from shop.reports.alerts import Alert, alerts
from shop.reports.board_reads import BoardDeal, MoneyBudget, Open, ParkedNetwork, TallyRow
from shop.reports.health import Reading, readings
from shop.reports.models import Check, Tally
from shop.reports.refusals import WORDS

SHOWN = 8
AN_HOUR, A_DAY = timedelta(hours=1), timedelta(days=1)
KEY = "%Y-%m-%dT%H:%M"
Kind = Tally.Kind


@dataclass(frozen=True, slots=True)
class Board:
    """The figures that organizers watch while a festival runs; amounts are minor units.

    ``per_minute`` is the mean of the last five whole minutes; ``peak`` the busiest minute of the
    last day with its moment. ``placed`` and ``paid`` are the orders of the last hour,
    ``counted_at`` is the moment at which the beat last added up.
    """

    at: datetime
    counted_at: datetime | None
    total: TallyRow
    today: TallyRow
    per_minute: float
    peak: tuple[int, datetime | None]
    hours: list[tuple[datetime, int]]
    countries: list[TallyRow]
    slots: list[TallyRow]
    merchants: list[TallyRow]
    deals: list[BoardDeal]
    budgets: list[MoneyBudget]
    pending: Open
    placed: int
    paid: int
    refused: list[tuple[str, int, int]]
    readings: tuple[Reading, ...]
    alerts: list[Alert] = field(default_factory=list)

    @property
    def held(self) -> int:
        """Return the units of its deals that pending orders hold."""
        return sum(deal.held for deal in self.deals)

    @property
    def left(self) -> int:
        """Return the units that are set aside and neither held nor sold."""
        return sum(deal.left or 0 for deal in self.deals if deal.is_open)

    @property
    def conversion(self) -> int | None:
        """Return how many of a hundred orders of the last hour are paid by now."""
        return self.paid * 100 // self.placed if self.placed else None

    @property
    def top(self) -> list[BoardDeal]:
        """Return the deals that sold most."""
        best = sorted(self.deals, key=lambda deal: (-deal.sold, deal.title))
        return [deal for deal in best[:SHOWN] if deal.sold]

    @property
    def stuck(self) -> list[BoardDeal]:
        """Return running deals of which nothing is sold or held, those with most units first."""
        idle = [deal for deal in self.deals if deal.is_open and not deal.sold and not deal.held]
        return sorted(idle, key=lambda deal: (-(deal.allotment or 0), deal.title))[:SHOWN]

    @property
    def claimed(self) -> list[BoardDeal]:
        """Return the deals with an allotment, the most claimed first."""
        own = [deal for deal in self.deals if deal.allotment]
        return sorted(own, key=lambda deal: (-deal.percent, deal.title))[:SHOWN]

    @property
    def parked(self) -> Sequence[ParkedNetwork]:
        """Return the network addresses that hold most units."""
        return self.pending.networks


def board(festival: Festival, *, at: datetime) -> Board:
    """Return the board. Seven statements, none of which reads all orders or all of a festival's."""
    today = midnight(wall_of(at, festival.zone).date(), festival.zone)
    # A day on which the clock is put back is longer than the last 24 hours.
    rows = reads.tallies(festival, since=min(today, at - A_DAY))
    minutes = {row.key: row for row in rows if row.kind == Kind.MINUTE}
    deals = reads.deals(festival, at=at)
    checks = reads.checks()
    drawn = {int(row.key): row.by_funds for row in rows if row.kind == Kind.FUND}
    budgets = reads.budgets(festival, drawn=drawn)
    placed, paid = reads.conversion(festival, since=at - AN_HOUR, until=at)
    pending = reads.pending(festival, at=at)
    seen = readings(checks, at=at)
    by_kind = {kind: [row for row in rows if row.kind == kind] for kind in Kind.values}
    total = next(iter(by_kind[Kind.TOTAL]), TallyRow(Kind.TOTAL))
    return Board(
        at=at,
        counted_at=_counted_at(checks),
        total=total,
        today=_sum(minutes, since=today),
        per_minute=_pace(minutes, at=at),
        peak=_peak(minutes),
        hours=_by_hour(minutes, at=at),
        countries=by_kind[Kind.COUNTRY],
        slots=by_kind[Kind.SLOT],
        merchants=by_kind[Kind.MERCHANT],
        deals=deals.rows,
        budgets=budgets,
        pending=pending,
        placed=placed,
        paid=paid,
        refused=[(WORDS.get(name, name), hour, day) for name, hour, day in reads.refused(at=at)],
        readings=seen,
        alerts=alerts(festival, deals=deals, budgets=budgets, pending=pending, seen=seen, at=at),
    )


def _counted_at(checks: Sequence[Check]) -> datetime | None:
    return next((row.at for row in checks if row.name == "sales"), None)


def _sum(minutes: dict[str, TallyRow], *, since: datetime) -> TallyRow:
    found = [row for key, row in minutes.items() if key >= since.strftime(KEY)]
    names = ("orders", "units", "paid")
    return TallyRow(
        Kind.TOTAL, **{name: sum(getattr(row, name) for row in found) for name in names}
    )


def _pace(minutes: dict[str, TallyRow], *, at: datetime) -> float:
    keys = [(at - timedelta(minutes=n)).strftime(KEY) for n in range(1, 6)]
    return sum(minutes[key].orders for key in keys if key in minutes) / len(keys)


def _peak(minutes: dict[str, TallyRow]) -> tuple[int, datetime | None]:
    best = max(minutes.values(), key=lambda row: (row.orders, row.key), default=None)
    if best is None or not best.orders:
        return 0, None
    return best.orders, Tally.instant_of(best.key)


def _by_hour(minutes: dict[str, TallyRow], *, at: datetime) -> list[tuple[datetime, int]]:
    first = at.replace(minute=0, second=0, microsecond=0) - timedelta(hours=23)
    counts = {first + timedelta(hours=n): 0 for n in range(24)}
    for key, row in minutes.items():
        hour = Tally.instant_of(key).replace(minute=0)
        if hour in counts:
            counts[hour] += row.orders
    return list(counts.items())
