"""The plans between two instants, as bars in lanes: festivals, slots, benefits, prices."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import combinations

from django.db.models import Count, Q, Sum

from shop.festivals.models import Deal, Festival, Participation, Promotion, RegularPrice, Slot

MOST = 60  # festivals that one screen shows
FEW = 4  # slots of a festival that are drawn one by one


@dataclass(frozen=True, slots=True)
class CalendarBar:
    """A bar of the calendar: its kind, its name, its time and the words in it."""

    kind: str
    label: str
    starts_at: datetime
    ends_at: datetime
    festival_id: int
    row_id: int = 0
    words: str = ""


@dataclass(frozen=True, slots=True)
class LaneCell:
    """So many columns of a lane: empty, or with a bar."""

    span: int
    bar: CalendarBar | None = None


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two festivals that run at the same time, and how many variants have a deal in both."""

    first: Festival
    second: Festival
    starts_at: datetime
    ends_at: datetime
    variants: int


def lanes(bars: Iterable[CalendarBar], edges: Sequence[datetime]) -> list[list[LaneCell]]:
    """Lay bars into as few lanes as they need, each lane in cells from the first column on.

    Args:
        edges: the instants between columns, in order; one more than there are columns.
    """
    found: list[list[tuple[int, int, CalendarBar]]] = []
    for bar in sorted(bars, key=lambda bar: (bar.starts_at, bar.ends_at, bar.label)):
        first = max(0, bisect_right(edges, bar.starts_at) - 1)
        last = min(len(edges) - 1, bisect_left(edges, bar.ends_at))
        if last <= first:
            continue
        for lane in found:
            if lane[-1][1] <= first:
                lane.append((first, last, bar))
                break
        else:
            found.append([(first, last, bar)])
    return [_cells(lane, len(edges) - 1) for lane in found]


def planned(starts_at: datetime, ends_at: datetime) -> dict[Festival, list[CalendarBar]]:
    """Return the festivals of a time with bars for enrolment, festival, slots and benefits.

    Three statements. Those that were called off are left out.
    """
    running = Q(starts_at__lt=ends_at, ends_at__gt=starts_at)
    enrolling = Q(enrol_opens__lt=ends_at, enrol_closes__gt=starts_at)
    rows = Festival.objects.exclude(state=Festival.State.CANCELLED)
    festivals = list(rows.filter(running | enrolling).order_by("starts_at", "pk")[:MOST])
    found: dict[Festival, list[CalendarBar]] = {row: list(_own(row)) for row in festivals}
    by_id = {row.pk: row for row in festivals}
    slots = Slot.objects.filter(
        festival__in=festivals, kind=Slot.Kind.FLASH, cancelled_at=None, starts_at__lt=ends_at,
        ends_at__gt=starts_at,
    )  # fmt: skip
    for slot in slots:
        bar = CalendarBar(
            "slot", slot.label, slot.starts_at, slot.ends_at, slot.festival_id, slot.pk
        )
        found[by_id[slot.festival_id]].append(bar)
    for bar in benefits_between(festivals, starts_at, ends_at):
        found[by_id[bar.festival_id]].append(bar)
    return found


def benefits_between(
    festivals: Sequence[Festival], starts_at: datetime, ends_at: datetime
) -> list[CalendarBar]:
    """Return a bar for each benefit that can be used in a time. One statement."""
    rows = Promotion.objects.filter(
        festival__in=festivals, use_from__lt=ends_at, use_to__gt=starts_at
    ).exclude(state=Promotion.State.ENDED_EARLY, used=0, held_uses=0)
    return [
        CalendarBar("benefit", row.title, row.use_from, row.use_to, row.festival_id, row.pk)
        for row in rows
    ]


