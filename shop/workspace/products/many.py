"""What a store has on sale, size by size and page by page, to be changed in one go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch

from shop.catalogue.models import Product, ProductPicture, Variant
from shop.languages import listed
from shop.merchants.models import Merchant
from shop.workspace.access import MemberRequest, products_of
from shop.workspace.paging import RowsPage, page_of
from shop.workspace.products.index import named

PRODUCTS = 25
MOST_ON_PAGE = 150
"""Rows of a form: each has up to three fields, and a form takes a thousand."""


@dataclass(frozen=True, slots=True)
class ManyPage:
    """A page of what is on sale: variants of some products, product by product."""

    page: RowsPage
    variants: list[Any]
    words: str


def page_of_many(request: MemberRequest, merchant: Merchant) -> ManyPage:
    """Return the sizes of the products on sale, the newest product first. Three statements.

    A page has as many whole products as have ``MOST_ON_PAGE`` rows together, and at least one.
    """
    words = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:80]
    covers = ProductPicture.objects.filter(position=0).select_related("picture")
    active = Variant.objects.filter(is_active=True).select_related("pool")
    rows = products_of(merchant).filter(state=Product.State.PUBLISHED, kind=Product.Kind.GOODS)
    rows = rows.prefetch_related(
        Prefetch("shown_pictures", covers, to_attr="covers"),
        Prefetch("variants", active.order_by("position", "pk"), to_attr="sizes"),
    )
    among = named(rows, words) if words else ()
    page = page_of(request, rows, size=PRODUCTS, among=among)
    if (fitting := _fitting(page.rows)) < len(page.rows):
        page = page_of(request, rows, size=fitting, among=among)
    found: list[Any] = []
    for product in page.rows:
        for variant in product.sizes:
            variant.product = product
            found.append(variant)
    return ManyPage(page, found, words)


def _fitting(products: Sequence[Any]) -> int:
    """Return how many of the products fit on a page."""
    total = 0
    for place, product in enumerate(products):
        total += len(product.sizes)
        if total > MOST_ON_PAGE:
            return max(1, place)
    return len(products)


def called(variant: Any) -> str:
    """Return a size with its product, for labels that are read out."""
    return listed((variant.product.title, variant.label or variant.sku))
