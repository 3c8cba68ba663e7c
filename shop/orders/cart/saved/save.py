"""The saved products of a shopper. They wait beside the cart and are moved along with it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from shop.catalogue.models import Product
from shop.core.errors import NotPossible
from shop.orders.cart import change
from shop.orders.cart.models import Cart, SavedProduct

MOST_SAVED = 200


@transaction.atomic
def save(cart: Cart, product: Product, *, at: datetime) -> None:
    """Save a product for later; one that is saved already stays where it is.

    Raises:
        NotPossible: as many are kept as may be.
    """
    saved = SavedProduct.objects.filter(cart=cart)
    if saved.exclude(product=product).count() >= MOST_SAVED:
        text = _("You can save up to %(count)d products. Remove one to save another.")
        raise NotPossible(text % {"count": MOST_SAVED})
    row = SavedProduct(cart=cart, product=product, saved_at=at)
    SavedProduct.objects.bulk_create([row], ignore_conflicts=True)
    # Carts that nobody touches for long are forgotten.
    Cart.objects.filter(pk=cart.pk).update(changed_at=at)


def remove(cart: Cart, product_id: int) -> None:
    """Remove a saved product."""
    SavedProduct.objects.filter(cart=cart, product_id=product_id).delete()


@transaction.atomic
def move_to_cart(cart: Cart, product_id: int, *, at: datetime) -> Product | None:
    """Put a saved product into the cart, where there is nothing to choose.

    Returns:
        the product if one of several variants has to be chosen first; it stays saved.

    Raises:
        NotPossible: it is not on sale, or not among the saved ones.
    """
    if not SavedProduct.objects.filter(cart=cart, product_id=product_id).exists():
        raise NotPossible(_("This product is not among the saved ones any more."))
    product = savable(product_id)
    if product is None:
        raise NotPossible(_("This product is no longer on sale."))
    if product.kind != Product.Kind.GOODS:
        return product
    variants = list(product.variants.on_sale(at=at).values_list("pk", flat=True)[:2])
    if not variants:
        raise NotPossible(_("This product is no longer on sale."))
    if len(variants) > 1:
        return product
    change.add(cart, variants[0], 1, at=at)
    remove(cart, product_id)
    return None


def savable(product_id: int) -> Product | None:
    """Return a product that everybody can see."""
    return Product.objects.public().filter(pk=product_id).first()


def move_saved(guest: Cart, own: Cart) -> None:
    """Move a guest's saved products into the account's cart."""
    known = SavedProduct.objects.filter(cart=own).values("product")
    SavedProduct.objects.filter(cart=guest).exclude(product__in=known).update(cart=own)
    SavedProduct.objects.filter(cart=guest).delete()
