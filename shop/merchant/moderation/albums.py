"""The pictures of a product as its store wants them: shown at once, or after a look."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from shop.catalogue.models import Product, ProductPicture
from shop.core.errors import NotPossible
from shop.core.images.models import Picture
from shop.festivals.changelog import log
from shop.merchant.moderation.contents import (
    Place,
    PlacedPicture,
    album_of,
    pending_change_of,
    public_album,
)
from shop.merchant.moderation.write import keep_pictures, let_go, refuse_under_review
from shop.people.accounts.models import User
from shop.storefront.listings.lock import lock_product

ASIDE = 1_000  # positions out of the way while others take their places


@transaction.atomic
def change_album(
    product: Product,
    change: Callable[[list[PlacedPicture]], list[PlacedPicture]],
    what: str,
    *,
    at: datetime,
    by: User,
) -> bool:
    """Change the pictures of a product; those of an approved one wait for a look.

    Args:
        change: takes the pictures as the store has them, and returns them as it wants them.
        what: the word for the log.

    Returns:
        Whether something new waits for a look.

    Raises:
        NotPossible: it waits for its first review, or an approved product would lose its last one.
    """
    now = lock_product(product.pk)
    refuse_under_review(now)
    pending_change = pending_change_of(now)
    before = album_of(now, pending_change)
    album = change(before)
    if now.state not in Product.APPROVED:
        write_album(now, album)
        log(now, what, at=at, by=by, festival=None, after=_ids(album))
        return False
    if not album:
        raise NotPossible(_("A product on sale needs a picture. Add another one first."))
    if album == before:
        return False
    is_public = album == public_album(now)
    return keep_pictures(now, Place.ALBUM, album, is_public=is_public, at=at, by=by)


def write_album(product: Product, album: Sequence[PlacedPicture]) -> None:
    """Let a locked product show these pictures, and forget those that nothing shows any more."""
    rows = ProductPicture.objects.filter(product=product)
    gone = set(rows.values_list("picture_id", flat=True)) - {row.picture_id for row in album}
    rows.filter(picture__in=gone).delete()
    # Aside first, since two never share a place, not even meanwhile.
    rows.update(position=F("position") + ASIDE)
    there = set(rows.values_list("picture_id", flat=True))
    for place, row in enumerate(album):
        if row.picture_id in there:
            rows.filter(picture=row.picture_id).update(position=place)
        else:
            rows.create(product=product, picture_id=row.picture_id, position=place)
        Picture.objects.filter(pk=row.picture_id).exclude(alt=row.alt).update(
            alt=row.alt, title=row.alt
        )
    let_go(product, gone)


def _ids(album: Sequence[PlacedPicture]) -> dict[str, list[int]]:
    return {"pictures": [row.picture_id for row in album]}
