"""The price of sending parcels, and the days of their arrival."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from shop.catalogue.delivery.models import Rate
from shop.core.errors import CannotDeliver
from shop.core.statements.prepared import ask
from shop.people.merchants.models import Merchant

# A rate table ends at 20 kg; above, the top band is charged per started 20 kg.
TOP_BAND_G = 20_000
PACKET_TOP_G = 2_000

RATES = """
SELECT c.service, r.origin_region, r.service, r.weight_from, r.weight_to, r.price,
       r.days_from, r.days_to, r.is_tracked, c.ship_region <> '', (
           SELECT jsonb_object_agg(o.merchant_id, o.price) FROM shop_ownrate o
           WHERE o.merchant_id = ANY(%(stores)s) AND o.zone = r.zone
             AND o.service = r.service AND o.weight_from = r.weight_from)
FROM shop_country c
LEFT JOIN shop_rate r ON r.zone = c.zone AND r.origin_region = ANY(%(regions)s)
WHERE c.code = %(country)s
ORDER BY r.price
"""
USUAL_WEEK = frozenset(range(5))
FREE = {Rate.ServiceLevel.PACKET, Rate.ServiceLevel.PARCEL}
"""What is free where a store sends for nothing: not the courier."""
FARTHEST = 400  # days that are looked through for one on which a store works


@dataclass(frozen=True, slots=True)
class Workdays:
    """The days on which a store packs: some of the week, but for days off and its holiday."""

    week: frozenset[int] = USUAL_WEEK
    off: tuple[tuple[date, date], ...] = ()

    def has(self, day: date) -> bool:
        """Tell whether the store works on a day."""
        is_off = any(first <= day <= last for first, last in self.off)
        return day.weekday() in self.week and not is_off


USUAL = Workdays()


@dataclass(frozen=True, slots=True)
class Parcel:
    """One merchant's parcel: where it starts, how heavy it is in grams, what its store says.

    ``goods`` is what its goods cost together; from ``free_from`` on the store sends for nothing.
    """

    region: str
    weight_g: int
    merchant_id: int = 0
    services: tuple[str, ...] = ()
    is_closed: bool = False
    free_from: int | None = None
    is_free_in_africa_only: bool = False
    goods: int = 0


def parcel_of(merchant: Merchant, weight_g: int, country: str) -> Parcel:
    """Return a store's parcel to a country, with what the store says of sending there."""
    return Parcel(
        merchant.ship_region, weight_g, merchant.pk, tuple(merchant.services),
        country in merchant.closed_to, merchant.free_from, merchant.is_free_in_africa_only,
    )  # fmt: skip


def workdays_of(merchant: Merchant) -> Workdays:
    """Return the days on which a store packs."""
    off = [(date.fromisoformat(row["first"]), date.fromisoformat(row["last"]))
           for row in merchant.days_off]  # fmt: skip
    if merchant.away_from and merchant.away_until:
        off.append((merchant.away_from, merchant.away_until))
    return Workdays(frozenset(merchant.works_on), tuple(off))


@dataclass(frozen=True, slots=True)
class DeliveryOption:
    """One way to send a parcel; days on the way, after it was handed over.

    ``free_from`` is what the parcel's goods have to cost to go this way for nothing; None where
    they do already, or never do.
    """

    service: str
    price: int
    days_from: int
    days_to: int
    is_tracked: bool
    free_from: int | None = None


def delivery_options(
    parcels: Mapping[int, Parcel], country: str, *, country_name: str = ""
) -> dict[int, tuple[DeliveryOption, ...]]:
    """Return the ways to send each parcel to a country, the cheapest first. One statement.

    Args:
        parcels: by merchant id.

    Raises:
        CannotDeliver: the country is closed, unknown, or a parcel has no rate to it.
    """
    found = possible_options(parcels, country)
    if not all(found.values()):
        raise CannotDeliver(country_name or country)
    return found


def possible_options(
    parcels: Mapping[int, Parcel], country: str
) -> dict[int, tuple[DeliveryOption, ...]]:
    """Return the same; of a parcel that cannot be sent there, nothing. One statement."""
    if not parcels:
        return {}
    regions = sorted({parcel.region for parcel in parcels.values()})
    stores = sorted({parcel.merchant_id for parcel in parcels.values()})
    rows = ask(RATES, {"regions": regions, "country": country, "stores": stores})
    if not rows or rows[0][0] == "closed_until_checked":
        return dict.fromkeys(parcels, ())
    return {pk: _options(rows, parcel) for pk, parcel in parcels.items()}


def arrival(
    start: date, *, dispatch: tuple[int, int], option: DeliveryOption, workdays: Workdays = USUAL
) -> tuple[date, date, date]:
    """Return until when a parcel is handed over, and from when to when it arrives.

    Args:
        dispatch: working days until the parcel leaves, from and to.
    """
    ship_by = working_day(start, dispatch[1], workdays)
    earliest = working_day(start, dispatch[0], workdays) + timedelta(days=option.days_from)
    return ship_by, earliest, ship_by + timedelta(days=option.days_to)


def working_day(start: date, days: int, workdays: Workdays = USUAL) -> date:
    """Return the day that lies so many working days after another; Monday to Friday, if not said.

    Whoever packs on no day at all for very long packs on the last day that is looked at.
    """
    day = start
    for _step in range(FARTHEST):
        if days <= 0:
            break
        day += timedelta(days=1)
        days -= workdays.has(day)
    return day


def _options(rows: list[tuple[Any, ...]], parcel: Parcel) -> tuple[DeliveryOption, ...]:
    if parcel.is_closed:
        return ()
    heavy = max(1, -(-parcel.weight_g // TOP_BAND_G))
    weight = min(parcel.weight_g, TOP_BAND_G)
    found = []
    for _, region, service, low, high, table, days_from, days_to, is_tracked, africa, own in rows:
        if region != parcel.region or not low <= weight <= high:
            continue
        if service == Rate.ServiceLevel.PACKET and parcel.weight_g > PACKET_TOP_G:
            continue
        if parcel.services and service not in parcel.services:
            continue
        price = _own_prices(own).get(str(parcel.merchant_id), table) * heavy
        least = _least(parcel, is_in_africa=africa) if service in FREE else None
        if least is not None and parcel.goods >= least:
            price, least = 0, None
        found.append(DeliveryOption(service, price, days_from, days_to, is_tracked, least))
    return tuple(sorted(found, key=lambda option: option.price))


def _own_prices(told: str | None) -> dict[str, int]:
    """Return prices of stores by their id, as the statement gives them: as text."""
    found: dict[str, int] = json.loads(told) if told else {}
    return found


def _least(parcel: Parcel, *, is_in_africa: bool) -> int | None:
    """Return what goods have to cost to be sent for nothing, where the store does that."""
    return parcel.free_from if is_in_africa or not parcel.is_free_in_africa_only else None
