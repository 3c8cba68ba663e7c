"""Writes amendments. Whoever calls holds the row lock of their subject."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, overload

from django.utils.translation import gettext as _

from shop.catalogue.models import Product
from shop.core.errors import NotPossible
from shop.core.images.models import Picture
from shop.core.locks import lock_one
from shop.festivals.changelog import log
from shop.festivals.prices.spans import TICK
from shop.merchant.moderation.contents import PlacedPicture, amendment_of
from shop.merchant.moderation.models import AmendedPicture, Amendment
from shop.orders.unused_pictures import discard
from shop.people.accounts.models import User
from shop.people.merchants.models import Merchant
from shop.storefront.listings.lock import lock_product

State = Amendment.State


@overload
def lock(subject: Product) -> Product: ...
@overload
def lock(subject: Merchant) -> Merchant: ...
def lock(subject: Product | Merchant) -> Product | Merchant:
    """Lock a product or a store, and return it as it is now; its amendment moves under this."""
    if isinstance(subject, Product):
        return lock_product(subject.pk)
    return lock_one(Merchant.objects, subject.pk)


def keep_words(
    subject: Product | Merchant, parts: dict[str, Any], *, at: datetime, by: User
) -> bool:
    """Write the typed words into the amendment of a locked subject; the newest edit counts.

    What was refused is not sent a second time as it was.

    Returns:
        Whether something new waits for a look.
    """
    amendment = amendment_of(subject)
    before = {name: getattr(amendment, name) for name in parts} if amendment else None
    if before == parts or (amendment is None and not any(parts.values())):
        return False
    amendment = _touched(subject, amendment, at=at, by=by)
    for name, value in parts.items():
        setattr(amendment, name, value)
    return _save(amendment, "propose", at=at, by=by, after=parts.get("words", parts))


def keep_pictures(
    subject: Product | Merchant,
    place: str,
    shown: Sequence[PlacedPicture],
    *,
    is_public: bool,
    at: datetime,
    by: User,
) -> bool:
    """Write the proposed pictures of a place of a locked subject, in their order.

    Args:
        is_public: the same is public already, so that nothing has to be proposed.

    Returns:
        Whether something new waits for a look.
    """
    amendment = amendment_of(subject)
    if amendment is None and is_public:
        return False
    amendment = _touched(subject, amendment, at=at, by=by)
    if not amendment.pk:
        amendment.save()
    before = amendment.pictures.filter(place=place)
    gone = set(before.values_list("picture_id", flat=True))
    before.delete()
    if not is_public:
        AmendedPicture.objects.bulk_create(
            AmendedPicture(amendment=amendment, picture_id=row.picture_id, alt=row.alt,
                           place=place, position=number)
            for number, row in enumerate(shown)
        )  # fmt: skip
    let_go(subject, gone - {row.picture_id for row in shown})
    amendment.has_pictures = amendment.pictures.exists()
    after = {place: [row.picture_id for row in shown]}
    return _save(amendment, "propose pictures", at=at, by=by, after=after)


def drop(amendment: Amendment) -> None:
    """Forget an amendment, with those of its pictures that nothing else shows."""
    pictures = set(amendment.pictures.values_list("picture_id", flat=True))
    subject = amendment.subject
    amendment.delete()
    let_go(subject, pictures)


def let_go(subject: Product | Merchant, picture_ids: Collection[int]) -> None:
    """Forget pictures that nothing shows any more."""
    product_id = subject.pk if isinstance(subject, Product) else None
    for picture in Picture.objects.filter(pk__in=picture_ids).order_by("pk"):
        discard(picture, product_id=product_id)


def refuse_under_review(product: Product) -> None:
    """Refuse to change a product that waits for its review."""
    if product.state == Product.State.SUBMITTED:
        raise NotPossible(_("It waits for a review. Take it back first, then change it."))


def _touched(
    subject: Product | Merchant, amendment: Amendment | None, *, at: datetime, by: User
) -> Amendment:
    """Return an amendment that waits, in a new version."""
    if amendment is None:
        field = "product" if isinstance(subject, Product) else "merchant"
        return Amendment(**{field: subject}, waits_since=at, sent_at=at, by=by)
    if not amendment.is_waiting:
        amendment.waits_since = at
    # By its version a reviewer's look is known: no two versions have the same instant.
    amendment.sent_at = max(at, amendment.sent_at + TICK)
    amendment.enter(State.WAITING)
    amendment.note, amendment.by = "", by
    return amendment


def _save(
    amendment: Amendment, what: str, *, at: datetime, by: User, after: dict[str, Any]
) -> bool:
    """Save an amendment; one in which nothing differs any more is none."""
    if amendment.is_empty:
        if amendment.pk:
            drop(amendment)
        log(amendment.subject, "take back change", at=at, by=by, festival=None)
        return False
    amendment.save()
    log(amendment.subject, what, at=at, by=by, festival=None, after=after)
    return True
