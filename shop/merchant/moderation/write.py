"""Writes pending changes. Whoever calls holds the row lock of their subject."""

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
from shop.merchant.moderation.contents import PlacedPicture, pending_change_of
from shop.merchant.moderation.models import PendingChange, PendingPicture
from shop.orders.unused_pictures import discard
from shop.people.accounts.models import User
from shop.people.merchants.models import Merchant
from shop.storefront.listings.lock import lock_product

State = PendingChange.State


@overload
def lock(subject: Product) -> Product: ...
@overload
def lock(subject: Merchant) -> Merchant: ...
def lock(subject: Product | Merchant) -> Product | Merchant:
    """Lock a product or a store, and return it as it is; its pending change moves under this."""
    if isinstance(subject, Product):
        return lock_product(subject.pk)
    return lock_one(Merchant.objects, subject.pk)


def keep_words(
    subject: Product | Merchant, parts: dict[str, Any], *, at: datetime, by: User
) -> bool:
    """Write the typed words into the pending change of a locked subject; the newest edit counts.

    What was refused is not sent a second time as it was.

    Returns:
        Whether something new waits for a look.
    """
    pending_change = pending_change_of(subject)
    before = {name: getattr(pending_change, name) for name in parts} if pending_change else None
    if before == parts or (pending_change is None and not any(parts.values())):
        return False
    pending_change = _touched(subject, pending_change, at=at, by=by)
    for name, value in parts.items():
        setattr(pending_change, name, value)
    return _save(pending_change, "propose", at=at, by=by, after=parts.get("words", parts))


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
    pending_change = pending_change_of(subject)
    if pending_change is None and is_public:
        return False
    pending_change = _touched(subject, pending_change, at=at, by=by)
    if not pending_change.pk:
        pending_change.save()
    before = pending_change.pictures.filter(place=place)
    gone = set(before.values_list("picture_id", flat=True))
    before.delete()
    if not is_public:
        PendingPicture.objects.bulk_create(
            PendingPicture(
                pending_change=pending_change,
                picture_id=row.picture_id,
                alt=row.alt,
                place=place,
                position=number,
            )
            for number, row in enumerate(shown)
        )
    let_go(subject, gone - {row.picture_id for row in shown})
    pending_change.has_pictures = pending_change.pictures.exists()
    after = {place: [row.picture_id for row in shown]}
    return _save(pending_change, "propose pictures", at=at, by=by, after=after)


def drop(pending_change: PendingChange) -> None:
    """Forget a pending change, with those of its pictures that nothing else shows."""
    pictures = set(pending_change.pictures.values_list("picture_id", flat=True))
    subject = pending_change.subject
    pending_change.delete()
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
    subject: Product | Merchant, pending_change: PendingChange | None, *, at: datetime, by: User
) -> PendingChange:
    """Return a pending change that waits, in a new version."""
    if pending_change is None:
        field = "product" if isinstance(subject, Product) else "merchant"
        return PendingChange(**{field: subject}, waits_since=at, sent_at=at, by=by)
    if not pending_change.is_waiting:
        pending_change.waits_since = at
    # By its version a reviewer's look is known: no two versions have the same instant.
    pending_change.sent_at = max(at, pending_change.sent_at + TICK)
    pending_change.enter(State.WAITING)
    pending_change.note, pending_change.by = "", by
    return pending_change


def _save(
    pending_change: PendingChange, what: str, *, at: datetime, by: User, after: dict[str, Any]
) -> bool:
    """Save a pending change; one in which nothing differs any more is none."""
    if pending_change.is_empty:
        if pending_change.pk:
            drop(pending_change)
        log(pending_change.subject, "take back change", at=at, by=by, festival=None)
        return False
    pending_change.save()
    log(pending_change.subject, what, at=at, by=by, festival=None, after=after)
    return True
