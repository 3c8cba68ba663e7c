"""A store takes its product off sale: its proposed change becomes part of the product."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from django.db import IntegrityError, transaction

from shop.catalogue.models import Product
from shop.core.errors import NotPossible
from shop.merchant.moderation.albums import write_album
from shop.merchant.moderation.contents import (
    Place,
    content_of,
    new_rows,
    pending_change_of,
    pictures_at,
)
from shop.merchant.moderation.models import PendingChange
from shop.merchant.moderation.write import drop
from shop.orders.tickets.change import tell_new_place
from shop.people.accounts.models import User
from shop.storefront.listings import publish
from shop.storefront.listings.edit import fill
from shop.storefront.listings.lock import lock_product
from shop.storefront.listings.variants import TypedVariant, check_rows, save_rows


@transaction.atomic
def withdraw(product: Product, *, at: datetime, by: User) -> None:
    """Take a product off sale, or back from review, and write its proposed change into it.

    Nobody sees the product until all of it is reviewed again.

    Raises:
        NotPossible, StaleState: as ``publish.withdraw`` says; nothing is changed.
    """
    publish.withdraw(product, at=at, by=by)
    now = lock_product(product.pk)
    if pending_change := pending_change_of(now):
        _take_over(pending_change, now, at=at, by=by)
        drop(pending_change)


def _take_over(pending_change: PendingChange, product: Product, *, at: datetime, by: User) -> None:
    """Write a pending change into a product that nobody sees; rows that cannot be are left out."""
    if pending_change.has_pictures:
        write_album(product, pictures_at(pending_change, Place.ALBUM))
    words = content_of(product, pending_change).words
    labels = pending_change.options
    rows = [
        TypedVariant(n, row.pk, row.sku, labels.get(str(row.pk), row.options), row.weight_g)
        for n, row in enumerate(product.variants.filter(is_active=True))
    ]
    try:
        with transaction.atomic():
            met = product.meeting_point
            fill(product, words)
            product.save()
            tell_new_place(product, met, at=at)
            if product.kind == Product.Kind.GOODS:
                rows += new_rows(pending_change)
                check_rows(product, rows)
                save_rows(product, rows, at=at, by=by)
    except (NotPossible, IntegrityError):  # by now another product has a SKU, say
        product.refresh_from_db()
        fill(product, replace(words, option_names=product.option_names,
                              category_id=product.category_id))  # fmt: skip
        product.save()
