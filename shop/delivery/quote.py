"""The price of sending parcels, and the days of their arrival."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from shop.delivery.models import Rate
from shop.errors import CannotDeliver
from shop.prepared import ask

# A rate table ends at 20 kg; above, the top band is charged per started 20 kg.
TOP_BAND_G = 20_000
PACKET_TOP_G = 2_000

RATES = """
SELECT c.service, r.origin_region, r.service, r.weight_from, r.weight_to, r.price,
       r.days_from, r.days_to, r.is_tracked
FROM shop_country c
LEFT JOIN shop_rate r ON r.zone = c.zone AND r.origin_region = ANY(%(regions)s)
WHERE c.code = %(country)s
ORDER BY r.price
"""


@dataclass(frozen=True, slots=True)
class Parcel:
    """One merchant's parcel: where it starts and how heavy it is, in grams."""

    region: str
    weight_g: int


@dataclass(frozen=True, slots=True)
class DeliveryOption:
    """One way to send a parcel; days on the way, after it was handed over."""

    service: str
    price: int
    days_from: int
    days_to: int
    is_tracked: bool


def delivery_options(
    parcels: Mapping[int, Parcel], country: str, *, country_name: str = ""
) -> dict[int, tuple[DeliveryOption, ...]]:
    """Return the ways to send each parcel to a country, the cheapest first. One statement.

    Args:
        parcels: by merchant id.

    Raises:
        CannotDeliver: the country is closed, unknown, or a parcel has no rate to it.
    """
    if not parcels:
        return {}
    regions = sorted({parcel.region for parcel in parcels.values()})
    rows = ask(RATES, {"regions": regions, "country": country})
    if not rows or rows[0][0] == "closed_until_checked":
        raise CannotDeliver(country_name or country)
    found = {pk: _options(rows, parcel) for pk, parcel in parcels.items()}
    if not all(found.values()):
        raise CannotDeliver(country_name or country)
    return found


def arrival(
    start: date, *, dispatch: tuple[int, int], option: DeliveryOption
) -> tuple[date, date, date]:
    """Return until when a parcel is handed over, and from when to when it arrives.

    Args:
        dispatch: working days until the parcel leaves, from and to.
    """
    ship_by = working_day(start, dispatch[1])
    earliest = working_day(start, dispatch[0]) + timedelta(days=option.days_from)
    return ship_by, earliest, ship_by + timedelta(days=option.days_to)


def working_day(start: date, days: int) -> date:
    """Return the day that lies so many working days, Monday to Friday, after another."""
    day = start
    while days > 0:
        day += timedelta(days=1)
        days -= day.weekday() < 5
    return day


def _options(rows: list[tuple[Any, ...]], parcel: Parcel) -> tuple[DeliveryOption, ...]:
    heavy = max(1, -(-parcel.weight_g // TOP_BAND_G))
    weight = min(parcel.weight_g, TOP_BAND_G)
    found = []
    for _, region, service, low, high, price, days_from, days_to, is_tracked in rows:
        if region != parcel.region or not low <= weight <= high:
            continue
        if service == Rate.ServiceLevel.PACKET and parcel.weight_g > PACKET_TOP_G:
            continue
        found.append(DeliveryOption(service, price * heavy, days_from, days_to, is_tracked))
    return tuple(sorted(found, key=lambda option: option.price))
