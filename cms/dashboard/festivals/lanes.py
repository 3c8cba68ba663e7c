"""Bars in lanes below columns of time, as a table: the calendar, and a day of a festival."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString

from cms.dashboard.tables import Column, Table, element, joined, link, status
from shop.festivals.local_time import wall_of
from shop.festivals.models import Festival
from shop.festivals.schedule.calendar import CalendarBar, LaneCell

type Lanes = list[list[LaneCell]]


class LaneTable(Table):
    """Groups of lanes, each beside its heading, and how many prices change in each column."""

    def __init__(
        self, label: str, heads: Sequence[SafeString], groups: Iterable[tuple[object, list[Any]]],
        prices: Sequence[object] = (), *, classname: str = "desk-lanes",
    ) -> None:  # fmt: skip
        super().__init__(label, (), list(groups), classname=classname)
        self.heads, self.prices = heads, prices

    def get_context_data(self, parent_context: object) -> dict[str, Any]:
        """Return the context of the template; the heads are moments, not columns of rows."""
        return super().get_context_data(parent_context) | {"heads": element("tr", *self.heads)}

    def bodies(self, _columns: Sequence[Column]) -> Iterator[Iterable[SafeString]]:
        """Yield the lanes of each group, and at last the prices."""
        for heading, lanes in self.data:
            side = element("th", heading, scope="rowgroup", rowspan=len(lanes))
            first, *others = (joined("", lane) for lane in lanes)
            yield [element("tr", side, first), *(element("tr", lane) for lane in others)]
        if self.prices:
            head, *counts = self.prices
            cells = (element("td", count and str(count)) for count in counts)
            yield [element("tr", element("th", head, scope="row"), *cells)]


def calendar_table(
    rows: Iterable[tuple[Festival, Lanes]], weeks: Iterable[tuple[date, bool]],
    prices: Sequence[int],
) -> LaneTable:  # fmt: skip
    """Return festivals in weeks, each in its own zone."""

    def heading(festival: Festival) -> SafeString:
        name = link(festival.title, reverse("desk:festival", args=[festival.pk]))
        is_public = festival.state == Festival.State.PUBLISHED
        return joined(" ", (name, not is_public and status(festival.get_state_display().lower())))

    groups = (
        (heading(festival), [
            [_cell(cell, cell.bar and _calendar_bar(cell.bar, cell.span, festival.zone))
             for cell in lane]
            for lane in lanes
        ])
        for festival, lanes in rows
    )  # fmt: skip
    heads = [element("th", "Festival", scope="col")]
    heads += [_head(f"{day:%-d %b}", "date" if is_now else "") for day, is_now in weeks]
    counts = ["Regular prices that change (UTC)", *prices] if prices else []
    return LaneTable("Calendar", heads, groups, counts)


def timeline_table(
    festival: Festival, hours: Iterable[tuple[datetime, bool]],
    groups: Iterable[tuple[str, Lanes]], prices: Sequence[int],
) -> LaneTable:  # fmt: skip
    """Return a day of a festival hour by hour."""
    drawn = (
        (name, [[_cell(cell, cell.bar and _hour_bar(cell.bar)) for cell in lane] for lane in lanes])
        for name, lanes in groups
    )
    heads = [element("td")]
    heads += [_head(f"{hour:%H:%M}", "time" if is_now else "") for hour, is_now in hours]
    counts = ["Regular prices that change", *prices] if prices else []
    label = "The day hour by hour"
    return LaneTable(label, heads, drawn, counts, classname="desk-lanes hours")


def _head(text: str, now: str) -> SafeString:
    return element("th", text, scope="col", class_=now and "now", aria_current=now)


def _cell(cell: LaneCell, bar: object) -> SafeString:
    return element("td", bar, colspan=cell.span if cell.span > 1 else "")


def _calendar_bar(bar: CalendarBar, span: int, zone: str) -> SafeString:
    """Return a bar. In one column a slot has no room for its name: pointing at it shows it."""
    text = ", ".join(filter(None, (bar.label, bar.words)))
    url = ""
    if bar.kind == "benefit":
        url = reverse("desk:benefit", args=[bar.festival_id, bar.row_id])
    elif bar.row_id:
        day = f"?day={wall_of(bar.starts_at, zone):%Y-%m-%d}"
        url = f"{reverse('desk:festival-timeline', args=[bar.festival_id])}{day}"
    is_short = span == 1 and bar.kind == "slot" and bar.row_id
    return _bar(bar, "1 slot" if is_short else text, url, text)


def _hour_bar(bar: CalendarBar) -> SafeString:
    if bar.kind == "benefit":
        return _calendar_bar(bar, 0, "UTC")
    url = f"{reverse('desk:festival-deals', args=[bar.festival_id])}?slot={bar.row_id}"
    text = f"{bar.label}: {bar.words}"
    return _bar(bar, text, url, text)


def _bar(bar: CalendarBar, text: str, url: str, title: str) -> SafeString:
    tag = "a" if url else "span"
    return element(tag, text, class_=f"desk-bar {bar.kind}", href=url, title=title)
