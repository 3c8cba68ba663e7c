"""The instants of a festival at which something changes, as moments for previews."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shop.festivals.local_time import wall_of
from shop.festivals.models import Closure, Festival, Slot

SECOND = timedelta(seconds=1)
MOST_SOLD_OUT = 20
MOST_SLOTS = 60


@dataclass(frozen=True, slots=True)
class Boundary:
    """An instant with its event, for organizers; ``wall`` is its time in the zone."""

    key: str
    at: datetime
    label: str
    wall: datetime


def boundaries(festival: Festival) -> list[Boundary]:
    """Return the instants around a festival's turns, in order of time. Two statements."""
    found = [
        ("before", festival.starts_at - SECOND, "One second before the start"),
        ("start", festival.starts_at, "At the start"),
        ("last", festival.ends_at - SECOND, "One second before the end"),
        ("end", festival.ends_at + SECOND, "One second after the end"),
    ]
    for slot in festival.slots.filter(kind=Slot.Kind.FLASH, cancelled_at=None)[:MOST_SLOTS]:
        found += [
            (f"slot-{slot.pk}", slot.starts_at, f"Slot starts: {slot.label}"),
            (f"slot-end-{slot.pk}", slot.ends_at, f"Slot ends: {slot.label}"),
        ]
    gone = Closure.objects.filter(
        reason=Closure.Reason.SOLD_OUT, deal__slot__festival=festival
    ).order_by("starts_at")
    rows = gone.values_list("pk", "starts_at", "deal__variant__product__title")[:MOST_SOLD_OUT]
    found += [(f"gone-{pk}", at, f"Sold out: {title}") for pk, at, title in rows]
    found.sort(key=lambda row: row[1])
    return [Boundary(key, at, label, wall_of(at, festival.zone)) for key, at, label in found]


def by_instant(found: Iterable[Boundary]) -> list[Boundary]:
    """Return each instant once, with all that happens at it."""
    known: dict[datetime, Boundary] = {}
    for boundary in found:
        first = known.get(boundary.at)
        label = f"{first.label}; {boundary.label}" if first else boundary.label
        known[boundary.at] = replace(first or boundary, label=label)
    return list(known.values())
