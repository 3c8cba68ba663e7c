"""The order in which a product's rows are locked: first what lists show, then the product.

An order that takes the last unit holds the listing row and then asks for the product's prices.
Whoever went the other way round would wait for it in a circle.
"""

from __future__ import annotations

from shop.catalogue.models import Product
from shop.listings.models import Listing


def lock_product(product_id: int) -> Product:
    """Lock a product, its listing row before it, and return it as it is now."""
    list(Listing.objects.select_for_update(no_key=True).filter(pk=product_id).values_list("pk"))
    return Product.objects.select_for_update(no_key=True).get(pk=product_id)
