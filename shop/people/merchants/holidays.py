"""When a store is on holiday: its parcels cannot be ordered, and pages say until when.

A holiday is whole days where the store is. It is asked for an instant, so nothing has to be
switched when one begins or ends.
"""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from shop.core import dates
from shop.people.merchants.models import Merchant

DAY = timedelta(days=1)


def is_away(merchant: Merchant, *, at: datetime) -> bool:
    """Tell whether a store is on holiday at an instant."""
    first, last = merchant.away_from, merchant.away_until
    if first is None or last is None:
        return False
    return first <= at.astimezone(ZoneInfo(merchant.zone)).date() <= last


def away_sentence(merchant: Merchant, language: str, *, at: datetime) -> str:
    """Return what shoppers read while a store is on holiday; nothing at other times."""
    if not is_away(merchant, at=at) or merchant.away_until is None:
        return ""
    back = dates.day_of_year(merchant.away_until + DAY, language)
    return _("%(store)s is on holiday. Order again from %(day)s on.") % {
        "store": merchant.name, "day": back,
    }  # fmt: skip


def next_turn(merchant: Merchant, *, at: datetime) -> datetime | None:
    """Return the next instant at which a holiday of a store begins or ends."""
    if merchant.away_from is None or merchant.away_until is None:
        return None
    turns = [
        datetime.combine(day, time(), ZoneInfo(merchant.zone)).astimezone(UTC)
        for day in (merchant.away_from, merchant.away_until + DAY)
    ]
    return min((turn for turn in turns if turn > at), default=None)
