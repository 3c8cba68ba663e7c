"""The locks of a product: its pools where units are counted, itself, its listing."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet

from shop.catalogue.models import Product
from shop.catalogue.stock.models import Pool
from shop.core.locks import lock, lock_one
from shop.storefront.listings.models import Listing


def lock_product(product_id: int) -> Product:
    """Lock a product and return it as it is now; its listing row is locked when it is written."""
    return lock_one(Product.objects, product_id)


def lock_product_with_pools(product_id: int) -> Product:
    """Lock a product that is edited: before it the pools that its grid counts, as orders do.

    Units of what was on sale once are counted on a page of their own, so nobody who buys waits.
    """
    lock(Pool.objects.filter(variants__product=product_id, variants__listed_at=None))
    return lock_product(product_id)


def lock_listings(product_ids: Collection[int]) -> None:
    """Lock the listing rows of products, in the order of their ids, before they are written."""
    rows: QuerySet[Any, Any] = Listing.objects.filter(pk__in=product_ids).values_list("pk")
    lock(rows)
