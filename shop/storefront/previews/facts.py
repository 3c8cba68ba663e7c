"""The facts that a preview is computed from: read within it, so that they follow it too."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Exists, OuterRef, QuerySet

from shop.catalogue.models import Product, Variant
from shop.catalogue.stock.models import free_units
from shop.festivals.models import Deal
from shop.festivals.nominations.approval_checks import deals_of, waiting
from shop.storefront.previews.preview import Preview

MOST = 2_000  # products of one festival that a preview works out


def waiting_deals(preview: Preview) -> list[Deal]:
    """Return the deals that nominations would make if all were approved now; never saved."""
    rows = waiting(slot__festival=preview.festival_id)
    rows = rows.prefetch_related("product__variants")[:MOST]
    found = []
    for row in rows:
        found += deals_of(row, row.product.variants.all(), starts_at=row.slot.starts_at)
    for number, deal in enumerate(found, 1):
        deal.pk = -number
    return found


def products_of(slots: Collection[int]) -> list[int]:
    """Return the products with a deal in these slots."""
    deals = _deals(slots).values_list("variant__product_id", flat=True)
    return sorted(set(deals.order_by("variant__product_id")[:MOST]))


def variants_of(products: Collection[int]) -> list[int]:
    """Return the variants of products, on sale or not."""
    return list(Variant.objects.filter(product_id__in=products).values_list("pk", flat=True))


def everyday_pools(slots: Collection[int]) -> list[int]:
    """Return the pools that deals of these slots sell from without units set aside."""
    deals = _deals(slots).filter(allotment=None)
    return sorted(set(deals.values_list("variant__pool_id", flat=True)))


def sold_out(products: Collection[int]) -> list[int]:
    """Return those of the products of which nothing is left."""
    there = Variant.objects.filter(
        product=OuterRef("pk"),
        is_active=True,
        units_per_item__lte=free_units("pool"),
    )
    rows = Product.objects.filter(~Exists(there), pk__in=products)
    return list(rows.values_list("pk", flat=True))


def _deals(slots: Collection[int]) -> QuerySet[Deal]:
    return Deal.objects.filter(slot_id__in=slots).exclude(state__in=Deal.GONE)
