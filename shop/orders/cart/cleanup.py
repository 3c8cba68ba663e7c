"""Forgets the carts of guests who did not come back."""

from __future__ import annotations

from datetime import datetime, timedelta

from shop.catalogue.delivery.models import Contact
from shop.core.jobs import repeat
from shop.orders.cart.current import COOKIE_DAYS
from shop.orders.cart.models import Cart

BATCH = 1_000
KEPT_FOR = timedelta(days=COOKIE_DAYS)


def forget_old_carts(*, at: datetime) -> int:
    """Delete guests' carts that nobody touched for as long as their cookie lives.

    A cart with an order behind it stays while the order is pending. Whether somebody else needs
    its address is judged anew.
    """

    def some() -> int:
        old = Cart.objects.filter(user=None, changed_at__lt=at - KEPT_FOR, holdings={})
        rows = list(old.order_by("changed_at").values_list("pk", "contact")[:BATCH])
        Cart.objects.filter(pk__in=[pk for pk, _contact in rows]).delete()
        left = [contact for _pk, contact in rows if contact]
        Contact.objects.filter(pk__in=left, judged_at__isnull=False).update(judged_at=None)
        return len(rows)

    return repeat(some)
