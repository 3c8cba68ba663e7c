"""Where a row is looked at, and the way there: those who decide decide there, others read it."""

from __future__ import annotations

from django.urls import reverse

from cms.dashboard.permissions import may
from shop.catalogue.models import Product
from shop.festivals.models import Festival
from shop.people.accounts.models import User
from shop.people.merchants.models import Merchant


def screen_of_product(user: User, product: Product) -> str:
    """Return the address at which somebody looks at a product."""
    if may(user, "review_nomination") and product.state != Product.State.DRAFT:
        return reverse("desk:product-review", args=[product.pk])
    return reverse("desk_products:inspect", args=[product.pk])


def festivals_link() -> tuple[str, str]:
    """Return the way back to the list of festivals."""
    return reverse("desk:festivals"), "Festivals"


def trail_of(festival: Festival) -> list[tuple[str, str]]:
    """Return the way back to a festival's board."""
    return [festivals_link(), (reverse("desk:festival", args=[festival.pk]), festival.title)]


def screen_of_store(store: Merchant) -> str:
    """Return the address at which a store is looked at."""
    return reverse("desk:store-page", args=[store.pk])
