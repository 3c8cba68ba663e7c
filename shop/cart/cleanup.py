"""Forgets the carts of guests who did not come back."""

from __future__ import annotations

from datetime import datetime, timedelta

from shop.cart.current import COOKIE_DAYS
from shop.cart.models import Cart

BATCH = 1_000


def forget_old_carts(*, at: datetime) -> int:
    """Delete guests' carts that nobody touched for as long as their cookie lives.

    A cart with an order behind it stays while the order is pending.
    """
    old = Cart.objects.filter(user=None, changed_at__lt=at - timedelta(days=COOKIE_DAYS))
    ids = list(old.filter(holdings={}).values_list("pk", flat=True)[:BATCH])
    Cart.objects.filter(pk__in=ids).delete()
    return len(ids)
