"""When and where a session takes place, as tickets, mails and calendars say it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vText

from shop.catalogue.models import Variant
from shop.core.languages import listed
from shop.orders.models import OrderLine

DEFAULT_LENGTH = timedelta(hours=2)  # where the merchant gave no duration


@dataclass(frozen=True, slots=True)
class Session:
    """One session, in its own zone."""

    title: str
    store: str
    starts: datetime
    ends: datetime
    zone: str
    meeting_point: str


def session_of(variant: Variant, store: str) -> Session:
    """Return the session that a variant is a seat of."""
    product = variant.product
    start = cast("datetime", variant.session_start)
    starts = start.astimezone(ZoneInfo(variant.session_zone or "UTC"))
    minutes = product.duration_minutes
    # Added in UTC: a clock that jumps during a tour makes it no longer.
    length = timedelta(minutes=minutes) if minutes else DEFAULT_LENGTH
    ends = (start + length).astimezone(starts.tzinfo)
    return Session(
        product.title, store, starts, ends, variant.session_zone or "UTC", product.meeting_point
    )


def by_session(lines: Iterable[OrderLine]) -> list[list[OrderLine]]:
    """Return lines in groups: adults and children who come together are one visit."""
    found: dict[int, list[OrderLine]] = defaultdict(list)
    for line in lines:
        found[line.pool_id].append(line)
    return list(found.values())


def seats_of(lines: Sequence[OrderLine]) -> str:
    """Say which seats lines have: "2 × Adult, 1 × Child"."""
    return listed(
        f"{line.quantity} × {line.read_label}" if line.read_label else str(line.quantity)
        for line in lines
    )


def calendar(lines: Sequence[OrderLine], *, url: str, at: datetime) -> bytes:
    """Return a calendar file of the session of an order's lines, in local time (RFC 5545).

    It speaks the order's language. Opened again after the session was called off, it strikes the
    entry out that it made before.

    Args:
        lines: all that the order has for this session, the first one first: it names the entry.
        url: of the order's page.
        at: when it is made.
    """
    line = lines[0]
    session = session_of(line.variant, line.suborder.merchant.name)
    event = Event()
    event.add("uid", f"line-{line.pk}@{line.order.uuid}")
    event.add("dtstamp", at)
    event.add("dtstart", session.starts)
    event.add("dtend", session.ends)
    event.add("summary", vText(line.read_title))
    event.add("location", vText(session.meeting_point))
    event.add("description", vText(f"{seats_of(lines)}\n{url}"))
    event.add("url", url)
    if line.variant.cancelled_at:
        event.add("status", "CANCELLED")
        event.add("sequence", 1)
    found = Calendar()
    found.add("prodid", "-//Baobab//Sessions//EN")
    found.add("version", "2.0")
    found.add("method", "PUBLISH")
    found.add_component(event)
    found.add_missing_timezones()
    return found.to_ical()
