"""Headers of every answer: which powers a page has on the device, and who may keep a copy."""

import re
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse

# What is one person's, with the language in front or without; the rest is everybody's.
PERSONAL = re.compile(
    r"^/(?:[a-z]{2}(?:-[a-z]+)?/)?"
    r"(?:account|apply|merchant|organize|orders|cart|checkout|saved|remind|mail)(?:/|$)"
)


class Guarded:
    """Names the powers that no page has, and lets nobody keep a personal page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, and see to the headers."""
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", settings.PERMISSIONS_POLICY)
        if _is_personal(request) and not _is_nobodys(response):
            response.headers["Cache-Control"] = "private, no-store"
        return response


def _is_personal(request: HttpRequest) -> bool:
    """Tell whether an answer is for one person: by its address, or since the session was read."""
    if PERSONAL.match(request.path_info):
        return True
    return bool(getattr(getattr(request, "session", None), "accessed", False))


def _is_nobodys(response: HttpResponse) -> bool:
    """Tell whether an answer says by itself that nobody may keep it."""
    said = response.headers.get("Cache-Control", "")
    return "no-store" in said and "private" in said
