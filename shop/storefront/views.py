"""The pages that everybody may see. All but the answers to forms are the same for everyone."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from shop.catalogue.models import Product
from shop.core import clock
from shop.core.replica.reads import read_late
from shop.storefront.cache.catalogue_version import REVISION, current_version
from shop.storefront.cache.shared_page import Filtered, leave_out, shared_page
from shop.storefront.listing.page import ProductList, product_list
from shop.storefront.middleware import tokenless
from shop.storefront.preferences import country_of, currency_of, remember
from shop.storefront.product.choice import AskedVariant, read_asked
from shop.storefront.product.delivery import Reader
from shop.storefront.product.page import product_page, read_product
from shop.storefront.search import suggest
from shop.storefront.search.filters import BEST, Filters, read_filters
from shop.storefront.search_words.not_found import note_vain
from shop.storefront.stores import page as stores
from shop.storefront.stores.directory import StoreFilters, directory, read_stores

NEWEST = f"SELECT {REVISION}"


@require_safe
@shared_page(takes=read_filters)
def products(request: Filtered[Filters]) -> HttpResponse:
    """Show the products that pass the filters, a page at a time."""
    at = clock.moment_of(request)
    filters, version, language = request.filters, current_version(at=at), get_language()

    def read() -> ProductList:
        return product_list(filters, version=version, at=at, language=language)

    # Searches are what costs most; the copy answers once it knows what this version is made of.
    page = read_late(read, knows=NEWEST, value=version.revision) if filters.words else read()
    context = {"page": page, "query": filters.words}
    response = render(request, "shop/storefront/products.html", context)
    if (page.nothing or page.is_near) and filters == Filters(words=filters.words, sort=BEST):
        note_vain(filters.words, get_language(), is_near=page.is_near, at=at)
    return response if page.cards else leave_out(response)


@require_safe
@shared_page(takes=suggest.read_words)
def suggestions(request: Filtered[Filters]) -> HttpResponse:
    """Show suggestions that begin like the words typed so far, as a fragment."""
    version = current_version(at=clock.moment_of(request))
    words, language = request.filters.words, get_language()
    found = read_late(lambda: suggest.suggest(words, version=version, language=language))
    context = {"suggestions": found}
    return leave_out(render(request, "shop/storefront/suggestions.html", context))


@require_safe
@shared_page(takes=read_asked)
def product(request: Filtered[AskedVariant], slug: str) -> HttpResponse:
    """Show a product; one that was withdrawn says so, and offers the search instead."""
    found = read_product(slug, get_language())
    if found is None or found.state == Product.State.DRAFT or found.published_at is None:
        raise Http404  # what was never on sale is nobody's business, submitted or not
    if not found.is_public:
        return render(request, "shop/storefront/withdrawn.html", {"product": found}, status=404)
    at = clock.moment_of(request)
    page = product_page(
        found,
        version=current_version(at=at),
        at=at,
        reader=Reader(get_language(), currency_of(request), country_of(request)),
        asked=request.filters,
    )
    if page.is_experience:
        request.nav = "experiences"
    context = {"page": page, "product_id": found.pk}
    response = render(request, "shop/storefront/product.html", context)
    marked: Any = response
    marked.holds_until = page.holds_until
    return response


@require_safe
@shared_page(takes=stores.read_shelf)
def store(request: Filtered[Filters], slug: str) -> HttpResponse:
    """Show a store: its cloth, its story and its products."""
    merchant = stores.read_store(slug, get_language())
    if merchant is None:
        raise Http404
    at = clock.moment_of(request)
    page = stores.store_page(
        merchant,
        request.filters,
        version=current_version(at=at),
        at=at,
        language=get_language(),
        country=country_of(request),
    )
    response = render(request, "shop/storefront/store.html", {"page": page})
    marked: Any = response
    marked.holds_until = page.holds_until
    return response


@require_safe
@shared_page(takes=read_stores)
def store_list(request: Filtered[StoreFilters]) -> HttpResponse:
    """Show the stores that pass the filters."""
    version = current_version(at=clock.moment_of(request))
    page = directory(request.filters, version=version, language=get_language())
    response = render(request, "shop/storefront/stores.html", {"page": page})
    return response if page.stores else leave_out(response)


@never_cache
@require_safe
def server_clock(request: HttpRequest) -> HttpResponse:
    """Tell the present moment, in milliseconds since 1970: countdowns run by it."""
    moment = clock.moment_of(request).timestamp()
    return HttpResponse(f"{moment * 1000:.0f}", content_type="text/plain")


@never_cache
@tokenless
@require_POST
def preferences(request: HttpRequest) -> HttpResponse:
    """Keep the country of delivery and the currency in cookies, and go back."""
    back = request.POST.get("next", "")
    hosts = {request.get_host()}
    if not url_has_allowed_host_and_scheme(back, hosts, require_https=request.is_secure()):
        back = reverse("home")
    response = HttpResponseRedirect(back, status=303)
    remember(
        response,
        country=request.POST.get("country", ""),
        currency=request.POST.get("currency", ""),
    )
    return response
