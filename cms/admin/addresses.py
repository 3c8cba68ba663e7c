"""Where a row is looked at: those who decide about it decide there, the others read it."""

from __future__ import annotations

from django.urls import reverse

from cms.admin.permissions import may
from shop.accounts.models import User
from shop.catalogue.models import Product
from shop.merchants.models import Merchant


def screen_of_product(user: User, product: Product) -> str:
    """Return the address at which somebody looks at a product."""
    if may(user, "review_nomination") and product.state != Product.State.DRAFT:
        return reverse("desk:product-review", args=[product.pk])
    return reverse("desk_products:inspect", args=[product.pk])


def screen_of_store(store: Merchant) -> str:
    """Return the address at which a store is looked at."""
    return reverse("desk:store-page", args=[store.pk])
