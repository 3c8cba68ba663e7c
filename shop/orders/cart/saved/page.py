"""The saved products as their page shows them: at the prices of this moment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet

from shop.catalogue.models import Variant
from shop.orders.cart.models import Cart, SavedProduct
from shop.storefront.cards import Card, cards
from shop.storefront.search.find import find_popular


@dataclass(frozen=True, slots=True)
class SavedShown:
    """A saved product; ``card`` is None for one that is not on sale any more."""

    product_id: int
    title: str
    lang: str
    card: Card | None
    has_choice: bool


def saved_products(carts: QuerySet[Cart], *, at: datetime, language: str) -> list[SavedShown]:
    """Return the saved products of carts, the newest first. Three statements."""
    rows = list(SavedProduct.objects.filter(cart__in=carts).select_related("product"))
    if not rows:
        return []
    ids = [row.product_id for row in rows]
    where = "l.product_id = ANY(%(saved)s)"
    found = find_popular([where], {"saved": ids}, most=len(ids), at=at, language=language)
    shown = dict(zip((row.product_id for row in found), cards(found, language), strict=True))
    variants = Variant.objects.filter(product_id__in=ids, is_active=True).order_by()
    several = dict(variants.values_list("product_id").annotate(Count("pk")))
    return [_shown(row, shown.get(row.product_id), several, language) for row in rows]


def _shown(
    row: SavedProduct, card: Card | None, variants: dict[int, int], language: str
) -> SavedShown:
    product = row.product
    named = product.named(language)
    return SavedShown(
        product_id=product.pk,
        title=named.text,
        lang=named.lang,
        card=card,
        has_choice=variants.get(product.pk, 0) != 1 or product.kind != product.Kind.GOODS,
    )
