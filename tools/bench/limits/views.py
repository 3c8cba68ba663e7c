"""The limits: no middleware, no session, no languages, nothing that a shop needs beside cards."""

import gzip
import os
from datetime import UTC, datetime
from pathlib import Path

from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import path

from tools.bench.limits.models import Listing, Span

CARDS = 24
CARD_BYTES = 590  # what the template below writes for each, about
PACKED = {"Content-Encoding": "gzip"}
FIELDS = [
    "price", "prior_price", "percent", "product__slug", "product__title", "product__store",
    "product__country", "product__is_available", "product__picture",
]  # fmt: skip


def plain(request: HttpRequest) -> HttpResponse:
    """Answer a word: the framework alone."""
    return _answer(b"hello, world\n")


def one(request: HttpRequest, product_id: int) -> HttpResponse:
    """Read one row by its key through the ORM."""
    return _answer(Listing.objects.get(pk=product_id).title.encode())


def cards(request: HttpRequest) -> HttpResponse:
    """Show 24 cards, read with one statement."""
    return _answer(_page())


def compressed(request: HttpRequest) -> HttpResponse:
    """Show the same, compressed as the shop does it."""
    return _answer(_packed(_page()), **PACKED)


def kept(request: HttpRequest) -> HttpResponse:
    """Show the same, compressed, from local memory."""
    body = cache.get("page")
    if body is None:
        body = _packed(_page())
        cache.set("page", body, None)
    return _answer(body, **PACKED)


def _page() -> bytes:
    at = datetime.now(UTC)
    in_force = Span.objects.filter(starts_at__lte=at, ends_at__gt=at)
    rows = in_force.order_by("-product__popularity", "product").values(*FIELDS)[:CARDS]
    return render_to_string("cards.html", {"cards": rows, "ballast": BALLAST}).encode()


def _packed(body: bytes) -> bytes:
    return gzip.compress(body, compresslevel=4)


def _answer(body: bytes, **headers: str) -> HttpResponse:
    # Without a length the web server would send it in chunks.
    return HttpResponse(body, headers={"Content-Length": str(len(body)), **headers})


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
