"""Shows a page as it will be: at the start, a second before it, when a slot starts, at the end.

A preview reads and writes nothing. It is for whoever may edit the page, is never kept, and says
in a banner which moment it shows.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from shop import clock
from shop.festivals.models import Slot
from shop.storefront.epoch import KnownFestival, current_epoch

if TYPE_CHECKING:
    from cms.pages.base import ShopPage

SECOND = timedelta(seconds=1)
NOW = ("", "As now")
CHOSEN = ("chosen", "At the moment chosen in the page's settings")
SLOT = "slot-"
AROUND = [
    ("before", "One second before the start"),
    ("start", "At the start"),
    ("end", "One second after the end"),
]


def modes(page: ShopPage) -> list[tuple[str, str]]:
    """Return the moments at which a page can be looked at, with their names."""
    found = [NOW]
    if festival := _festival(page):
        found += [*AROUND, *_slots(festival)]
    return [*found, CHOSEN]


def show(page: ShopPage, request: HttpRequest, mode: str) -> HttpResponse:
    """Return the page as it will be at a moment, for editors only."""
    at = _moment(page, mode) or clock.now()
    request.moment = at
    preview = {"at": at, "mode": dict(modes(page)).get(mode, NOW[1]), "is_now": not mode}
    response = page.answer(request, is_draft=page.previews_draft(), preview=preview)
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    # It is shown in a frame of the editor, which brings its own style and script along.
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    response._csp_config = settings.ADMIN_CSP
    return response


def _moment(page: ShopPage, mode: str) -> datetime | None:
    if mode == CHOSEN[0]:
        return page.preview_at
    festival = _festival(page)
    if festival is None:
        return None
    number = mode.removeprefix(SLOT)
    if number != mode:
        slots = Slot.objects.filter(festival=festival.id)
        slot = slots.filter(pk=number).first() if number.isdecimal() else None
        return slot.starts_at if slot else None
    return {
        "before": festival.starts_at - SECOND,
        "start": festival.starts_at,
        "end": festival.ends_at + SECOND,
    }.get(mode)


def _festival(page: ShopPage) -> KnownFestival | None:
    return page.festival_at(current_epoch(at=clock.now()))


def _slots(festival: KnownFestival) -> list[tuple[str, str]]:
    rows = Slot.objects.filter(festival=festival.id, kind=Slot.Kind.FLASH)[:40]
    return [
        (f"{SLOT}{row.pk}", f"Slot {number} starts: {row.label}, {row.starts_at:%d %b %H:%M} UTC")
        for number, row in enumerate(rows, 1)
    ]
