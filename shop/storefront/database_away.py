"""The page shown while the database is away: it says so, and whether a sent form may be stored.

It is a 503 that says when to ask again. No page here needs the database, a session or an address.
"""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language_from_path
from django.views import defaults

from shop.core.http import Request
from shop.storefront.lost_connection import is_away

log = logging.getLogger(__name__)

RETRY_AFTER = 30
ASKS = ("GET", "HEAD", "OPTIONS")
ORDERS = re.compile(r"^(/[a-z-]+)?/orders/")
DESKS = re.compile(r"^/(merchant|organize)/")
WRITES = re.compile(r"\b(INSERT|UPDATE|DELETE|MERGE|TRUNCATE|CALL)\b", re.IGNORECASE)

Answer = Callable[[HttpRequest], HttpResponse]


class DatabaseAway:
    """Answers with a 503 when the database does not; and watches whether a post wrote before."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: Request) -> HttpResponse:
        """Pass the request on."""
        if request.method in ASKS:
            return self.get_response(request)
        request.may_have_stored = False
        with connection.execute_wrapper(_watching(request)):
            return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Return the page of an absent database; leave other errors alone."""
        if not is_away(error):
            return None
        log.error("the database is away: %s", error)
        return away_page(request)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer errors raised outside of the views, where the database is asked as well."""
    if is_away(sys.exception()):
        return away_page(request)
    return defaults.server_error(request)


def away_page(request: HttpRequest) -> HttpResponse:
    """Return the page, or for htmx the fragment, that is shown while the database is away."""
    language = get_language_from_path(request.path_info) or settings.LANGUAGE_CODE
    with translation.override(language):
        is_part = request.headers.get("HX-Request") == "true"
        name = "components/away.html" if is_part else "503.html"
        body = render_to_string(name, _facts(request))
    response = HttpResponse(body, status=503, headers={"Content-Language": language})
    response.headers["Retry-After"] = str(RETRY_AFTER)
    response.headers["Cache-Control"] = "no-store"
    if is_part:  # what asks by itself asks again; who pressed something has to read this
        response.headers["HX-Retarget"] = "main"
        response.headers["HX-Reswap"] = "none" if request.method in ASKS else "afterbegin"
    return response


def _facts(request: HttpRequest) -> dict[str, Any]:
    has_sent = request.method not in ASKS
    return {
        "is_order": bool(ORDERS.match(request.path_info)),
        "is_desk": bool(DESKS.match(request.path_info)),
        "has_sent": has_sent,
        # A request that was never watched may have stored anything.
        "is_unknown": has_sent and getattr(request, "may_have_stored", True),
        "again": _back(request) if has_sent else "",
        "cart": reverse("cart"),
        "orders": reverse("order-find"),
    }


def _back(request: HttpRequest) -> str:
    """Return the page with the form: the address that it was sent to may show nothing itself."""
    page = request.headers.get("Referer", "")
    is_ours = page and url_has_allowed_host_and_scheme(page, {request.get_host()})
    return page if is_ours else reverse("cart")


def _watching(request: Request) -> Callable[..., Any]:
    """Note the first statement that writes: from then on, a commit may have come through."""

    def run(
        execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]
    ) -> Any:
        if not request.may_have_stored and WRITES.search(str(sql)):
            request.may_have_stored = True
        return execute(sql, params, many, context)

    return run
