"""Pages that are the same bytes for everyone, built once and served to all.

They know no user, no session, no message and no "now". What decides about their content is in
their key: address, language, display currency, country of delivery and the version of prices.
Nothing in it is as a visitor typed it, so that no address gets the page of another.
"""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import wraps
from hashlib import blake2b
from typing import Any, Protocol

from django.conf import settings
from django.core.cache import cache, caches
from django.core.cache.backends.base import BaseCache
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.cache import get_conditional_response, patch_vary_headers

from shop.core import clock
from shop.core.http import Request
from shop.storefront.cache.catalogue_version import CatalogueVersion, is_unshared, version_or_last
from shop.storefront.lost_connection import Away, is_away
from shop.storefront.preferences import country_of, currency_of
from shop.storefront.search.filters import Filters, KnownFilters

FRESH = 30  # seconds for which a copy is served, here and in browsers
AWAY = 300  # seconds for which it is kept, and still served while the database is away
IN_FRONT = 6  # seconds of a copy in front of the shop, which no sold-out deal takes out there
BUILDING = 10  # seconds after which whoever builds a page is taken for dead
PAUSE, TRIES = 0.02, 100  # how long the others wait for it

View = Callable[..., HttpResponse]


class PageFilters(Protocol):
    """The filters that a shared page takes from its address."""

    @property
    def is_common(self) -> bool:
        """Tell whether many ask for just this."""

    @property
    def is_plain_search(self) -> bool:
        """Tell whether it is a search for words alone."""

    def query(self) -> str:
        """Return the canonical query."""


class Filtered[Asked: PageFilters](Request):
    """The request of a shared page."""

    filters: Asked


@dataclass(frozen=True, slots=True)
class KeptPage:
    """A page as it is kept; compressed once, since most browsers want it so."""

    body: bytes
    content_type: str
    tag: str
    built_at: datetime
    until: datetime
    is_kept: bool

    def is_fresh(self, at: datetime) -> bool:
        """Tell whether it may be served instead of being built."""
        return at < self.until and (at - self.built_at).total_seconds() < FRESH

    def may_stand_in(self, at: datetime) -> bool:
        """Tell whether it may be served while the database is away: its prices still hold."""
        return at < self.until and (at - self.built_at).total_seconds() < AWAY


def nothing(data: QueryDict, known: KnownFilters) -> Filters:
    """Return no filters: the page takes nothing from its address."""
    return Filters()


def shared_page(
    *, takes: Callable[[QueryDict, KnownFilters], PageFilters] = nothing
) -> Callable[[View], View]:
    """Serve a view's page to everyone from one copy; its 404s and redirects are never kept.

    A page for which few ask is built for each of them: if every address had a copy, whoever
    makes addresses up could fill the cache. A search is kept from the second time on that it is
    made, among the few copies that searches may have.

    Args:
        takes: reads what the page takes from the query. The view, the links and the key of the
            copy all find it as ``request.filters``, and look at the query no more.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def answer(request: Filtered[Any], *args: object, **kwargs: object) -> HttpResponse:
            at = clock.moment_of(request)
            version, is_known = version_or_last(at=at)
            request.filters = takes(request.GET, version.known)
            if is_unshared():
                return view(request, *args, **kwargs)

            def build() -> KeptPage | HttpResponse:
                return _packed(view(request, *args, **kwargs), version, at=at)

            key = _key(request, version)
            page = _found(request, key, build, is_known=is_known, at=at)
            if isinstance(page, HttpResponse):
                page.headers.setdefault("Cache-Control", "no-store")
                return page
            response = _response(request, page, at=at)
            if settings.EDGE_CACHE and response.status_code == 200:
                is_worth_it = page.is_kept and request.filters.is_common
                _tell_edge(response, page, version, at=at if is_worth_it else page.until)
            return response

        return answer

    return decorate


def leave_out(response: HttpResponse) -> HttpResponse:
    """Mark a page as not worth keeping in the cache."""
    marked: Any = response
    marked.is_kept = False
    return response


def _key(request: Filtered[Any], version: CatalogueVersion) -> str:
    facts = (
        request.path,  # the language is in it
        request.filters.query(),
        currency_of(request),
        country_of(request),
        request.headers.get("HX-Request") == "true",
        version.revision,
        version.starts_at.isoformat(),
    )
    return f"page:{blake2b(repr(facts).encode(), digest_size=16).hexdigest()}"


def _store_for(filters: PageFilters, key: str) -> BaseCache | None:
    """Return where a page's copy is kept, or None if it is not worth one."""
    if filters.is_common:
        return cache
    searches = caches["searches"]
    was_asked = filters.is_plain_search and not searches.add(f"{key}:asked", 1, FRESH)
    return searches if was_asked else None


