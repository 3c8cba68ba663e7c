"""The calendar of all festivals, and a day of one festival hour by hour."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_safe

from cms.dashboard.addresses import trail_of
from cms.dashboard.festivals.lanes import calendar_table, timeline_table
from cms.dashboard.permissions import needs
from cms.dashboard.screens import button, show
from shop.core import clock
from shop.festivals.local_time import YEARS, midnight, wall_of
from shop.festivals.models import Festival, Slot
from shop.festivals.nominations.wishes import stores_with_units
from shop.festivals.schedule.calendar import (
    CalendarBar,
    LaneCell,
    benefits_between,
    gathered,
    lanes,
    overlaps,
    planned,
    scheduled_prices,
    slots_between,
)
from shop.people.accounts.requests import SignedIn

WEEKS, STEP = 14, timedelta(weeks=7)
WIDEST = timedelta(hours=14)  # by which a zone is before or after UTC
HOURS = range(0, 25, 2)


@require_safe
@needs("view_festival")
def calendar(request: SignedIn) -> HttpResponse:
    """Show fourteen weeks: every festival, slot, benefit and scheduled price. Seven statements."""
    at = clock.moment_of(request)
    asked = _day(request.GET.get("from", ""))
    monday = _monday(asked or at.date() - timedelta(weeks=3))
    edges = _weeks(monday, "UTC")
    found = planned(edges[0] - WIDEST, edges[-1] + WIDEST)
    rows = [(festival, _drawn(festival, bars, monday)) for festival, bars in found.items()]
    rows = [(festival, drawn) for festival, drawn in rows if drawn]
    prices = scheduled_prices(edges)
    weeks = [(edge.date(), edge <= at < edge + timedelta(weeks=1)) for edge in edges[:-1]]
    context: dict[str, Any] = {
        "table": calendar_table(rows, weeks, prices if any(prices) else []),
        "overlaps": overlaps([festival for festival, _drawn in rows]),
        "before": (monday - STEP).isoformat(),
        "after": (monday + STEP).isoformat(),
        "first": edges[0].date(),
        "last": edges[-1].date() - timedelta(days=1),
    }
    new = button("New festival", reverse("desk:festival-add"), "plus")
    may_add = request.user.has_perm("shop.add_festival")
    return show(request, "calendar.html", "Calendar", buttons=[new] if may_add else [], **context)


@require_safe
@needs("view_festival")
def timeline(request: SignedIn, pk: int) -> HttpResponse:
    """Show a day of a festival hour by hour: slots, benefits, regular prices. Seven statements."""
    festival = get_object_or_404(Festival, pk=pk)
    at = clock.moment_of(request)
    day = _day(request.GET.get("day", "")) or _first_day(festival, at)
    zone = ZoneInfo(festival.zone)
    # By elapsed hours, so that a day on which the clock jumps is drawn as long as it is.
    begin = midnight(day, festival.zone)
    edges = [begin + timedelta(hours=hour) for hour in HOURS]
    slots = slots_between(festival, edges[0], edges[-1])
    given = benefits_between([festival], edges[0], edges[-1])
    empty = [slot for slot in slots if not slot.products and slot.ends_at > at]
    groups = [
        ("Flash slots", lanes([_slot_bar(slot, at=at) for slot in slots], edges)),
        ("Benefits", lanes([_with_days(bar, festival.zone) for bar in given], edges)),
    ]
    prices = scheduled_prices(edges, of=festival)
    hours = [(edge.astimezone(zone), edge <= at < edge + timedelta(hours=2)) for edge in edges[:-1]]
    context: dict[str, Any] = {
        "festival": festival,
        "day": day,
        "table": timeline_table(
            festival, hours, [(name, drawn) for name, drawn in groups if drawn],
            prices if any(prices) else [],
        ),
        "has_slots": bool(slots),
        "empty": empty,
        "stores": stores_with_units(festival, at=at) if empty else 0,
        "tab": "timeline",
        "before": (day - timedelta(days=1)).isoformat(),
        "after": (day + timedelta(days=1)).isoformat(),
        "starts": wall_of(festival.starts_at, festival.zone),
        "ends": wall_of(festival.ends_at, festival.zone),
    }  # fmt: skip
    return show(
        request, "timeline.html", "Timeline", trail=trail_of(festival), icon="time", **context
    )


def _day(text: str) -> date | None:
    try:
        day = parse_date(text)
    except ValueError:
        return None
    return day if day and day.year in YEARS[1:-1] else None


def _first_day(festival: Festival, at: datetime) -> date:
    """Return today while the festival runs, else its first day."""
    return wall_of(max(festival.starts_at, min(at, festival.ends_at)), festival.zone).date()


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _weeks(monday: date, zone: str) -> list[datetime]:
    """Return the instants at which weeks begin in a zone, and the end of the last one."""
    return [midnight(monday + timedelta(weeks=n), zone) for n in range(WEEKS + 1)]


def _drawn(festival: Festival, bars: list[CalendarBar], monday: date) -> list[list[LaneCell]]:
    """Lay the bars of a festival into weeks of its own zone."""
    edges = _weeks(monday, festival.zone)
    return lanes(gathered([_with_days(bar, festival.zone) for bar in bars], edges), edges)


def _with_days(bar: CalendarBar, zone: str) -> CalendarBar:
    last = wall_of(bar.ends_at - timedelta(microseconds=1), zone)
    first = wall_of(bar.starts_at, zone)
    words = f"{first:%-d %b}" if first.date() == last.date() else f"{first:%-d %b} to {last:%-d %b}"
    return replace(bar, words=words)


def _slot_bar(slot: Slot, *, at: datetime) -> CalendarBar:
    is_on = slot.starts_at <= at < slot.ends_at
    kind = "on" if is_on else "over" if slot.ends_at <= at else "slot" if slot.products else "open"
    return CalendarBar(
        kind,
        slot.label,
        slot.starts_at,
        slot.ends_at,
        slot.festival_id,
        slot.pk,
        _full(slot, is_on),
    )


def _full(slot: Slot, is_on: bool) -> str:
    """Say how full a slot is, and how much of it is gone."""
    if slot.max_nominations and slot.products < slot.max_nominations and not is_on:
        return f"{slot.products} of {slot.max_nominations} filled"
    if not slot.products:
        return "open"
    words = f"{slot.products} product{'' if slot.products == 1 else 's'}"
    if slot.aside:
        gone = slot.gone * 100 // slot.aside
        return (
            f"{words}, sold out" if gone >= 100 else f"{words}, {gone}\N{NO-BREAK SPACE}% claimed"
        )
    return f"{words}, on now" if is_on else words
