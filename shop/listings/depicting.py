"""Lets what shows a picture follow when its file or its words change."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from shop.catalogue.models import Product, ProductPicture
from shop.festivals.spans import mark_change
from shop.listings.refreshing import refresh
from shop.listings.tasks import make_modern_sizes
from shop.pictures.making import make_sizes
from shop.pictures.models import Picture
from shop.tasks import enqueue


@transaction.atomic
def show_anew(picture: Picture, *, has_new_file: bool, at: datetime) -> None:
    """Make the ready-made files of a changed picture anew, and let cards and pages follow.

    Args:
        has_new_file: another original took the place of the one that the files were made of.
    """
    if has_new_file and picture.sizes:  # without any it is shown nowhere yet
        make_sizes(picture)
        enqueue(make_modern_sizes, picture.pk)
    covers = ProductPicture.objects.filter(
        picture=picture, position=0, product__state=Product.State.PUBLISHED
    )
    if ids := sorted(covers.values_list("product_id", flat=True)):
        refresh(ids, at=at)
    mark_change("picture", at=at)
