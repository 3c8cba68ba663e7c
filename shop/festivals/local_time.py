"""Wall time: the local time that an organizer types, and its instant in a zone.

Clocks jump. A time that a jump leaves out is refused and its neighbours are offered; one that a
jump repeats is asked about. Instants are stored beside what was typed and never move by
themselves, even when a country changes its mind about its clock.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from django.utils.translation import gettext as _

from shop.core.errors import NotPossible

INSTANT = timedelta(microseconds=1)
MINUTE = timedelta(minutes=1)
LONGEST_JUMP = timedelta(hours=26)  # Samoa left out a whole day in 2011
TYPED = "%Y-%m-%d %H:%M"
YEARS = range(2000, 3000)  # of which plans are made; calendars end in 9999, in no zone alike


class MissingTime(NotPossible):
    """The clock jumps over this wall time. ``before`` and ``after`` are its neighbours."""

    def __init__(self, wall: datetime, zone: str, before: datetime, after: datetime) -> None:
        self.before, self.after = before, after
        facts = {"time": typed(wall), "zone": zone, "before": typed(before), "after": typed(after)}
        text = _(
            "%(time)s does not exist in %(zone)s: the clock is put forward. "
            "Choose %(before)s or %(after)s."
        )
        super().__init__(text % facts)


class FarTime(NotPossible):
    """A wall time in a year for which nobody plans."""

    def __init__(self, wall: datetime) -> None:
        text = _("%(time)s is too far away: choose a year from %(first)s to %(last)s.")
        years = {"first": str(YEARS[0]), "last": str(YEARS[-1])}
        super().__init__(text % {"time": f"{wall:%d.%m.}{wall.year}", **years})


class DoubledTime(NotPossible):
    """The clock shows this wall time twice. ``first`` and ``second`` are the two instants."""

    def __init__(self, wall: datetime, zone: str, first: datetime, second: datetime) -> None:
        self.first, self.second = first, second
        facts = {"time": typed(wall), "zone": zone, "first": _utc(first), "second": _utc(second)}
        text = _(
            "%(time)s happens twice in %(zone)s: the clock is put back. "
            "Say which one you mean: %(first)s or %(second)s."
        )
        super().__init__(text % facts)


def instant(wall: datetime, zone: str, *, is_second: bool | None = None) -> datetime:
    """Return the instant, in UTC, of a wall time in a zone.

    Args:
        wall: what was typed, without a zone, to the minute.
        is_second: which of two is meant where the clock shows the time twice.

    Raises:
        FarTime: it lies where calendars end.
        MissingTime: the clock jumps over it.
        DoubledTime: it happens twice and nobody said which.
    """
    if wall.year not in YEARS:
        raise FarTime(wall)
    found = instants(wall, zone)
    if not found:
        raise MissingTime(wall, zone, *_neighbours(wall, zone))
    if len(found) == 2 and is_second is None:
        raise DoubledTime(wall, zone, *found)
    return found[-1] if is_second else found[0]


def instants(wall: datetime, zone: str) -> tuple[datetime, ...]:
    """Return every instant at which clocks of a zone show a wall time: none, one or two."""
    there = ZoneInfo(zone)
    found = []
    for fold in (0, 1):
        at = wall.replace(tzinfo=there, fold=fold).astimezone(UTC)
        if at.astimezone(there).replace(tzinfo=None) == wall and at not in found:
            found.append(at)
    return tuple(sorted(found))


def wall_of(at: datetime, zone: str) -> datetime:
    """Return the local time of a zone at an instant, as a naive datetime."""
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def midnight(day: date, zone: str) -> datetime:
    """Return the instant at which a day begins in a zone, in UTC.

    Where the clock jumps over midnight, that is the jump.
    """
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def typed(wall: datetime) -> str:
    """Return a wall time as it is typed and kept: 2027-04-28 20:00."""
    return wall.strftime(TYPED)


def days_between(starts_at: datetime, ends_at: datetime, zone: str) -> int:
    """Return how many days people count: 239 hours with a jump of the clock are 10 days."""
    return (last_day(ends_at, zone) - wall_of(starts_at, zone).date()).days + 1


def last_day(ends_at: datetime, zone: str) -> date:
    """Return the last day on which something runs that ends at an instant, the end excluded."""
    return wall_of(ends_at - INSTANT, zone).date()


def is_moved(kept: str, zone: str, at: datetime) -> bool:
    """Tell whether a typed time would mean another instant by the zone's present rules."""
    try:
        wall = datetime.strptime(kept, TYPED)  # noqa: DTZ007 (a wall time has no zone)
        return at not in instants(wall, zone)
    except ValueError:  # nothing was typed
        return False


@lru_cache(maxsize=1)
def zones() -> tuple[str, ...]:
    """Return the names of places that have a zone, in order, without historical aliases."""
    regions = ("Africa/", "America/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/",
               "Pacific/")  # fmt: skip
    return ("UTC", *sorted(name for name in available_timezones() if name.startswith(regions)))


def _neighbours(wall: datetime, zone: str) -> tuple[datetime, datetime]:
    """Return the last minute before a jump of the clock and the first one after it."""
    there = ZoneInfo(zone)
    # Read with the offset from before the jump it is an instant after it.
    after = wall.replace(tzinfo=there, fold=0).astimezone(UTC)
    low, high = after - LONGEST_JUMP, after
    offset = low.astimezone(there).utcoffset()
    while high - low > MINUTE:
        middle = low + (high - low) // 2
        if middle.astimezone(there).utcoffset() == offset:
            low = middle
        else:
            high = middle
    jump = high.replace(second=0, microsecond=0)
    return wall_of(jump - MINUTE, zone), wall_of(jump, zone)


def _utc(at: datetime) -> str:
    return f"{at:%H:%M} UTC"
