"""The limits: no middleware, no session, no languages, nothing that a shop needs beside cards."""

import gzip
import os
from datetime import UTC, datetime
from pathlib import Path

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import path

from bench.limits.models import Listing, Span

CARDS = 24
CARD_BYTES = 590  # what the template below writes for each, about
FIELDS = [
    "price", "prior_price", "percent", "product__slug", "product__title", "product__store",
    "product__country", "product__is_available", "product__picture",
]  # fmt: skip


def plain(request: HttpRequest) -> HttpResponse:
    """Answer a word: the framework alone."""
    return HttpResponse("hello, world\n", content_type="text/plain")


def one(request: HttpRequest, product_id: int) -> HttpResponse:
    """Read one row by its key through the ORM."""
    return HttpResponse(Listing.objects.get(pk=product_id).title, content_type="text/plain")


def cards(request: HttpRequest) -> HttpResponse:
    """Show 24 cards, read with one statement."""
    return HttpResponse(_page())


def compressed(request: HttpRequest) -> HttpResponse:
    """Show the same, compressed as the shop does it."""
    return _packed(gzip.compress(_page().encode(), compresslevel=4))


def kept(request: HttpRequest) -> HttpResponse:
    """Show the same, compressed, from local memory."""
    body = cache.get("page")
    if body is None:
        body = gzip.compress(_page().encode(), compresslevel=4)
        cache.set("page", body, None)
    return _packed(body)


def _page() -> str:
    at = datetime.now(UTC)
    in_force = Span.objects.filter(starts_at__lte=at, ends_at__gt=at)
    rows = in_force.order_by("-product__popularity", "product").values(*FIELDS)[:CARDS]
    return render_to_string("cards.html", {"cards": rows, "ballast": BALLAST})


def _packed(body: bytes) -> HttpResponse:
    return HttpResponse(body, headers={"Content-Encoding": "gzip"})


def _ballast() -> str:
    """Return text that makes the page as long as the shop's own list: a piece of that list."""
    page = Path(os.environ["BENCH_BALLAST"]).read_text()
    return page[: max(0, len(page) - CARDS * CARD_BYTES)]


BALLAST = _ballast()
urlpatterns = [
    path("plain", plain),
    path("one/<int:product_id>", one),
    path("cards", cards),
    path("compressed", compressed),
    path("kept", kept),
]
