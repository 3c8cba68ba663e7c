"""Updates cards and pages when the file or the words of their picture change."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from shop.catalogue.models import Product, ProductPicture
from shop.core.conditions import under
from shop.core.images.models import Picture
from shop.core.tasks import enqueue
from shop.festivals.prices.spans import mark_change
from shop.storefront.listings.lock import lock_listings
from shop.storefront.listings.refresh import refresh
from shop.storefront.listings.tasks import make_modern_sizes


@transaction.atomic
def show_anew(picture: Picture, *, has_new_file: bool, at: datetime) -> None:
    """Update the listings and pages that show a changed picture.

    Args:
        has_new_file: another original took the place of the one before, with JPEG files of its own.
    """
    if has_new_file and picture.sizes:  # without any it is shown nowhere yet
        enqueue(make_modern_sizes, picture.pk)
    if ids := _covered(picture):
        refresh(ids, at=at)
    mark_change("picture", at=at)


def lock_what_shows(picture: Picture) -> None:
    """Lock the rows of lists that show a picture, before it changes: lists come before pictures."""
    lock_listings(_covered(picture))


def _covered(picture: Picture) -> list[int]:
    covers = ProductPicture.objects.filter(
        under("product", Product.PUBLIC), picture=picture, position=0
    )
    return sorted(covers.values_list("product_id", flat=True))
