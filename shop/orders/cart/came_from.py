"""By which shared link a cart was filled: noted with the cart, for as long as that counts."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Exists
from django.http import HttpRequest

from shop.catalogue.models.products import VariantQuerySet
from shop.orders.cart.models import Cart
from shop.storefront.previews.preview import preview_of
from shop.storefront.share_links import cookie
from shop.storefront.share_links.count import count_cart
from shop.storefront.share_links.models import ShareLink


def note_link(
    cart: Cart, request: HttpRequest, variants: VariantQuerySet | Collection[int], *, at: datetime
) -> None:
    """Note the link that somebody came by who puts something into the cart; the last one counts.

    The link of a store counts for its own products alone. No statement for whoever came by none. A
    cart is counted once for each link.

    Args:
        variants: what is put in: one of them at least.
    """
    came = cookie.read(request, at=at)
    if came is None or preview_of(request):
        return
    of_all = ShareLink.objects.filter(code=came.code, merchant=None)
    of_store = ShareLink.objects.filter(code=came.code, merchant__products__variants__in=variants)
    rows = Cart.objects.filter(Exists(of_all) | Exists(of_store), pk=cart.pk)
    if rows.exclude(came_from=came.code).update(came_from=came.code, came_until=came.until):
        count_cart(came.code, at=at)
    elif cart.came_from == came.code and cart.came_until != came.until:
        Cart.objects.filter(pk=cart.pk).update(came_until=came.until)


def link_of(cart: Cart, *, at: datetime) -> str:
    """Return the code of the link by which a cart was filled, empty where none counts."""
    return cart.came_from if cart.came_until and cart.came_until > at else ""
