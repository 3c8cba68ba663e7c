"""What a store does to a product that shoppers see, and what an organizer answers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from shop.catalogue.models import Product
from shop.merchant.moderation import decide
from shop.merchant.moderation.contents import pending_change_of
from shop.merchant.moderation.models import PendingChange
from shop.merchant.moderation.propose import save_product
from shop.people.accounts.models import User
from shop.storefront.listings.edit import newest_edit, words_of
from shop.storefront.listings.variants import TypedVariant
from tests.make import NOON


def rows_of(product: Product) -> list[TypedVariant]:
    """Return the rows of the grid as nobody changed them."""
    variants = product.variants.order_by("position", "pk")
    return [TypedVariant(n, v.pk, v.sku, v.options, v.weight_g) for n, v in enumerate(variants)]


def propose(
    product: Product,
    by: User,
    *,
    rows: list[TypedVariant] | None = None,
    at: Any = NOON,
    **words: Any,
) -> PendingChange | None:
    """Save other words as a store does, and return what waits for a look, if anything does."""
    newest = newest_edit(product)
    wanted = replace(words_of(Product.objects.get(pk=product.pk)), **words)
    rows = rows_of(product) if rows is None else rows
    save_product(product, wanted, rows, version=newest.pk if newest else 0, at=at, by=by)
    return pending_change_of(product)


def approve(pending_change: PendingChange, by: User, **facts: Any) -> None:
    """Approve what is there now."""
    decide.approve(pending_change, **{"seen": pending_change.sent_at, "at": NOON, "by": by} | facts)
