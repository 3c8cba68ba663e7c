"""Joins a guest's cart and open payment to the account at sign-in."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction
from django.http import HttpRequest

from shop.core.errors import NotPossible
from shop.money.payments.cancel import cancel_pending
from shop.orders import end
from shop.orders.adopt import hand_over
from shop.orders.cart.adopt import adopt_cart
from shop.orders.cart.current import guest_carts
from shop.orders.cart.models import Cart
from shop.orders.models import Order
from shop.people.accounts.models import User

log = logging.getLogger(__name__)


def bring_along(request: HttpRequest, user: User, *, at: datetime) -> None:
    """Join the guest's cart and open payment to the account that was just signed in to.

    One shopper has one open payment. If both have one, the guest's is closed; if that fails
    because the provider is silent, it runs out by itself.
    """
    guest = guest_carts(request).first()
    if guest is None:
        return
    order = _pending(guest.shopper_key)
    if order and _pending(f"u{user.pk}"):
        try:
            cancel_pending(order, at=at)
        except NotPossible as refusal:
            log.warning("%s: not closed at sign-in: %s", order, refusal)
    _join(guest, user, order, at=at)


@transaction.atomic
def _join(guest: Cart, user: User, order: Order | None, *, at: datetime) -> None:
    # Orders are locked before carts, as in placing.
    order = end.lock(order.pk) if order else None
    own = adopt_cart(guest, user, at=at)
    if order and order.is_pending:
        hand_over(order, user, own)


def _pending(shopper_key: str) -> Order | None:
    return Order.objects.filter(shopper_key=shopper_key, state=Order.State.PENDING).first()
