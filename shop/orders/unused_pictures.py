"""Deletes pictures that a store took off, unless orders show them."""

from __future__ import annotations

from django.db.models import Q

from shop.core.images.cleanup import forget_unused
from shop.core.images.models import Picture
from shop.orders.models import OrderLine


def discard(picture: Picture | None, *, product_id: int | None = None) -> None:
    """Delete a picture that nothing shows any more. Call it inside the transaction.

    Args:
        product_id: the product that it was of; an order that shows it keeps it.
    """
    if picture is None:
        return
    addresses = [place for files in picture.sizes.values() for place in files.values()]
    bought = OrderLine.objects.filter(Q(product=product_id), picture__in=addresses)
    if product_id is None or not bought.exists():
        forget_unused([picture.pk])
