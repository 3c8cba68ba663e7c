"""Steps through a long list by the keys of its rows: every page costs the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, Lookup, Q, QuerySet, Value
from django.db.models.fields.tuple_lookups import Tuple, TupleGreaterThan, TupleLessThan
from django.db.models.functions import Coalesce
from django.http import HttpRequest

from shop.core.forms.numbers import number_of
from shop.core.statements.composed import AnyOf


@dataclass(frozen=True, slots=True)
class RowsPage:
    """Some rows in their order, with the addresses of the pages beside them."""

    rows: list[Any]
    previous: str = ""
    next: str = ""


class RowPlace(NamedTuple):
    """Where a row stands: in the order of days, if rows are sorted by one, and by its id."""

    day: date
    pk: int


def page_of(
    request: HttpRequest,
    rows: QuerySet[Any],
    *,
    size: int,
    soonest: str = "",
    among: Sequence[QuerySet[Any]] = (),
) -> RowsPage:
    """Return the page that the address asks for: ``?before=`` goes on from a row, ``?after=`` back.

    Args:
        soonest: names a day by which rows are sorted, those without one last. Else the newest
            row comes first.
        among: the rows are any of these. Each is cut to a page by its own index; joined by OR,
            all would be read.
    """
    order, reverse = (
        (("sorted_by", "pk"), ("-sorted_by", "-pk")) if soonest else (("-pk",), ("pk",))
    )
    on, back = (_later, _earlier) if soonest else (_older, _newer)
    day = {"sorted_by": by_day(soonest)} if soonest else {}

    def cut(where: Q | Lookup, order: Sequence[str]) -> list[Any]:
        parts = [
            part.annotate(**day).filter(where).order_by(*order).values("pk")[: size + 1]
            for part in among
        ]
        found = rows.annotate(**day).filter(where).order_by(*order)
        if parts:
            found = found.filter(AnyOf(F("pk"), ArraySubquery(parts[0].union(*parts[1:]))))
        return list(found[: size + 1])

    before, after = _place(request, "before"), _place(request, "after")
    if after:
        found = cut(back(after), reverse)
        has_previous, has_next = len(found) > size, True
        found = found[:size][::-1]
    else:
        found = cut(on(before) if before else Q(), order)
        has_previous, has_next = bool(before), len(found) > size
        found = found[:size]
    if not found:
        return RowsPage([])
    name: Callable[[Any], str] = _name_by_day if soonest else _name
    return RowsPage(
        found,
        previous=_address(request, after=name(found[0])) if has_previous else "",
        next=_address(request, before=name(found[-1])) if has_next else "",
    )


def in_parts(rows: QuerySet[Any], *, size: int, soonest: str) -> Iterator[Any]:
    """Yield all rows sorted by a day, so many in memory at a time; no cursor stays open."""
    rows = rows.annotate(sorted_by=by_day(soonest)).order_by("sorted_by", "pk")
    found = list(rows[:size])
    while found:
        yield from found
        last = RowPlace(found[-1].sorted_by, found[-1].pk)
        found = list(rows.filter(_later(last))[:size]) if len(found) == size else []


def by_day(name: str) -> Coalesce:
    """Return the sort key of rows by a day, those without one last; indexes know this form."""
    return Coalesce(F(name), Value(date.max))


def _older(place: RowPlace) -> Q:
    return Q(pk__lt=place.pk)


def _newer(place: RowPlace) -> Q:
    return Q(pk__gt=place.pk)


def _later(place: RowPlace) -> Lookup:
    return TupleGreaterThan(Tuple(F("sorted_by"), F("pk")), tuple(place))


def _earlier(place: RowPlace) -> Lookup:
    return TupleLessThan(Tuple(F("sorted_by"), F("pk")), tuple(place))


def _place(request: HttpRequest, name: str) -> RowPlace | None:
    """Return the place in an address: an id, before it a day where there is one."""
    day, _dot, text = request.GET.get(name, "").rpartition(".")
    if (pk := number_of(text)) is None:
        return None
    try:
        return RowPlace(date.fromisoformat(day) if day else date.max, pk)
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
