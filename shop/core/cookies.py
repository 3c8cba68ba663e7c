"""The shop's cookies: each is one host's alone, read by no script, and over HTTPS set by us alone.

Over HTTPS their names begin with ``__Host-``. Browsers then take them only from this very host and
encrypted: a neighbour under the same domain, or whoever sits on a line without encryption, can
plant none.
"""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse


def name_of(cookie: str) -> str:
    """Return a cookie's name as browsers know it."""
    return f"{settings.COOKIE_PREFIX}{cookie}"


def read(request: HttpRequest, cookie: str) -> str:
    """Return the value of a cookie, empty if the browser sent none."""
    return request.COOKIES.get(name_of(cookie), "")


def keep(response: HttpResponse, cookie: str, value: str, *, seconds: int) -> None:
    """Have the browser keep a cookie for some time."""
    response.set_cookie(
        name_of(cookie),
        value,
        max_age=seconds,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )


def forget(response: HttpResponse, cookie: str) -> None:
    """Have the browser forget a cookie."""
    response.delete_cookie(name_of(cookie), samesite="Lax")
