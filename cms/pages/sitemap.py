"""The list of all pages that are to be found, for crawlers: by language, in parts.

Parts are shared pages: one copy for everyone, with the version in its key.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_safe

from cms.pages.addresses import address
from cms.pages.locate import public
from cms.pages.search import unannounced
from shop.core import clock
from shop.festivals.models import Festival
from shop.reports.models import PublicResult
from shop.storefront.cache.catalogue_version import CatalogueVersion, current_version
from shop.storefront.cache.shared_page import shared_page
from shop.storefront.listings.models import Listing

MOST = 40_000
"""Addresses in one part; crawlers take 50,000."""
XML = "application/xml; charset=utf-8"
CODES = tuple(code for code, _name in settings.LANGUAGES)


@require_safe
@shared_page()
def sitemap(request: HttpRequest) -> HttpResponse:
    """Name the parts: in each language one of pages, and as many of products as it takes."""
    parts = range(1 + -(-Listing.objects.count() // MOST))
    addresses = [_absolute(reverse("sitemap-part", args=[c, n])) for c in CODES for n in parts]
    return _xml(request, "sitemapindex", "sitemap", addresses)


@require_safe
@shared_page()
def sitemap_part(request: HttpRequest, language: str, part: int) -> HttpResponse:
    """Give the addresses of one part: 0 are pages, the others products by their number."""
    if language not in CODES:
        raise Http404
    with translation.override(language):
        version = current_version(at=clock.moment_of(request))
        places = _products(part - 1) if part else _pages(version, language)
        addresses = [_absolute(place) for place in dict.fromkeys(places)]
    if not addresses:
        raise Http404
    return _xml(request, "urlset", "url", addresses)


def _pages(version: CatalogueVersion, language: str) -> Iterator[str]:
    """Yield lists, stores, editors' pages and results. Two statements."""
    products, stores = reverse("products"), reverse("stores")
    yield from (reverse("home"), products, stores)
    yield from (f"{products}?{urlencode({'category': path})}" for path, *_names in version.tree)
    yield f"{products}?kind=experience"
    yield from (f"{stores}{slug}/" for slug in sorted(version.known.stores))
    pages = public().filter(
        locale__language_code=settings.LANGUAGE_CODE, depth__gt=2, content_type__app_label="cms"
    )
    pages = pages.exclude(translation_key__in=unannounced().values("translation_key"))
    yield from (address(path, language) for path in pages.values_list("url_path", flat=True))
    shown = PublicResult.objects.filter(is_shown=True, festival__state__in=Festival.SHOWN)
    for slug in shown.order_by("pk").values_list("festival__slug", flat=True):
        yield reverse("festival-result", args=[slug])


def _products(number: int) -> Iterator[str]:
    """Yield the addresses of so many products. One statement."""
    start, products = number * MOST, reverse("products")
    slugs = Listing.objects.order_by("product_id").values_list("slug", flat=True)
    yield from (f"{products}{slug}/" for slug in slugs[start : start + MOST])


def _absolute(place: str) -> str:
    return f"{settings.SITE_URL}{place}"


def _xml(request: HttpRequest, root: str, entry: str, addresses: Iterable[str]) -> HttpResponse:
    facts = {"root": root, "entry": entry, "addresses": addresses}
    return render(request, "sitemap.xml", facts, content_type=XML)
