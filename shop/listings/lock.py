"""The order in which a product's rows are locked: the product first, then what lists show of it.

Orders do the same: pools, prices, and the listing last. Whoever went the other way round would
wait for them in a circle.
"""

from __future__ import annotations

from collections.abc import Collection

from shop.catalogue.models import Product
from shop.listings.models import Listing


def lock_product(product_id: int) -> Product:
    """Lock a product and return it as it is now; its listing row is locked when it is written."""
    return Product.objects.select_for_update(no_key=True).get(pk=product_id)


def lock_listings(product_ids: Collection[int]) -> None:
    """Lock the listing rows of products, in the order of their ids, before they are written."""
    rows = Listing.objects.select_for_update(no_key=True).filter(pk__in=product_ids)
    list(rows.order_by("pk").values_list("pk"))
