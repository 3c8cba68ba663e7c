"""The alerts of a running festival, the most urgent first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from shop.festivals.models import Festival
from shop.reports.board_reads import Deals, MoneyBudget, Open
from shop.reports.health import Reading
from shop.reports.models import Check

BUDGET_PERCENT, CLAIMED_PERCENT = 80, 90
SOON = timedelta(days=1)
MOST = 12
BAD, WARN = Check.Standing.BAD, Check.Standing.WARN


@dataclass(frozen=True, slots=True)
class Alert:
    """A sentence with its subject in a word and its urgency: bad or warn."""

    tag: str
    text: str
    standing: str


def alerts(
    festival: Festival,
    *,
    deals: Deals,
    budgets: list[MoneyBudget],
    pending: Open,
    seen: tuple[Reading, ...],
    at: datetime,
) -> list[Alert]:
    """Return the alerts from the readings of the board; no statement."""
    found = [
        *_of_checks(seen),
        *_of_orders(pending),
        *_of_budgets(budgets),
        *_of_deals(deals),
        *_of_slots(festival, deals, at),
    ]
    return sorted(found, key=lambda alert: alert.standing != BAD)


def _of_checks(seen: tuple[Reading, ...]) -> Iterator[Alert]:
    for reading in seen:
        if reading.standing in (BAD, WARN):
            yield Alert(reading.title, reading.words, reading.standing)


def _of_orders(pending: Open) -> Iterator[Alert]:
    if pending.overdue:
        is_one = pending.overdue == 1
        orders = "1 unpaid order holds" if is_one else f"{pending.overdue} unpaid orders hold"
        yield Alert("Unpaid", f"{orders} units past the time to pay.", WARN)


def _of_budgets(budgets: list[MoneyBudget]) -> Iterator[Alert]:
    for budget in budgets:
        if budget.kind == "benefit" and budget.percent >= BUDGET_PERCENT:
            part = f"{budget.percent}\N{NO-BREAK SPACE}%"
            text = f"{part} of the budget of “{budget.name}” is spent or held."
            yield Alert("Budget", text, BAD if budget.percent >= 100 else WARN)


def _of_deals(deals: Deals) -> Iterator[Alert]:
    nearly = [d for d in deals.rows if d.is_open and d.percent >= CLAIMED_PERCENT]
    nearly.sort(key=lambda deal: -deal.percent)
    for deal in nearly[:MOST]:
        if deal.left:
            text = f"{deal.percent}\N{NO-BREAK SPACE}% of “{deal.name}” ({deal.store}) is claimed."
            yield Alert("Claimed", text, WARN)
        else:
            yield Alert("Sold out", f"“{deal.name}” ({deal.store}) has no unit left.", BAD)
    if len(nearly) > MOST:
        yield Alert("Claimed", f"{len(nearly) - MOST} more deals are nearly claimed.", WARN)


def _of_slots(festival: Festival, deals: Deals, at: datetime) -> Iterator[Alert]:
    for label, starts_at in deals.empty:
        if starts_at <= at + SOON:
            yield Alert("Slot", f"“{label}” begins soon and has no deal.", WARN)
