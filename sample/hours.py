"""Reads ``catalogue/hours.csv``: when each experience starts, in which months, on which days."""

import csv
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path

from sample.sheets import Times, naming

FILE = Path(__file__).parent / "catalogue" / "hours.csv"
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MOONS = {"new": 0.0, "full": 0.5}  # of a lunation
A_NEW_MOON = datetime(2000, 1, 6, 18, 14, tzinfo=UTC)
LUNATION = timedelta(days=29.530588)
NEAR = timedelta(days=1.6)  # three nights around each full or new moon


@cache
def read_hours(file: Path = FILE) -> Mapping[str, Times]:
    """Return the times of each experience, by SKU.

    Raises:
        SheetError: for a row that cannot be understood.
    """
    with file.open(encoding="utf-8", newline="") as lines:
        return {row["sku"]: _times(row) for row in csv.DictReader(lines)}


def is_near(moon: str, day: date) -> bool:
    """Return whether the evening of the day is near that phase, by the mean lunation."""
    since = datetime.combine(day, time(18), UTC) - A_NEW_MOON
    away = (since / LUNATION - MOONS[moon]) % 1
    return min(away, 1 - away) * LUNATION <= NEAR


def _times(row: Mapping[str, str]) -> Times:
    with naming(f"{FILE.name}: {row['sku']}"):
        times = Times(
            hours=tuple(time.fromisoformat(hour) for hour in row["hours"].split()),
            months=frozenset(int(month) for month in row["months"].split()),
            weekdays=frozenset(DAYS.index(name) for name in row["weekdays"].split()),
            moons=tuple(row["moon"].split()),
        )
        if not times.hours or not times.months <= {*range(1, 13)} or not {*times.moons} <= {*MOONS}:
            raise ValueError("an hour is missing, or a month or moon does not exist")
        return times
