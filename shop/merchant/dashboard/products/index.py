"""The list of a store's products."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, Min, OuterRef, Prefetch, QuerySet, Sum
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from shop.catalogue.models import Product, ProductPicture, Variant
from shop.catalogue.stock.models import free_units
from shop.core import clock
from shop.festivals.models import PriceSpan
from shop.merchant.dashboard.access import MemberRequest, products_of, store_members
from shop.merchant.dashboard.paging import page_of
from shop.people.merchants.models import Merchant
from shop.people.merchants.roles import Right

SHOWN = 30
CHANGED = "changed"  # beside the states: whatever has a change that waits or was refused
NAMES = {
    Product.State.DRAFT: gettext_lazy("Draft"),
    Product.State.SUBMITTED: gettext_lazy("Waiting for review"),
    Product.State.PUBLISHED: gettext_lazy("On sale"),
    Product.State.WITHDRAWN: gettext_lazy("Not on sale"),
    Product.State.TAKEN_DOWN: gettext_lazy("Taken down"),
    CHANGED: gettext_lazy("With a proposed change"),
}


@require_GET
@store_members(Right.STOCK)
def products(request: MemberRequest, merchant: Merchant) -> HttpResponse:
    """List a store's products, the newest first, by state and by words."""
    state = request.GET.get("state", "")
    text = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:80]
    rows = find_products(merchant, state=state)
    page = page_of(request, rows, size=SHOWN, among=named(rows, text) if text else ())
    ids = [row.pk for row in page.rows]
    at = clock.moment_of(request)
    stock = stock_of(ids)
    prices = prices_of(ids, at=at)
    for row in page.rows:
        row.units, row.price = stock.get(row.pk), prices.get(row.pk)
    context = {"part": "products", "page": page, "q": text, "state": state, "states": NAMES.items()}
    return render(request, "shop/merchant/dashboard/products.html", context)


def find_products(merchant: Merchant, *, state: str) -> QuerySet[Product]:
    """Return a store's products in a state."""
    rows = products_of(merchant).select_related("pending_change")
    if state == CHANGED:
        rows = rows.filter(pending_change__isnull=False)
    if state in Product.State.values:
        rows = rows.filter(state=state)
    covers = ProductPicture.objects.filter(position=0).select_related("picture")
    return rows.prefetch_related(Prefetch("shown_pictures", covers, to_attr="covers"))


def named(rows: QuerySet[Product], text: str) -> list[QuerySet[Product]]:
    """Return the products with words in their title, and those with them as a SKU."""
    skus = Variant.objects.filter(sku__istartswith=text, product=OuterRef("pk"))
    return [rows.filter(title__icontains=text), rows.filter(Exists(skus))]


def stock_of(product_ids: list[int]) -> dict[int, int]:
    """Return the units that nobody was promised, by product id."""
    rows = Variant.objects.filter(product__in=product_ids, is_active=True).order_by()
    free = Sum(free_units("pool"))
    return dict(rows.values("product_id").annotate(free=free).values_list("product_id", "free"))


def prices_of(product_ids: list[int], *, at: datetime) -> dict[int, int]:
    """Return the lowest price on show now, by product id."""
    rows = PriceSpan.objects.in_force(at=at).filter(variant__product__in=product_ids)
    lowest = rows.order_by().values("variant__product_id").annotate(price=Min("price"))
    return dict(lowest.values_list("variant__product_id", "price"))
