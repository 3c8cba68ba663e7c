"""Many products at once, straight into the rows that lists read; and pages at an exact instant."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import resolve
from django.utils import translation

from shop.catalogue.models import Product
from shop.festivals.models import ProductSpan
from shop.festivals.models.prices import FOREVER
from shop.storefront.listings.refresh import refresh
from shop.storefront.search.filters import Filters
from shop.storefront.search.find import ProductRow, find
from shop.storefront.search.understand import understand
from tests import make
from tests.make import LONG_AGO, NOON

_numbers = count(1)
# They have no variants, so nothing says that there are units.
POPULAR = """
UPDATE shop_listing SET popularity = given.popularity, is_available = true
FROM unnest(%s::bigint[], %s::int[]) AS given (product_id, popularity)
WHERE shop_listing.product_id = given.product_id
"""


def fill(
    number: int,
    *,
    price: Callable[[int], int] = lambda n: 10_00,
    percent: Callable[[int], int | None] = lambda n: None,
    popularity: Callable[[int], int] = lambda n: 0,
    title: Callable[[int], str] = lambda n: f"Thing {n}",
) -> list[Product]:
    """Return listed products whose facts follow from their number, all of one store."""
    shelf = make.product()
    products = Product.objects.bulk_create(
        Product(
            merchant=shelf.merchant,
            category=shelf.category,
            slug=f"thing-{next(_numbers)}",
            title=title(n),
            state="published",
            published_at=LONG_AGO + timedelta(hours=n // 2),
        )
        for n in range(number)
    )
    shelf.delete()
    ProductSpan.objects.bulk_create(
        ProductSpan(
            product=product,
            starts_at=LONG_AGO,
            ends_at=FOREVER,
            price=price(n),
            highest=price(n),
            percent=percent(n),
            prior_price=price(n) * 2 if percent(n) else None,
        )
        for n, product in enumerate(products)
    )
    refresh([product.pk for product in products], at=LONG_AGO)
    with connection.cursor() as cursor:  # one by one, thousands of rows take seconds
        cursor.execute(
            POPULAR, [[product.pk for product in products], [popularity(n) for n in range(number)]]
        )
    return products


def listed(*, at: datetime = NOON, festivals: tuple[int, ...] = (), **asked: Any) -> list[str]:
    """Return the titles of the first page of a list."""
    return [row.title for row in found(at=at, festivals=festivals, **asked)]


def found(
    *, at: datetime = NOON, festivals: tuple[int, ...] = (), **asked: Any
) -> tuple[ProductRow, ...]:
    """Return the rows of the first page of a list."""
    filters = Filters(**asked)
    search = understand(filters.words, "en") if filters.words else None
    return find(filters, at=at, festivals=festivals, language="en", search=search).rows


def page_at(
    path: str, at: datetime, *, cookies: dict[str, str] | None = None, **headers: str
) -> HttpResponse:
    """Return a page as it is at an exact instant, without the time that a request takes."""
    request = RequestFactory().get(path, headers=headers or None)
    request.moment, request.htmx = at, False
    request.COOKIES.update(cookies or {})
    request.resolver_match = match = resolve(urlsplit(path).path)
    with translation.override("en"):
        return match.func(request, *match.args, **match.kwargs)


def show(product: Product, language: str = "", client: Client | None = None) -> str:
    """Return the page of a product in a language, given by its prefix."""
    answer = (client or Client()).get(f"{language}/products/{product.slug}/")
    assert answer.status_code == 200
    return answer.text
