"""The page for addresses that lead nowhere: it searches for pages and products instead."""

from __future__ import annotations

import logging
import re
from datetime import datetime
from urllib.parse import unquote

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language, get_language_from_path
from django.utils.translation import gettext as _

from shop.core import clock
from shop.storefront.cache.catalogue_version import current_version
from shop.storefront.listing.no_results import instead_of
from shop.storefront.listings.words import spelled
from shop.storefront.menu import MenuLink, menu

log = logging.getLogger(__name__)

# Of these the last part of the address names something that was to be seen by everyone.
PUBLIC = {"product", "store", "wagtail_serve"}
# Desks and machines have addresses without a language; nobody looks for products there.
ELSEWHERE = re.compile(r"/(merchant|organize|mail|media|static|webhooks|health|clock)(/|$)")
# Here a misspelled word is one of a product or a store; elsewhere it names some page.
LISTED = ("/products/", "/stores/")
MOST_WORDS = 4
ENDING = re.compile(r"\.\w{1,5}$")


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Show that there is no such page, with the pages and products that it may have meant."""
    context: dict[str, object] = {}
    if request.method == "GET" and _is_of_the_shop(request):
        try:
            context = _meant(request, at=clock.moment_of(request))
        except DatabaseError:  # this page says what it can say
            log.warning("A page that is not there could not be searched for", exc_info=True)
    response = render(request, "404.html", context, status=404)
    response.headers["Cache-Control"] = "no-store"
    return response


def _meant(request: HttpRequest, *, at: datetime) -> dict[str, object]:
    """Return the pages and the products that an address may have meant. Two statements at most."""
    language, words, version = get_language(), _words(request.path), current_version(at=at)
    path = request.path.removeprefix(f"/{language}")
    asked = {word for _written, word in spelled(words)}
    pages = [page for page in (*_terms(), *menu(version.menu, language)) if asked & _names(page)]
    is_exact = bool(pages) or not path.startswith(LISTED)
    found, nothing = instead_of(words, version, is_exact=is_exact, at=at, language=language)
    return {"words": found, "nothing": nothing, "pages": pages}


def _terms() -> list[MenuLink]:
    link = settings.TERMS_LINK
    return [MenuLink(link, "terms", _("Terms"), lang="", is_help=False)] if link else []


def _names(page: MenuLink) -> set[str]:
    text = f"{page.slug.replace('-', ' ')} {page.title}"
    return {word for _written, word in spelled(text) if len(word) > 2}


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
