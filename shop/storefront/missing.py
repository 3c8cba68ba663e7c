"""The page for addresses that lead nowhere: it searches for what they may have meant."""

from __future__ import annotations

import logging
import re
from urllib.parse import unquote

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, get_language_from_path

from shop import clock
from shop.listings.words import spelled
from shop.storefront.epoch import current_epoch
from shop.storefront.nothing import instead_of

log = logging.getLogger(__name__)

# Of these the last part of the address names something that was to be seen by everyone.
PUBLIC = {"product", "store", "wagtail_serve"}
# Desks and machines have addresses without a language; nobody looks for products there.
ELSEWHERE = re.compile(r"/(merchant|organize|mail|media|static|webhooks|health|clock)(/|$)")
MOST_WORDS = 4
ENDING = re.compile(r"\.\w{1,5}$")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that there is no such page, and show what its address may have meant."""
    context: dict[str, object] = {}
    if request.method == "GET" and _is_of_the_shop(request):
        try:
            at = clock.moment_of(request)
            found, nothing = instead_of(
                _words(request.path), current_epoch(at=at), at=at, language=get_language()
            )
            context = {"words": found, "nothing": nothing}
        except DatabaseError:  # this page says what it can say
            log.warning("A page that is not there could not be searched for", exc_info=True)
    response = render(request, "404.html", context, status=404)
    response.headers["Cache-Control"] = "no-store"
    return response


def _is_of_the_shop(request: HttpRequest) -> bool:
    if ELSEWHERE.match(request.path):
        return False
    return request.resolver_match is None or request.resolver_match.url_name in PUBLIC


def _words(path: str) -> str:
    """Return the words of an address's last part: "/shop/sisal-basket.html" has two."""
    language = get_language_from_path(path)
    parts = [part for part in unquote(path).split("/") if part and part != language]
    last = ENDING.sub("", parts[-1]) if parts else ""
    telling = [written for written, word in spelled(last) if len(word) > 2 and word.isalpha()]
    return " ".join(telling[:MOST_WORDS])
