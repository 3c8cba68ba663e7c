"""Organizers decide on a store's change: on exactly the version that they have seen."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from shop.catalogue.models import Product
from shop.core.errors import NotPossible, StaleState
from shop.core.images.models import Picture
from shop.festivals.changelog import log
from shop.festivals.models import ChangeLog
from shop.festivals.prices.spans import TICK, mark_change
from shop.merchant.moderation.albums import write_album
from shop.merchant.moderation.contents import (
    STORE_PICTURES,
    STORE_WORDS,
    Place,
    content_of,
    new_rows,
    pictures_at,
)
from shop.merchant.moderation.models import PendingChange
from shop.merchant.moderation.translate import apply, public_words
from shop.merchant.moderation.write import drop, let_go, lock
from shop.orders.tickets.change import tell_new_place
from shop.people.accounts.models import User
from shop.people.merchants.models import Merchant
from shop.people.merchants.own_stores import refuse_own
from shop.storefront.listings.edit import fill, told, words_of
from shop.storefront.listings.lock import lock_listings
from shop.storefront.listings.mail import tell_store
from shop.storefront.listings.publish import on_sale_again
from shop.storefront.listings.refresh import refresh
from shop.storefront.listings.variants import TypedVariant, check_rows, save_rows


@transaction.atomic
def approve(
    pending_change: PendingChange, *, seen: datetime | None, at: datetime, by: User
) -> None:
    """Let shoppers see a change; a product that was taken down is on sale again with it.

    One that was refused can still be approved, by whoever thinks better of it.

    Args:
        seen: the version that the reviewer looked at.

    Raises:
        StaleState: it was changed since, or decided on.
        NotPossible: the reviewer is a member of the store, or something stands in its way by now.
    """
    pending_change = _locked(pending_change, seen=seen, by=by)
    store = pending_change.store.pk
    tell_store(make_public(pending_change, "approve change", at=at, by=by), store)


def make_public(pending_change: PendingChange, action: str, *, at: datetime, by: User) -> ChangeLog:
    """Write a pending change of a locked subject into it, and return the line of the log.

    Raises:
        NotPossible: something stands in its way by now.
    """
    subject = pending_change.subject
    before = public_facts(subject)
    texts = pending_change.texts
    said = {language: public_words(subject, language) for language in texts}
    if isinstance(subject, Product):
        _apply_to_product(pending_change, subject, at=at, by=by)
    else:
        _apply_to_store(pending_change, subject, at=at)
    words, pictures = pending_change.words, pending_change.has_pictures
    drop(pending_change)
    return log(
        subject, action, at=at, by=by, festival=None,
        before={name: before[name] for name in words} | ({"texts": said} if texts else {}),
        after=words | ({"texts": texts} if texts else {})
        | ({"pictures": True} if pictures else {}),
    )  # fmt: skip


@transaction.atomic
def refuse(
    pending_change: PendingChange, note: str, *, seen: datetime | None, at: datetime, by: User
) -> None:
    """Refuse a change with a reason; the store can mend it and send it again.

    Raises:
        StaleState: it was changed since it was seen, or decided on.
        NotPossible: there is no reason, or the reviewer is a member of the store.
    """
    if not note.strip():
        raise NotPossible(_("Give a reason. The merchant will read it."))
    pending_change = _locked(pending_change, seen=seen, by=by)
    if not pending_change.is_waiting:
        raise StaleState
    # A new version: whoever looked at the same time is told, and sees the reason first.
    pending_change.move_to(
        PendingChange.State.REFUSED, note=note.strip(), sent_at=pending_change.sent_at + TICK
    )
    line = log(
        pending_change.subject,
        "refuse change",
        at=at,
        by=by,
        festival=None,
        reason=note.strip(),
        after=pending_change.words,
    )
    tell_store(line, pending_change.store.pk)


def public_facts(subject: Product | Merchant) -> dict[str, Any]:
    """Return the facts of a subject that can be proposed in words, as they are public now."""
    if isinstance(subject, Product):
        return told(words_of(subject))
    return {name: getattr(subject, name) for name in STORE_WORDS}


def _locked(pending_change: PendingChange, *, seen: datetime | None, by: User) -> PendingChange:
    """Lock the subject of a pending change; return the change if it is the version seen."""
    lock(pending_change.subject)
    rows = PendingChange.objects.select_related("product__merchant", "merchant")
    now = rows.filter(pk=pending_change.pk).first()
    if now is None or seen is None or now.sent_at != seen:
        raise StaleState
    refuse_own(now.store.pk, by=by)
    return now


def _apply_to_product(
    pending_change: PendingChange, product: Product, *, at: datetime, by: User
) -> None:
    content, met = content_of(product, pending_change), product.meeting_point
    fill(product, content.words)
    if product.kind == Product.Kind.GOODS and (pending_change.options or pending_change.variants):
        _apply_rows(pending_change, product, at=at, by=by)
    product.save(
        update_fields=[name for name in pending_change.words if name != "category_id"]
        + ["category"]
    )
    tell_new_place(product, met, at=at)
    if pending_change.texts:
        apply(product, pending_change.texts, at=at, by=pending_change.by)
    if pending_change.has_pictures:
        lock_listings([product.pk])  # lists come before the pictures that go
        write_album(product, pictures_at(pending_change, Place.ALBUM))
    if product.state == Product.State.TAKEN_DOWN:
        on_sale_again(product, at=at)
    else:
        refresh([product.pk], at=at)


def _apply_rows(pending_change: PendingChange, product: Product, *, at: datetime, by: User) -> None:
    """Give variants their new labels and add the new ones, as the grid would have."""
    active = product.variants.filter(is_active=True).order_by("position", "pk")
    labels = pending_change.options
    rows = [
        TypedVariant(n, row.pk, row.sku, labels.get(str(row.pk), row.options), row.weight_g)
        for n, row in enumerate(active)
    ]
    rows += new_rows(pending_change)
    check_rows(product, rows)
    save_rows(product, rows, at=at, by=by)


def _apply_to_store(pending_change: PendingChange, merchant: Merchant, *, at: datetime) -> None:
    changes: dict[str, Any] = dict(pending_change.words)
    gone = set()
    for place in STORE_PICTURES:
        for shown in pictures_at(pending_change, place):
            changes[f"{place}_id"] = shown.picture_id
            gone.add(getattr(merchant, f"{place}_id"))
            Picture.objects.filter(pk=shown.picture_id).update(alt=shown.alt, title=shown.alt)
    Merchant.objects.filter(pk=merchant.pk).update(**changes)
    merchant.refresh_from_db()
    apply(merchant, pending_change.texts, at=at, by=pending_change.by)
    let_go(merchant, gone - {None})
    mark_change("store", at=at)
