"""Steps through a long list by the keys of its rows: every page costs the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows in their order, with the addresses of the pages beside them."""

    rows: list[Any]
    previous: str = ""
    next: str = ""


class Place(NamedTuple):
    """Where a row stands: in the order of days, if rows are sorted by one, and by its id."""

    day: date
    pk: int


def page_of(request: HttpRequest, rows: QuerySet, *, size: int, soonest: str = "") -> Page:
    """Return the page that the address asks for: ``?before=`` goes on from a row, ``?after=`` back.

    Args:
        soonest: names a day by which rows are sorted, those without one last. Else the newest
            row comes first.
    """
    day = Coalesce(F(soonest), Value(date.max)) if soonest else Value(date.max)
    rows = rows.annotate(sorted_by=day)
    on, back = ("gt", "lt") if soonest else ("lt", "gt")
    order, reverse = (
        (("sorted_by", "pk"), ("-sorted_by", "-pk")) if soonest else (("-pk",), ("pk",))
    )
    before, after = _place(request, "before"), _place(request, "after")
    if after:
        found = list(rows.filter(_beyond(after, back)).order_by(*reverse)[: size + 1])
        has_previous, has_next = len(found) > size, True
        found = found[:size][::-1]
    else:
        rows = rows.filter(_beyond(before, on)) if before else rows
        found = list(rows.order_by(*order)[: size + 1])
        has_previous, has_next = bool(before), len(found) > size
        found = found[:size]
    if not found:
        return Page([])
    name: Callable[[Any], str] = _name_by_day if soonest else _name
    return Page(
        found,
        previous=_address(request, after=name(found[0])) if has_previous else "",
        next=_address(request, before=name(found[-1])) if has_next else "",
    )


def _beyond(place: Place, way: str) -> Q:
    later = Q(**{f"sorted_by__{way}": place.day})
    return later | Q(**{"sorted_by": place.day, f"pk__{way}": place.pk})


def _place(request: HttpRequest, name: str) -> Place | None:
    """Return the place in an address: an id, before it a day where there is one."""
    day, _dot, text = request.GET.get(name, "").rpartition(".")
    if not (text.isascii() and text.isdigit() and len(text) < 18):
        return None
    try:
        return Place(date.fromisoformat(day) if day else date.max, int(text))
    except ValueError:
        return None


def _name(row: Any) -> str:
    return str(row.pk)


def _name_by_day(row: Any) -> str:
    return f"{row.sorted_by}.{row.pk}"


def _address(request: HttpRequest, **place: str) -> str:
    query = request.GET.copy()
    for name in ("before", "after"):
        query.pop(name, None)
    query.update(place)
    return f"?{query.urlencode()}"