def gathered(bars: Sequence[CalendarBar], edges: Sequence[datetime]) -> list[CalendarBar]:
    """Return bars of which many short ones, such as flash slots, became one a column."""
    short = [bar for bar in bars if bar.kind == "slot"]
    if len(short) <= FEW:
        return list(bars)
    columns: dict[int, list[CalendarBar]] = {}
    for bar in short:
        if edges[0] <= bar.starts_at < edges[-1]:
            columns.setdefault(bisect_right(edges, bar.starts_at) - 1, []).append(bar)
    together = [
        replace(
            own[0], kind="slots", label=f"{len(own)} slots", words="",
            ends_at=min(max(bar.ends_at for bar in own), edges[column + 1]),
        )
        for column, own in columns.items()
    ]  # fmt: skip
    return [*(bar for bar in bars if bar.kind != "slot"), *together]


def scheduled_prices(edges: Sequence[datetime], *, of: Festival | None = None) -> list[int]:
    """Return the number of regular prices that begin within each column. One statement.

    Args:
        of: of the products that take part in this festival alone.
    """
    found = [0] * (len(edges) - 1)
    rows = RegularPrice.objects.filter(starts_at__gte=edges[0], starts_at__lt=edges[-1])
    if of is not None:
        taking_part = Participation.objects.filter(festival=of)
        rows = rows.filter(variant__product__in=taking_part.values("product"))
    for starts_at, count in rows.values_list("starts_at").annotate(n=Count("pk")).order_by():
        found[bisect_right(edges, starts_at) - 1] += count
    return found


def overlaps(festivals: Sequence[Festival]) -> list[Overlap]:
    """Return the pairs of festivals that run at the same time. One statement.

    A variant with deals in both is sold at the lower price, and the sale counts for that one.
    """
    pairs = [
        (a, b)
        for a, b in combinations(festivals, 2)
        if a.starts_at < b.ends_at and b.starts_at < a.ends_at
    ]
    if not pairs:
        return []
    ids = {row.pk for pair in pairs for row in pair}
    deals = Deal.objects.filter(slot__festival__in=ids).exclude(state__in=Deal.GONE)
    variants: dict[int, set[int]] = {pk: set() for pk in ids}
    for festival_id, variant_id in deals.values_list("slot__festival", "variant").distinct():
        variants[festival_id].add(variant_id)
    return [
        Overlap(
            a, b, max(a.starts_at, b.starts_at), min(a.ends_at, b.ends_at),
            len(variants[a.pk] & variants[b.pk]),
        )
        for a, b in pairs
    ]  # fmt: skip


def slots_between(festival: Festival, starts_at: datetime, ends_at: datetime) -> list[Slot]:
    """Return the flash slots of a time with their products and units. Two statements.

    Each carries ``products`` (with a deal), ``aside`` and ``gone`` (units).
    """
    rows = festival.slots.filter(
        kind=Slot.Kind.FLASH, cancelled_at=None, starts_at__lt=ends_at, ends_at__gt=starts_at
    )
    products = Count("deals__variant__product", ~Q(deals__state__in=Deal.GONE), distinct=True)
    slots = list(rows.annotate(products=products).order_by("starts_at", "pk"))
    deals = Deal.objects.filter(slot__in=slots, allotment__isnull=False)
    units = {
        row["slot"]: row
        for row in deals.exclude(state__in=Deal.GONE)
        .values("slot")
        .annotate(aside=Sum("allotment"), gone=Sum(Deal.TAKEN))
    }
    for slot in slots:
        own = units.get(slot.pk, {"aside": 0, "gone": 0})
        slot.aside, slot.gone = own["aside"], own["gone"]
    return slots


def _own(festival: Festival) -> Iterable[CalendarBar]:
    if festival.enrol_opens and festival.enrol_closes:
        yield CalendarBar(
            "enrolment", "Enrolment", festival.enrol_opens, festival.enrol_closes, festival.pk
        )
    yield CalendarBar("live", "Live", festival.starts_at, festival.ends_at, festival.pk)


def _cells(lane: Sequence[tuple[int, int, CalendarBar]], columns: int) -> list[LaneCell]:
    cells, place = [], 0
    for first, last, bar in lane:
        if first > place:
            cells.append(LaneCell(first - place))
        cells.append(LaneCell(last - first, bar))
        place = last
    if place < columns:
        cells.append(LaneCell(columns - place))
    return cells
