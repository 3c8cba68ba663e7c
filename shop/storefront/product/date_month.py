"""The dates of an experience by month: days to choose, one month at a time."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.http import QueryDict

from shop.core import dates

DAY = re.compile(r"20\d\d-\d\d-\d\d")


@dataclass(frozen=True, slots=True)
class DayOfMonth:
    """One day of a calendar: with dates, it can be chosen unless all of them are full."""

    day: date
    is_inside: bool
    has_dates: bool
    is_open: bool
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class MonthOfDates:
    """A month of a calendar in whole weeks, with the first open days of the months around it."""

    first: date
    weeks: tuple[tuple[DayOfMonth, ...], ...]
    before: date | None
    after: date | None


def day_asked(data: QueryDict) -> date | None:
    """Return the day that an address asks for; nothing where it is none."""
    typed = data.get("day", "")
    try:
        return date.fromisoformat(typed) if DAY.fullmatch(typed) else None
    except ValueError:
        return None


def month_of_dates(chosen: date, days: Iterable[date], open_days: Sequence[date]) -> MonthOfDates:
    """Return the month of the chosen day.

    Args:
        days: those with dates.
        open_days: those with a date that can be booked, in their order.
    """
    known, bookable = set(days), set(open_days)

    def cell(day: date) -> DayOfMonth:
        is_inside = (day.year, day.month) == (chosen.year, chosen.month)
        return DayOfMonth(
            day, is_inside, is_inside and day in known, is_inside and day in bookable,
            day == chosen,
        )  # fmt: skip

    first = chosen.replace(day=1)
    months = {day.replace(day=1): day for day in reversed(open_days)}  # each with its first day
    before = max((month for month in months if month < first), default=None)
    after = min((month for month in months if month > first), default=None)
    weeks = tuple(tuple(map(cell, week)) for week in dates.weeks_of_month(first))
    return MonthOfDates(
        first, weeks, months[before] if before else None, months[after] if after else None
    )
