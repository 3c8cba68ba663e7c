"""The zone in which a merchant works, and its sessions are announced."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from babel.core import get_global


@lru_cache(maxsize=300)
def zone_of(country: str) -> str:
    """Return a zone of a country (Unicode's data), the first by name where it has several."""
    return min(_zones_of(country), default="UTC")


def is_clock_of(country: str, zone: str, at: datetime) -> bool:
    """Return whether all clocks of a country are at an instant those of a zone."""
    offsets = {at.astimezone(ZoneInfo(own)).utcoffset() for own in _zones_of(country)}
    return offsets == {at.astimezone(ZoneInfo(zone)).utcoffset()}


@lru_cache(maxsize=300)
def _zones_of(country: str) -> tuple[str, ...]:
    known = available_timezones()
    return tuple(
        zone
        for zone, territory in get_global("zone_territories").items()
        if territory == country and zone in known
    )
