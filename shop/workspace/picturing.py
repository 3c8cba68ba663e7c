"""Adds, orders, describes and takes away the pictures of a product."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import BinaryIO

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from shop.accounts.models import User
from shop.catalogue.models import Product, ProductPicture
from shop.errors import NotPossible
from shop.festivals.changes import log
from shop.listings.locking import lock_product
from shop.listings.refreshing import refresh
from shop.listings.tasks import make_modern_sizes
from shop.pictures.models import Picture
from shop.pictures.uploading import store
from shop.tasks import enqueue
from shop.workspace.discarding import discard

MOST_PICTURES = 12
ASIDE = 1_000  # positions out of the way while others take their places


def add_picture(
    product: Product, file: BinaryIO, *, alt: str, at: datetime, by: User
) -> ProductPicture:
    """Put an uploaded picture behind the others.

    Raises:
        PictureRefused: the file is not taken.
        NotPossible: the product has as many as it may, or waits for a review.
    """
    _refuse_if_full(product)
    picture = store(file, alt=alt, by=by)
    try:
        return _put(product, picture, at=at, by=by)
    except NotPossible:  # by now; the file was made before the lock, since that takes its time
        discard(picture)
        raise


def _put(product: Product, picture: Picture, *, at: datetime, by: User) -> ProductPicture:
    with transaction.atomic():
        _lock(product)
        shown = _refuse_if_full(product)
        place = max((row.position for row in shown), default=-1) + 1
        made = ProductPicture.objects.create(product=product, picture=picture, position=place)
        enqueue(make_modern_sizes, picture.pk)
        _note(product, "picture_add", picture, at=at, by=by)
    return made


@transaction.atomic
def describe(shown: ProductPicture, alt: str, *, at: datetime, by: User) -> None:
    """Say anew what a picture shows."""
    text = " ".join(alt.split())[:200]
    if not text:
        raise NotPossible(_("Describe the picture for people who cannot see it"))
    _lock(shown.product)
    Picture.objects.filter(pk=shown.picture_id).update(alt=text, title=text)
    _note(shown.product, "picture_describe", shown.picture, at=at, by=by)


@transaction.atomic
def move(shown: ProductPicture, place: int, *, at: datetime, by: User) -> None:
    """Put a picture at a place among the others; place 0 is the cover."""
    _lock(shown.product)
    rows = list(ProductPicture.objects.filter(product=shown.product_id).order_by("position"))
    ids = [row.pk for row in rows if row.pk != shown.pk]
    ids.insert(max(0, min(place, len(ids))), shown.pk)
    _arrange(shown.product, ids)
    _note(shown.product, "picture_move", shown.picture, at=at, by=by)


@transaction.atomic
def remove(shown: ProductPicture, *, at: datetime, by: User) -> None:
    """Take a picture off a product and forget it; a product on sale keeps its last one."""
    _lock(shown.product)
    rows = list(ProductPicture.objects.filter(product=shown.product_id).order_by("position"))
    if len(rows) == 1 and shown.product.state == Product.State.PUBLISHED:
        raise NotPossible(_("A product on sale needs a picture. Add another one first."))
    ProductPicture.objects.filter(pk=shown.pk).delete()
    _arrange(shown.product, [row.pk for row in rows if row.pk != shown.pk])
    _note(shown.product, "picture_remove", shown.picture, at=at, by=by)
    discard(shown.picture, product_id=shown.product_id)


def _arrange(product: Product, ids: Sequence[int]) -> None:
    """Number pictures anew; aside first, since two never share a place, not even meanwhile."""
    rows = ProductPicture.objects.filter(product=product)
    rows.update(position=F("position") + ASIDE)
    for place, pk in enumerate(ids):
        rows.filter(pk=pk).update(position=place)


def _lock(product: Product) -> None:
    """Lock a product and learn its state."""
    product.state = lock_product(product.pk).state
    if product.state == Product.State.SUBMITTED:
        raise NotPossible(_("It waits for a review. Take it back first, then change it."))


def _refuse_if_full(product: Product) -> list[ProductPicture]:
    shown = list(ProductPicture.objects.filter(product=product))
    if len(shown) >= MOST_PICTURES:
        text = _("A product has %(most)d pictures at the most. Remove one first.")
        raise NotPossible(text % {"most": MOST_PICTURES})
    return shown


def _note(product: Product, what: str, picture: Picture, *, at: datetime, by: User) -> None:
    if product.state == Product.State.PUBLISHED:
        refresh([product.pk], at=at)
    log(product, what, at=at, by=by, festival=None, after={"picture": picture.pk})
