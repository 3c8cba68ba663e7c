"""Which link somebody came by last: a cookie with the link's code and a day, and nothing else.

Whoever follows the same link on the same day gets the same cookie, so that it tells nobody from
another. It goes after ``SHARE_LINK_DAYS``. A browser that asks not to be followed gets none.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from shop.core import cookies

COOKIE = "came"
SALT = "shop.share_links.cookie"
DAY = timedelta(days=1)


class CameFrom(NamedTuple):
    """The link by which somebody came, and until when that counts."""

    code: str
    until: datetime


def note(request: HttpRequest, response: HttpResponse, code: str, *, at: datetime) -> None:
    """Let the browser remember by which link it came, unless it or the operator does not want."""
    days = settings.SHARE_LINK_DAYS
    if not days or asks_not_to(request):
        return
    text = signing.Signer(salt=SALT).sign(f"{code}.{at.date().isoformat()}")
    cookies.keep(response, COOKIE, text, seconds=days * 24 * 3600)


def read(request: HttpRequest, *, at: datetime) -> CameFrom | None:
    """Return by which link somebody came, if that counts still."""
    text = cookies.read(request, COOKIE)
    if not text or not settings.SHARE_LINK_DAYS or asks_not_to(request):
        return None
    try:
        code, _dot, day = signing.Signer(salt=SALT).unsign(text).partition(".")
        first = date.fromisoformat(day)
    except (signing.BadSignature, ValueError):
        return None
    start = datetime(first.year, first.month, first.day, tzinfo=UTC)
    until = start + settings.SHARE_LINK_DAYS * DAY
    return CameFrom(code, until) if start <= at < until else None


def asks_not_to(request: HttpRequest) -> bool:
    """Tell whether a browser asks not to be followed (Global Privacy Control, Do Not Track)."""
    return "1" in (request.headers.get("Sec-GPC"), request.headers.get("DNT"))
