"""Days and hours as people of a language write them."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_skeleton, get_timezone_name
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

MONTH_FIRST = {"zh-hans"}  # where a range cannot leave out its first month


def day(when: date, language: str) -> str:
    """Return a day without its year: 29 November."""
    return _day(when.year, when.month, when.day, language)


def from_to(first: date, last: date, language: str) -> tuple[str, str]:
    """Return two days as the parts of "from … to …"; a month they share is said once."""
    if (first.year, first.month) == (last.year, last.month) and language not in MONTH_FIRST:
        return str(first.day), day(last, language)
    return day(first, language), day(last, language)


def days(first: date, last: date, language: str) -> str:
    """Return a range of days: 20 to 29 November."""
    if first == last:
        return day(first, language)
    if (first.year, first.month) == (last.year, last.month) and language not in MONTH_FIRST:
        pattern = pgettext("date range", "%(first_day)d to %(to)s")
        return pattern % {"first_day": first.day, "to": day(last, language)}
    pattern = pgettext("date range", "%(from)s to %(to)s")
    return pattern % {"from": day(first, language), "to": day(last, language)}


def hour(at: datetime, zone: str) -> str:
    """Return the time of day in a zone: 18:00."""
    return f"{at.astimezone(ZoneInfo(zone)):%H:%M}"


def day_in(at: datetime, zone: str, language: str) -> str:
    """Return the day of an instant in a zone: 29 November."""
    return day(at.astimezone(ZoneInfo(zone)), language)


def full_day_in(at: datetime, zone: str, language: str) -> str:
    """Return the day of an instant in a zone, with its weekday: Saturday, 12 December 2026."""
    there = at.astimezone(ZoneInfo(zone)).date()
    return format_skeleton("yMMMMEEEEd", there, locale=_locale(language))


def weekday_in(at: datetime, zone: str, language: str) -> str:
    """Return the day of an instant in a zone, without its year: Saturday 12 December."""
    there = at.astimezone(ZoneInfo(zone)).date()
    return format_skeleton("MMMMEEEEd", there, locale=_locale(language))


def day_and_hour(at: datetime, zone: str, language: str) -> str:
    """Return an instant in a zone: 29 November at 18:00."""
    there = {"date": day_in(at, zone, language), "time": hour(at, zone)}
    return _("%(date)s at %(time)s") % there


@lru_cache(maxsize=1_000)
def zone_name(at: datetime, zone: str, language: str) -> str:
    """Return the name of the time that a zone has at an instant: East Africa Time."""
    return get_timezone_name(at.astimezone(ZoneInfo(zone)), width="long", locale=_locale(language))


@lru_cache(maxsize=10_000)
def _day(year: int, month: int, number: int, language: str) -> str:
    return format_skeleton("MMMMd", date(year, month, number), locale=_locale(language))


def _locale(language: str) -> Locale:
    # The shop's English puts the day before the month.
    return Locale.parse({"en": "en-GB"}.get(language, language), sep="-")
