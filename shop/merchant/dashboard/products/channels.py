"""A store's products beside what other channels demand of them, and the addresses of its feed."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from shop.catalogue.models import Product
from shop.core import clock
from shop.merchant.dashboard.access import MemberRequest, store_members
from shop.merchant.dashboard.paging import page_of
from shop.people.merchants.models import Merchant
from shop.people.merchants.roles import Right
from shop.storefront.feeds.addresses import (
    FeedScope,
    addresses_of,
    close_address,
    feed_of,
    new_address,
)
from shop.storefront.feeds.board import BoardQuery, lacking_rows, read_query
from shop.storefront.feeds.demands import fitness

SHOWN = 50
OF_PICTURES = {"picture", "tiny", "small"}


@require_http_methods(["GET", "HEAD", "POST"])
@store_members(Right.WORDS, change=Right.PRICES)
def channels(request: MemberRequest, merchant: Merchant) -> HttpResponse:
    """Show how many products are fit for each channel, or which lack something; keep the address.

    Whoever may join festivals makes the address, makes another one and closes it.
    """
    scope = FeedScope(merchant)
    if request.method == "POST":
        if request.POST.get("do") == "close":
            close_address(scope, at=clock.moment_of(request), by=request.user)
            messages.success(request, _("The addresses are closed: they lead nowhere any more."))
        else:
            new_address(scope, at=clock.moment_of(request), by=request.user)
            messages.success(request, _("Your addresses are made. Give each to its channel."))
        return redirect("workspace-channels", merchant.slug)
    query = read_query(request.GET)
    return (_lacking if query.lacks else _board)(request, merchant, query)


def _board(request: MemberRequest, merchant: Merchant, query: BoardQuery) -> HttpResponse:
    scope = FeedScope(merchant)
    count, found = fitness(scope.products(), query.language, at=clock.moment_of(request))
    feed = feed_of(scope)
    context = {
        "part": "products", "query": query, "languages": settings.LANGUAGES, "count": count,
        "channels": found, "feed": feed, "addresses": addresses_of(feed),
    }  # fmt: skip
    return render(request, "shop/merchant/dashboard/channels.html", context)


def _lacking(request: MemberRequest, merchant: Merchant, query: BoardQuery) -> HttpResponse:
    rows = lacking_rows(FeedScope(merchant).products(), query, at=clock.moment_of(request))
    page = page_of(request, rows, size=SHOWN)
    products = [(row, _where(merchant, row, query)) for row in page.rows]
    context = {"part": "products", "query": query, "page": page, "products": products}
    return render(request, "shop/merchant/dashboard/lacking.html", context)


def _where(merchant: Merchant, product: Product, query: BoardQuery) -> str:
    """Return where a member mends what a product lacks."""
    if query.lacks == "words":
        return reverse("workspace-words", args=[merchant.slug, product.pk, query.language])
    page = "pictures" if query.lacks in OF_PICTURES else "product"
    return reverse(f"workspace-{page}", args=[merchant.slug, product.pk])
