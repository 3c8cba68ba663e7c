"""Refusals on the page with the button: of an order, or of one that is too large."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast

from django.urls import reverse
from django.utils.translation import gettext as _

from shop.core.errors import (
    BelowMinimum,
    CannotDeliver,
    OutOfStock,
    PriceChanged,
    ShopError,
    TooMuchHeld,
    Unavailable,
)
from shop.orders.cart.current import Shopper
from shop.orders.cart.formats import amount
from shop.orders.cart.pricing import PricedCart
from shop.orders.unpaid import limits

# Placing refuses with these when the shopper has no payment open, or after the provider has just
# said that it closed the one there was. Of any other refusal nobody can say that.
UNCHARGED = (PriceChanged, OutOfStock, CannotDeliver, BelowMinimum, TooMuchHeld, Unavailable)


def refused(refusal: ShopError | None) -> dict[str, Any]:
    """Return the page's context of a refusal; a changed price comes with before and after."""
    if refusal is None:
        return {}
    said: dict[str, Any] = {"refusal": str(refusal), "is_uncharged": isinstance(refusal, UNCHARGED)}
    if isinstance(refusal, PriceChanged) and refusal.before and refusal.before > 0:
        said |= {"before": amount(refusal.before), "after": amount(cast("int", refusal.after))}
    return said | {"is_changed": isinstance(refusal, PriceChanged)}


def too_large(priced: PricedCart, shopper: Shopper, *, at: datetime) -> TooMuchHeld | None:
    """Return why a cart is too much for one unpaid order, or None. No statement."""
    try:
        limits.refuse_too_large(priced, shopper, at=at)
    except TooMuchHeld as refusal:
        return refusal
    return None


def way_to_more(refusal: ShopError | None, shopper: Shopper) -> tuple[str, str] | None:
    """Return the address and words of the way to order more at once, by an account."""
    if not isinstance(refusal, TooMuchHeld) or not refusal.may_sign_in:
        return None
    if shopper.user is not None:
        return reverse("account_email"), _("Confirm your email address")
    return f"{reverse('account_login')}?next={reverse('checkout-delivery')}", _("Sign in")
