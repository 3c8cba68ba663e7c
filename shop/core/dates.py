"""Days and hours as people of a language write them."""

from __future__ import annotations

from calendar import Calendar
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton, get_timezone_name
from django.utils.formats import get_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shop.core.languages import beside, locale_of

YEAR = timedelta(days=365)
ALONE = {"F": "MMMM", "M": "MMM", "l": "EEEE", "D": "EEE"}
CLOCK = {"H:i": "%H:%M", "T": "%Z"}
MONTH_FIRST = {"zh-hans"}  # where a range cannot leave out its first month


def day(when: date, language: str, *, since: datetime | None = None) -> str:
    """Return a day: 29 November; if it is a year or more away from ``since``, with its year."""
    has_year = since is not None and is_far(when, since)
    return _day(when.year, when.month, when.day, language, has_year)


def day_of_year(when: date, language: str) -> str:
    """Return a day with its year: 29 November 2026."""
    return _day(when.year, when.month, when.day, language, True)


def weeks_of_month(first: date) -> list[list[date]]:
    """Return the month of a day in whole weeks, as the reader's language begins them."""
    # Django counts from Sunday, Python from Monday.
    begins = (int(get_format("FIRST_DAY_OF_WEEK")) + 6) % 7
    return Calendar(begins).monthdatescalendar(first.year, first.month)


def from_to(first: date, last: date, language: str) -> tuple[str, str]:
    """Return two days as the parts of "from … to …"; a month they share is said once."""
    if (first.year, first.month) == (last.year, last.month) and language not in MONTH_FIRST:
        return str(first.day), day(last, language)
    return day(first, language), day(last, language)


def days(first: date, last: date, language: str, *, has_year: bool = False) -> str:
    """Return a range of days: 20 to 29 November, or with the year: 20 to 29 November 2026.

    A range over a turn of the year that names it says both years.
    """
    write = day_of_year if has_year else day
    if first == last:
        return write(first, language)
    if (first.year, first.month) == (last.year, last.month) and language not in MONTH_FIRST:
        pattern = pgettext("date range", "%(first_day)d to %(to)s")
        return pattern % {"first_day": first.day, "to": write(last, language)}
    begins, ends = write(first, language), write(last, language)
    if has_year and first.year == last.year:  # said once, where the language puts it
        is_first = language in MONTH_FIRST
        begins, ends = (begins, day(last, language)) if is_first else (day(first, language), ends)
    pattern = pgettext("date range", "%(from)s to %(to)s")
    return pattern % {"from": begins, "to": ends}


def is_far(when: date, since: datetime) -> bool:
    """Tell whether a day is a year or more away, so that its year has to be said."""
    return abs(when - since.date()) >= YEAR


def as_formatted(when: date, form: str, language: str) -> str:
    """Return a day, or an instant by its own clock, in the order of a language.

    Args:
        form: as Django's filter takes it, of j F M Y l D, H:i and T: "j F Y, H:i".
    """
    long = {"Y": "y", "F": "MMMM", "M": "MMM", "l": "EEEE", "D": "EEE", "j": "d"}
    skeleton = "".join(part for letter, part in long.items() if letter in form)
    if alone := ALONE.get(form):
        return format_date(when, alone, locale=locale_of(language))
    day = format_skeleton(skeleton, when, locale=locale_of(language))
    clock = " ".join(f"{when:{code}}" for sign, code in CLOCK.items() if sign in form)
    return beside(day, clock)


def hour(at: datetime, zone: str) -> str:
    """Return the time of day in a zone: 18:00."""
    return f"{at.astimezone(ZoneInfo(zone)):%H:%M}"


def day_in(at: datetime, zone: str, language: str, *, since: datetime | None = None) -> str:
    """Return the day of an instant in a zone: 29 November; see ``day``."""
    return day(at.astimezone(ZoneInfo(zone)).date(), language, since=since)


def day_of_year_in(at: datetime, zone: str, language: str) -> str:
    """Return the day of an instant in a zone, with its year: 29 November 2026."""
    return day_of_year(at.astimezone(ZoneInfo(zone)).date(), language)


def full_day_in(at: datetime, zone: str, language: str) -> str:
    """Return the day of an instant in a zone, with its weekday: Saturday, 12 December 2026."""
    there = at.astimezone(ZoneInfo(zone)).date()
    return format_skeleton("yMMMMEEEEd", there, locale=locale_of(language))


def weekday_in(at: datetime, zone: str, language: str) -> str:
    """Return the day of an instant in a zone, without its year: Saturday 12 December."""
    there = at.astimezone(ZoneInfo(zone)).date()
    return format_skeleton("MMMMEEEEd", there, locale=locale_of(language))


def day_and_hour(at: datetime, zone: str, language: str, *, since: datetime | None = None) -> str:
    """Return an instant in a zone: 29 November at 18:00; see ``day``."""
    there = {"date": day_in(at, zone, language, since=since), "time": hour(at, zone)}
    return _("%(date)s at %(time)s") % there


def own_words() -> str:
    """Return the words of ``day_and_hour`` for the page's script, which knows the reader's zone."""
    return _("%(date)s at %(time)s") % {"date": "{date}", "time": "{time}"}


def of_visit(at: datetime, zone: str, language: str, place: str) -> str:
    """Return when a visit begins: by the clock of the place, which is said.

    Args:
        place: what its clock is called, as ``Merchant.place_of_clock`` returns it.
    """
    there = {
        "session_date": full_day_in(at, zone, language), "session_time": hour(at, zone),
        "time_zone": place,
    }  # fmt: skip
    return _("%(session_date)s, %(session_time)s local time (%(time_zone)s)") % there


def clock(at: datetime, zone: str, language: str) -> str:
    """Return the time of day in a zone, which is named: 18:00 (East Africa Time)."""
    there = {"time": hour(at, zone), "zone": zone_name(at, zone, language)}
    return _("%(time)s (%(zone)s)") % there


def moment(at: datetime, zone: str, language: str, *, has_year: bool = False) -> str:
    """Return an instant in a zone, which is named: 29 November at 18:00 (East Africa Time)."""
    when = at.astimezone(ZoneInfo(zone)).date()
    date = day_of_year(when, language) if has_year else day(when, language)
    return _("%(date)s at %(time)s") % {"date": date, "time": clock(at, zone, language)}


@lru_cache(maxsize=1_000)
def zone_name(at: datetime, zone: str, language: str) -> str:
    """Return the name of the time that a zone has at an instant: East Africa Time."""
    return get_timezone_name(
        at.astimezone(ZoneInfo(zone)), width="long", locale=locale_of(language)
    )


@lru_cache(maxsize=10_000)
def _day(year: int, month: int, number: int, language: str, has_year: bool) -> str:
    when, locale = date(year, month, number), locale_of(language)
    if has_year:
        return format_date(when, format="long", locale=locale)
    return format_skeleton("MMMMd", when, locale=locale)
