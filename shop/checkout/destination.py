"""Whose parcels go where: the cart that an address is given for."""

from __future__ import annotations

from django.db.models import Exists, Expression, OuterRef, QuerySet
from django.http import HttpRequest

from shop.catalogue.delivery.models import Country
from shop.catalogue.models import Product
from shop.core.statements.composed import ID, TEXT, composed
from shop.orders.cart.current import guest_token_hash, signed_in
from shop.orders.cart.models import Cart, CartLine


def cart_to_send(request: HttpRequest, country: str) -> Cart | None:
    """Return the visitor's cart with its contact, or None. One statement.

    ``is_served`` tells whether parcels go to a country, ``sends`` whether the cart has any.
    """
    user = signed_in(request)
    token_hash = "" if user else guest_token_hash(request)
    if user is None and not token_hash:
        return None
    found = carts_to_send(
        user is not None, user=user.pk if user else 0, token_hash=token_hash, country=country
    )
    return next(iter(found), None)


@composed(user=ID, token_hash=TEXT, country=TEXT)
def carts_to_send(
    is_account: bool, *, user: Expression, token_hash: Expression, country: Expression
) -> QuerySet[Cart]:
    """Return the cart of an account, or of a guest, with ``is_served`` and ``sends``."""
    own = {"user": user} if is_account else {"token_hash": token_hash, "user": None}
    served = Country.objects.filter(code=country).exclude(service=Country.Service.CLOSED)
    goods = CartLine.objects.filter(cart=OuterRef("pk"), variant__product__kind=Product.Kind.GOODS)
    carts = Cart.objects.filter(**own).select_related("contact")
    return carts.annotate(is_served=Exists(served), sends=Exists(goods))
