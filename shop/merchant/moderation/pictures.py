"""Adds, orders, describes, marks and takes away the pictures of a product."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import BinaryIO

from django.db import transaction
from django.utils.translation import gettext as _

from shop.catalogue.models import Product
from shop.core.errors import NotPossible
from shop.core.images.models import Picture
from shop.core.images.upload import store
from shop.core.tasks import enqueue
from shop.festivals.changelog import log
from shop.festivals.prices.spans import mark_change
from shop.merchant.moderation.albums import change_album
from shop.merchant.moderation.contents import PlacedPicture, album_of, pending_change_of
from shop.merchant.moderation.write import refuse_under_review
from shop.orders.unused_pictures import discard
from shop.people.accounts.models import User
from shop.storefront.listings.lock import lock_product
from shop.storefront.listings.tasks import make_modern_sizes

MOST_PICTURES = 12


def add_picture(product: Product, file: BinaryIO, *, alt: str, at: datetime, by: User) -> Picture:
    """Put an uploaded picture behind the others.

    Raises:
        PictureRefused: the file is not taken.
        NotPossible: the product has as many as it may, or waits for a review.
    """
    _refuse_if_full(album_of(product, pending_change_of(product)))
    picture = store(file, alt=alt, by=by)

    def add(album: list[PlacedPicture]) -> list[PlacedPicture]:
        _refuse_if_full(album)
        enqueue(make_modern_sizes, picture.pk)
        return [*album, PlacedPicture(picture.pk, picture.alt)]

    try:
        change_album(product, add, "picture_add", at=at, by=by)
    except NotPossible:  # by now; the file was made before the lock, since that takes its time
        discard(picture)
        raise
    return picture


def describe(product: Product, picture_id: int, alt: str, *, at: datetime, by: User) -> bool:
    """Change the description of a picture; return whether that waits for review."""
    text = " ".join(alt.split())[:200]
    if not text:
        raise NotPossible(_("Describe the picture for people who cannot see it"))

    def reword(album: list[PlacedPicture]) -> list[PlacedPicture]:
        return [replace(row, alt=text) if row.picture_id == picture_id else row for row in album]

    return change_album(product, reword, "picture_describe", at=at, by=by)


@transaction.atomic
def mark(
    product: Product, picture_id: int, *, is_illustration: bool, at: datetime, by: User
) -> None:
    """Say whether a picture is a drawing; shoppers read it immediately, without a review.

    Raises:
        NotPossible: the product waits for its first review, or the picture was taken off.
    """
    now = lock_product(product.pk)
    refuse_under_review(now)
    row = _find(album_of(now, pending_change_of(now)), picture_id)
    Picture.objects.filter(pk=row.picture_id).update(is_illustration=is_illustration)
    after = {"picture": row.picture_id, "is_illustration": is_illustration}
    log(now, "picture_mark", at=at, by=by, festival=None, after=after)
    mark_change("picture", at=at)


def move(product: Product, picture_id: int, place: int, *, at: datetime, by: User) -> bool:
    """Put a picture at a place among the others; place 0 is the cover."""

    def put(album: list[PlacedPicture]) -> list[PlacedPicture]:
        mine = _find(album, picture_id)
        others = [row for row in album if row is not mine]
        others.insert(max(0, min(place, len(others))), mine)
        return others

    return change_album(product, put, "picture_move", at=at, by=by)


def remove(product: Product, picture_id: int, *, at: datetime, by: User) -> bool:
    """Take a picture off a product; a product on sale keeps its last one."""

    def drop(album: list[PlacedPicture]) -> list[PlacedPicture]:
        mine = _find(album, picture_id)
        return [row for row in album if row is not mine]

    return change_album(product, drop, "picture_remove", at=at, by=by)


def _find(album: Sequence[PlacedPicture], picture_id: int) -> PlacedPicture:
    for row in album:
        if row.picture_id == picture_id:
            return row
    raise NotPossible(_("Somebody else took this picture off meanwhile."))


def _refuse_if_full(album: Sequence[PlacedPicture]) -> None:
    if len(album) >= MOST_PICTURES:
        text = _("A product has %(most)d pictures at the most. Remove one first.")
        raise NotPossible(text % {"most": MOST_PICTURES})
