"""When a public demonstration is put back to its beginning: known from the clock alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings

from shop.core import dates

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def is_public() -> bool:
    """Tell whether this is a demonstration for strangers, which is put back now and then."""
    return settings.DEMO_RESETS > 0


def last_reset(at: datetime) -> datetime:
    """Return the instant at which it was put back last, or would have been."""
    return at - (at - EPOCH) % timedelta(minutes=settings.DEMO_RESETS)


def next_reset(at: datetime) -> datetime:
    """Return the instant at which it is put back next."""
    return last_reset(at) + timedelta(minutes=settings.DEMO_RESETS)


@dataclass(frozen=True, slots=True)
class DemoLine:
    """What the line above every page says: when everything is deleted."""

    at: datetime
    zone: str
    hour: str


def notice(at: datetime, zone: str, language: str) -> DemoLine | None:
    """Return the line's facts; nothing where nothing is put back."""
    if not is_public():
        return None
    end = next_reset(at)
    return DemoLine(end, zone, dates.clock(end, zone, language))