def _found(
    request: Filtered[Any],
    key: str,
    build: Callable[[], KeptPage | HttpResponse],
    *,
    is_known: bool,
    at: datetime,
) -> KeptPage | HttpResponse:
    """Return the page; while the database is away its last copy, or else the error."""
    try:
        if not is_known:
            raise Away
        store = _store_for(request.filters, key)
        return build() if store is None else _kept_or_built(store, key, build, at=at)
    except (OperationalError, InterfaceError) as error:
        last = _last_copy(key, at=at) if is_away(error) else None
        if last is None:
            raise
        return last


def _last_copy(key: str, *, at: datetime) -> KeptPage | None:
    """Return the copy of a page whose prices still hold; a page not asked for lately has none."""
    found = cache.get(key) or caches["searches"].get(key)
    return found if found and found.may_stand_in(at) else None


def _kept_or_built(
    store: BaseCache, key: str, build: Callable[[], KeptPage | HttpResponse], *, at: datetime
) -> KeptPage | HttpResponse:
    """Return the copy, or build it while the others who want the same page wait."""
    lock = f"{key}:building"
    is_mine = False
    for _ in range(TRIES):
        page = store.get(key)
        if page and page.is_fresh(at):
            return page
        is_mine = store.add(lock, 1, BUILDING)
        if is_mine:
            break
        time.sleep(PAUSE)
    try:
        page = build()
        if isinstance(page, KeptPage) and page.is_kept:
            store.set(key, page, AWAY)
        return page
    finally:
        if is_mine:
            store.delete(lock)


def _packed(
    response: HttpResponse, version: CatalogueVersion, *, at: datetime
) -> KeptPage | HttpResponse:
    """Return a page packed to be served to everyone, and any other response as it is."""
    if response.status_code != 200 or response.cookies:
        return response
    return KeptPage(
        body=gzip.compress(response.content, compresslevel=4, mtime=0),
        content_type=response.headers["Content-Type"],
        tag=f'W/"{blake2b(response.content, digest_size=12).hexdigest()}"',
        built_at=at,
        until=min(version.ends_at, getattr(response, "holds_until", None) or version.ends_at),
        is_kept=getattr(response, "is_kept", True),
    )


def _tell_edge(
    response: HttpResponse, page: KeptPage, version: CatalogueVersion, *, at: datetime
) -> None:
    """Let what stands in front of the shop serve a copy until a second before its prices turn.

    A browser may keep it and has to ask whether it still holds: how long it lay in front of the
    shop nobody tells it.
    """
    until = min(at + timedelta(seconds=IN_FRONT), page.until)
    last = int(until.timestamp()) - 1  # what is in front counts whole seconds, the last one too
    seconds = int(last - at.timestamp())
    response.headers["X-Accel-Expires"] = f"@{last}" if seconds > 0 else "0"
    if seconds > 0:
        response.headers["CDN-Cache-Control"] = f"public, max-age={seconds}"
        response.headers["Surrogate-Key"] = f"pages revision-{version.revision}"
        response.headers["Cache-Control"] = "private, no-cache"


def _response(request: HttpRequest, page: KeptPage, *, at: datetime) -> HttpResponse:
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        response = HttpResponse(page.body, content_type=page.content_type)
        response.headers["Content-Encoding"] = "gzip"
    else:
        response = HttpResponse(gzip.decompress(page.body), content_type=page.content_type)
    # A copy in a browser cannot be purged: it never outlives the next turn of prices.
    seconds = min(FRESH, int((page.until - at).total_seconds()))
    whose = "private" if request.COOKIES else "public"
    response.headers["Cache-Control"] = f"{whose}, max-age={max(0, seconds)}"
    response.headers["ETag"] = page.tag
    # Country and currency are cookies, so a cache between us and others must look at them.
    patch_vary_headers(response, ["Accept-Encoding", "Cookie", "HX-Request"])
    answer: Any = get_conditional_response(request, etag=page.tag, response=response)
    return answer
