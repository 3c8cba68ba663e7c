"""Feeds as machines fetch them: without signing in, at an address that nobody can guess."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from hashlib import sha256

from django.conf import settings
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    StreamingHttpResponse,
)
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from shop.core import clock
from shop.core.rate_limits.store import limits
from shop.core.replica.reads import late_pieces
from shop.storefront.cache.catalogue_version import CatalogueVersion, current_version
from shop.storefront.feeds import google, lines, meta
from shop.storefront.feeds.addresses import read_address
from shop.storefront.feeds.demands import BY_FILE
from shop.storefront.feeds.items import FeedItem, items
from shop.storefront.feeds.models import Feed

QUARTER = 15 * 60
"""Seconds for which a channel is told that nothing is new, while no price or product changed."""
MOST = 120
"""Whole answers of one key in a quarter of an hour: ten channels in twelve languages."""
WRITERS: dict[str, Callable[[str, str, Iterable[list[FeedItem]]], Iterator[bytes]]] = {
    "google": google.parts, "meta": meta.parts, "lines": lines.parts,
}  # fmt: skip
TYPES = {"google": google.TYPE, "meta": meta.TYPE, "lines": lines.TYPE}


@require_safe
def feed(request: HttpRequest, token: str, file: str, country: str = "") -> HttpResponseBase:
    """Send the products of a feed while they are read: two statements, and three for 200 products.

    What has not changed since the last time is not sent again: the tag knows the newest change of
    the shop, the last turn of a price and, since stock changes without either, the quarter of an
    hour.
    """
    at = clock.moment_of(request)
    channel = BY_FILE.get(file)
    if channel is None:
        raise Http404
    address, scope = read_address(token)
    version = current_version(at=at)
    where = country.upper()
    if where and where not in version.served:
        raise Http404
    language = get_language() or settings.LANGUAGE_CODE
    tag = _tag(address, request.path, version, at=at)
    response: HttpResponseBase | None = get_conditional_response(request, etag=tag)
    if response is None and limits.count(f"feed:{address.pk}", seconds=QUARTER) > MOST:
        return _later()
    if response is None:
        home, title = settings.SITE_URL + reverse("home"), scope.name or settings.SITE_NAME
        content = late_pieces(
            lambda: WRITERS[channel.code](
                title, home, items(scope, channel, language, at=at, country=where)
            )
        )
        response = StreamingHttpResponse([] if request.method == "HEAD" else content)
        response.headers["Content-Type"] = TYPES[channel.code]
        response.headers["Content-Disposition"] = f'inline; filename="{file}"'
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _later() -> HttpResponse:
    """Tell a machine that reads all the time when to come back."""
    said = "Too many at once. Come back in a quarter of an hour.\n"
    response = HttpResponse(said, status=429, content_type="text/plain; charset=utf-8")
    response.headers["Retry-After"] = str(QUARTER)
    return response


def _tag(found: Feed, path: str, version: CatalogueVersion, *, at: datetime) -> str:
    quarter = int(at.timestamp()) // QUARTER
    told = (found.key, path, version.revision, version.starts_at, quarter)
    return f'"{sha256(repr(told).encode()).hexdigest()[:32]}"'
