"""What shoppers do to scarce things, without a payment page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from shop.catalogue.models import Variant
from shop.festivals.models import ProductSpan
from shop.orders import end
from shop.orders.cart.current import Shopper
from shop.orders.models import Order
from shop.orders.place import Placed, place_order
from tests import make
from tests.make import NOON


def buying(who: Shopper, *, at: datetime = NOON) -> Callable[[], Placed]:
    """Return the press of Pay, with what the cart costs now as agreed."""
    agreed = make.agreed(who, at=at)
    return lambda: place_order(who, agreed=agreed, at=at)


def pay(order: Order, *, at: datetime = NOON) -> None:
    """Let the money of a pending order come."""
    with transaction.atomic():
        end.mark_paid(end.lock(order.pk), at=at)


def expire(order: Order, *, at: datetime = NOON) -> None:
    """Let the time of a pending order run out."""
    with transaction.atomic():
        end.expire(end.lock(order.pk), at=at)


def span_price(variant: Variant, at: datetime) -> int:
    """Return what lists show for the variant's product at an instant."""
    spans = ProductSpan.objects.filter(product=variant.product_id, starts_at__lte=at)
    return spans.get(ends_at__gt=at).price
