"""Steps through a long list by the key of its rows: every page costs the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Page:
    """Some rows, newest first, with the addresses of the pages beside them."""

    rows: list[Any]
    previous: str = ""
    next: str = ""


def page_of(request: HttpRequest, rows: QuerySet, *, size: int) -> Page:
    """Return the page that the address asks for: ``?before=`` or ``?after=`` a row's id."""
    before, after = _id(request, "before"), _id(request, "after")
    if after:
        found = list(rows.filter(pk__gt=after).order_by("pk")[: size + 1])
        has_newer, has_older = len(found) > size, True
        found = found[:size][::-1]
    else:
        found = list((rows.filter(pk__lt=before) if before else rows).order_by("-pk")[: size + 1])
        has_newer, has_older = bool(before), len(found) > size
        found = found[:size]
    if not found:
        return Page([])
    return Page(
        found,
        previous=_address(request, after=found[0].pk) if has_newer else "",
        next=_address(request, before=found[-1].pk) if has_older else "",
    )


def _id(request: HttpRequest, name: str) -> int:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0


def _address(request: HttpRequest, **place: int) -> str:
    query = request.GET.copy()
    for name in ("before", "after"):
        query.pop(name, None)
    query.update({name: str(value) for name, value in place.items()})
    return f"?{query.urlencode()}"
