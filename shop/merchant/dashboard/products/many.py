"""What a store has on sale, size by size and page by page, to be changed in one go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.utils.translation import gettext as _

from shop.catalogue.models import Product, ProductPicture, Variant
from shop.core.languages import listed
from shop.merchant.dashboard.access import MemberRequest, products_of
from shop.merchant.dashboard.paging import RowsPage, page_of
from shop.merchant.dashboard.products.index import named
from shop.people.merchants.models import Merchant

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
    from_below = "after" in request.GET  # what stands nearest to the page before stays
    shown = page.rows[::-1] if from_below else page.rows
    if (fitting := _fitting(shown)) < len(page.rows):
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


def note_meanwhile(form: Any, name: str, seen: str, now: Any) -> None:
    """Say at a field that somebody changed its value meanwhile, and show the form the new one.

    Args:
        seen: the hidden field with the value that was shown.
    """
    shown = form.fields[name].prepare_value(now)
    text = _("It is %(now)s by now. Look at it, and save again.")
    form.add_error(name, text % {"now": "–" if shown is None else shown})
    form.data = data = form.data.copy()
    data[seen] = "" if now is None else str(now)


def warn_of_lost(request: MemberRequest, variants: Sequence[Any], what: str) -> None:
    """Say that rows that were changed are not on the page any more: others came before them."""
    known = {f"{what}_{row.pk}" for row in variants}
    for name, typed in request.POST.items():
        was_shown = request.POST.get(f"was_{name}")
        if name.startswith(f"{what}_") and name not in known and typed != (was_shown or typed):
            messages.warning(request, _(
                "Some rows are not on this page any more. Look for them, and change them again."
            ))  # fmt: skip
            return


def called(variant: Any) -> str:
    """Return a size with its product, for labels that are read out."""
    return listed((variant.product.title, variant.label or variant.sku))
