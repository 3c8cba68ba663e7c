"""Shows a page in its editor as it will be: at the start, when a slot starts, at the end.

It is one request within a preview of the shop, opened for that request alone: it reads what the
preview says and can write nothing. It is for whoever may edit the page, and is never kept.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol, cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from wagtail.users.models import UserProfile

from shop.core import clock
from shop.festivals.models import Festival
from shop.storefront.cache.catalogue_version import CatalogueVersion, KnownFestival, current_version
from shop.storefront.previews.boundaries import boundaries
from shop.storefront.previews.middleware import private
from shop.storefront.previews.overlay import shown
from shop.storefront.previews.preview import Preview, PreviewRequest

NOW = ("", "As now")
CHOSEN = ("chosen", "At the moment chosen in the page's settings")


class Previewed(Protocol):
    """A page that can be shown as it will be at a moment."""

    preview_at: datetime | None

    def festival_at(self, version: CatalogueVersion) -> KnownFestival | None: ...
    def answer(self, request: HttpRequest) -> HttpResponse: ...


def modes(page: Previewed) -> list[tuple[str, str]]:
    """Return the moments at which a page can be looked at, with their names."""
    festival = _festival(page)
    found = boundaries(festival) if festival else []
    named = [(row.key, f"{row.label}, {row.wall:%d %b %H:%M}") for row in found]
    return [NOW, *dict(named).items(), CHOSEN]


def show(page: Previewed, request: HttpRequest, mode: str) -> HttpResponse:
    """Return the page as it will be at a moment, for editors only."""
    if request.user.is_authenticated:
        UserProfile.get_for_user(request.user)  # Wagtail's bar would write it, and may not
    festival = _festival(page)
    at = _moment(page, festival, mode) or clock.now()
    preview = Preview(at=at, festival_id=festival.pk if festival else 0)
    within = cast("PreviewRequest", request)
    within.moment, within.preview = at, preview
    with shown(preview):
        response = private(page.answer(request))
    # It is shown in a frame of the editor, which brings its own style and script along.
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    framed: Any = response
    framed._csp_config = settings.ADMIN_CSP
    return response


def _moment(page: Previewed, festival: Festival | None, mode: str) -> datetime | None:
    if mode == CHOSEN[0]:
        return page.preview_at
    found = boundaries(festival) if festival and mode else []
    return next((boundary.at for boundary in found if boundary.key == mode), None)


def _festival(page: Previewed) -> Festival | None:
    known = page.festival_at(current_version(at=clock.now()))
    return Festival.objects.get(pk=known.id) if known else None
