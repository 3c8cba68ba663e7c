"""The language that a browser asks for is offered once; nobody is moved there unasked."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.translation import get_language, get_language_from_path
from django.utils.translation import gettext as _
from django.utils.translation.trans_real import (
    get_supported_language_variant,
    parse_accept_lang_header,
)

from shop.core import cookies
from shop.core.languages import locale_of

COOKIE = "offered_language"
YEAR = 365 * 24 * 60 * 60  # seconds
# Of these the address alone leads nowhere, or the language is that of an order or of a desk.
QUIET = {"cart", "checkout", "orders", "merchant", "organize", "remind"}


@dataclass(frozen=True, slots=True)
class LanguageOffer:
    """A page in another language, offered in that language."""

    language: str
    direction: str
    text: str
    url: str


def offered(request: HttpRequest) -> LanguageOffer | None:
    """Return the page that asks, in the language of its reader's browser; None if it is in it.

    Shared pages are the same for everyone, so this is part of what they fetch for one person.
    """
    wanted = _wanted(request.headers.get("Accept-Language", ""))
    if wanted in (None, get_language()) or cookies.read(request, COOKIE):
        return None
    page = _page(request)
    if page.strip("/").partition("/")[0] in QUIET:
        return None
    with translation.override(wanted):
        text = _("Read this page in English")
    url = page if wanted == settings.LANGUAGE_CODE else f"/{wanted}{page}"
    return LanguageOffer(wanted, locale_of(wanted).text_direction, text, url)


def note_offer(response: HttpResponse, offer: LanguageOffer | None) -> None:
    """Have the browser remember that it was offered a language: once is enough."""
    if offer:
        cookies.keep(response, COOKIE, offer.language, seconds=YEAR)


def _wanted(header: str) -> str | None:
    """Return the first language of the shop among those that a browser asks for."""
    for code, _quality in parse_accept_lang_header(header):
        if code == "*":
            return None
        try:
            return get_supported_language_variant(code)
        except LookupError:
            continue
    return None


def _page(request: HttpRequest) -> str:
    """Return the address of the page that asks, without its language; another site's is home."""
    parts = urlsplit(request.headers.get("Referer", ""))
    if parts.netloc != request.get_host():
        return "/"
    own = get_language_from_path(parts.path)
    path = (parts.path.removeprefix(f"/{own}") if own else parts.path) or "/"
    return f"{path}?{parts.query}" if parts.query else path
