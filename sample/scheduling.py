"""Dates of the sample's experiences: eight weeks of each one's season, by its weekly pattern."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import count, islice
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.text import slugify

from sample.edition import Edition
from sample.hours import is_near
from sample.progress import Progress
from sample.sheets import OutingSheet, ProductSheet, StoreSheet, Times
from shop.catalogue.models import Product
from shop.festivals.local_time import instants
from shop.people.merchants.zones import zone_of
from shop.storefront.listings.sessions import Plan, TicketKind, open_sessions

WEEKS = 8
DAYS_OF_WEEK = (5, 2, 6, 4, 1, 3, 0)  # Saturdays first: that is when people have time
LONG_MINUTES = 6 * 60  # whole days: their sale closes a day before
FAMILY_SEATS = 4
LEAST_FOR_FAMILIES = 6  # seats


def provide_sessions(edition: Edition, *, at: datetime, progress: Progress) -> int:
    """Open the sessions of the coming eight weeks that are missing; return for how many outings."""
    products = {
        product.slug: product for product in Product.objects.filter(kind=Product.Kind.EXPERIENCE)
    }
    rows = [
        (store, sheet)
        for store, sheet in edition.products()
        if sheet.outing and slugify(sheet.title) in products
    ]
    opened = 0
    for done, (store, sheet) in enumerate(rows):
        if done % 10 == 0:
            progress.report("Opening dates", done, len(rows))
        opened += bool(schedule(products[slugify(sheet.title)], store, sheet, since=at, at=at))
    return opened


@transaction.atomic
def schedule(
    product: Product, store: StoreSheet, sheet: ProductSheet, *, since: datetime, at: datetime
) -> int:
    """Open the sessions of one outing that are missing; return how many seats' kinds were made.

    Args:
        since: when they were put on sale.
        at: the day from which eight weeks are counted.
    """
    plan = plan_of(store, sheet)
    starts = sorted(starts_of(sheet.outing, plan.zone, at))
    known = product.variants.filter(session_start__in=starts)
    if known.values("session_start").distinct().count() == len(starts):
        return 0
    # What stood for the outing before it had dates cannot be bought.
    product.variants.filter(session_start=None, is_active=True).update(is_active=False)
    return len(open_sessions(product, starts, plan, at=since))


def plan_of(store: StoreSheet, sheet: ProductSheet) -> Plan:
    """Return seats, tickets and zone of an outing; a child pays six tenths, four pay for 3.2."""
    price, seats = sheet.variants[0].price, sheet.variants[0].stock
    kinds = [TicketKind("Adult", price), TicketKind("Child", _round(price * 6 // 10))]
    if seats >= LEAST_FOR_FAMILIES:
        kinds.append(TicketKind("Family of four", _round(price * 32 // 10), FAMILY_SEATS))
    return Plan(
        zone=zone_of(store.country),
        seats=max(seats, 1),
        kinds=tuple(kinds),
        closes_before=timedelta(hours=24 if sheet.outing.duration_minutes >= LONG_MINUTES else 4),
    )


def allotments_of(product: Product, units: int, *, seats: int) -> Mapping[str, int]:
    """Return the units of a deal for every session: so many adults, and children beside them."""
    shares = {"Adult": units, "Child": max(1, units // 3), "Family of four": 1}
    if units + max(1, units // 3) + FAMILY_SEATS > seats:
        del shares["Family of four"]
    if units + max(1, units // 3) > seats:
        del shares["Child"]
    rows = product.variants.filter(session_start__isnull=False).order_by("pk")
    return {
        str(pk): shares[options[0]]
        for pk, options in rows.values_list("pk", "options")
        if options[0] in shares
    }


def starts_of(outing: OutingSheet, zone: str, at: datetime) -> Iterator[datetime]:
    """Return the starts of eight weeks, from tomorrow on or from the day its season begins."""
    weekly, moons = _weekly(outing), outing.times.moons
    for day in islice(_days_in_season(outing.times, zone, at), WEEKS * 7):
        if moons and not any(is_near(moon, day) for moon in moons):
            continue
        for hour in weekly.get(day.weekday(), ()):
            # Where a clock jumps over the hour that day, there is no session.
            for start in instants(datetime.combine(day, hour), zone)[:1]:
                yield start.astimezone(UTC)


def _days_in_season(times: Times, zone: str, at: datetime) -> Iterator[date]:
    today = at.astimezone(ZoneInfo(zone)).date()
    days = (today + timedelta(days=number) for number in count(1))
    return (day for day in days if not times.months or day.month in times.months)


def _weekly(outing: OutingSheet) -> Mapping[int, Sequence[time]]:
    """Return the hours of each day of the week; a day has all its hours before the next has any."""
    days = [day for day in DAYS_OF_WEEK if day in (outing.times.weekdays or DAYS_OF_WEEK)]
    turns = [(day, hour) for day in days for hour in outing.times.hours]
    if not outing.times.moons:
        turns = turns[: outing.sessions_per_week]
    return {day: [hour for its_day, hour in turns if its_day == day] for day in days}


def _round(cents: int) -> int:
    """Return a price in whole halves of a dollar."""
    return max(50, (cents + 25) // 50 * 50)
