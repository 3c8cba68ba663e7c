"""Answers whoever has opened a preview from within it: every page of the shop, and no other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import InternalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from psycopg.errors import ReadOnlySqlTransaction

from shop.storefront.not_found import ELSEWHERE
from shop.storefront.previews.access import opened
from shop.storefront.previews.overlay import shown
from shop.storefront.previews.preview import Preview, PreviewRequest, preview_of

Answer = Callable[[HttpRequest], HttpResponse]

# Pages of everybody. What belongs to one person's orders or account is not of another moment.
SHOWN = ("shop.storefront.", "shop.orders.cart.", "cms.pages.")
# What may be posted: it sets cookies, and writes no row.
POSTED = {"preview-change", "preview-leave", "preferences"}


class Previews:
    """Shows the shop at another instant to whoever opened a preview, and refuses all writes."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: PreviewRequest) -> HttpResponse:
        """Answer from within the preview; desks and machines know none."""
        # Wagtail makes requests up to show pages in its editor, which chooses the moment itself.
        is_elsewhere = ELSEWHERE.match(request.path) or getattr(request, "is_dummy", False)
        preview = None if is_elsewhere else opened(request)
        if preview is None:
            return self.get_response(request)
        request.preview, request.moment = preview, preview.at
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            bool(request.user.is_authenticated)  # a session that is void is removed, so before
        return private(self._within(request, preview))

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., Any],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> HttpResponse | None:
        """Refuse requests that do more than look."""
        if preview_of(request) is None:
            return None
        if request.resolver_match and request.resolver_match.url_name in POSTED:
            return None
        if request.method in ("GET", "HEAD") and view.__module__.startswith(SHOWN):
            return None
        return refusal(request)

    def process_exception(self, request: PreviewRequest, error: Exception) -> HttpResponse | None:
        """Answer 409 if the database refused to write; a page follows outside of it."""
        if preview_of(request) and isinstance(error, InternalError):
            request.has_tried_to_write = isinstance(error.__cause__, ReadOnlySqlTransaction)
            return HttpResponse(status=409) if request.has_tried_to_write else None
        return None

    def _within(self, request: HttpRequest, preview: Preview) -> HttpResponse:
        with shown(preview):
            response = self.get_response(request)
        if getattr(request, "has_tried_to_write", False):
            with shown(preview):
                return refusal(request)
        return response


def private(response: HttpResponse) -> HttpResponse:
    """Forbid caches to keep a page of a preview, and search engines to list it."""
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def refusal(request: HttpRequest) -> HttpResponse:
    """Return the page, or for htmx the fragment, that refuses to write in a preview."""
    message = _("This is a preview. Nothing can be bought, saved or changed here.")
    is_part = getattr(request, "htmx", False)
    name = "components/alert.html" if is_part else "shop/storefront/previews/refused.html"
    return render(request, name, {"message": message}, status=409)
