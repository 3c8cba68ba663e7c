"""The zone in which a merchant works, and its sessions are announced."""

from __future__ import annotations

from functools import lru_cache
from zoneinfo import available_timezones

from babel.core import get_global


@lru_cache(maxsize=300)
def zone_of(country: str) -> str:
    """Return a zone of a country (Unicode's data), the first by name where it has several."""
    known = available_timezones()
    found = [
        zone
        for zone, territory in get_global("zone_territories").items()
        if territory == country and zone in known
    ]
    return min(found, default="UTC")
