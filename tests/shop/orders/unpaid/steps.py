"""What the tests of bounds on unpaid orders share: who orders, and what becomes of it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from shop.catalogue.models import Variant
from shop.core.errors import TooMuchHeld
from shop.festivals.models import Deal
from shop.orders import end
from shop.orders.cart.current import Shopper
from shop.orders.models import Order
from shop.orders.place import place_order
from tests import make
from tests.make import NOON

HERE = "203.0.113.7"


def flash_deal(units: int = 10) -> Deal:
    """Return a deal of few units on a full shelf."""
    kettle = make.variant(20_00)
    return make.deal(kettle, during=make.festival(), price=15_00, allotment=units)


def newcomer(deal: Deal, *, address: str | None = None, email: str | None = None) -> Shopper:
    """Return a shopper with a fresh cookie and one unit of the deal in the cart."""
    return make.cart({deal.variant: 1}, of=make.shopper(address=address), email=email)


def buy(who: Shopper, *, at: Any = NOON) -> Order:
    """Place the order of a cart."""
    return place_order(who, agreed=make.agreed(who, at=at), at=at).order


def guest(wanted: dict[Variant, int], *, address: str = HERE, **facts: Any) -> Shopper:
    """Return a guest of a network, with a fresh cookie and these in the cart."""
    return make.cart(wanted, of=make.shopper(address=address), **facts)


def account(wanted: dict[Variant, int], *, address: str = HERE) -> Shopper:
    """Return somebody signed in from a network, with a verified address."""
    return make.cart(wanted, of=make.shopper(make.user(), address=address))


def refusal_of(who: Shopper, *, at: Any = NOON) -> str:
    """Return why an order holds too much."""
    with pytest.raises(TooMuchHeld) as refused:
        buy(who, at=at)
    return str(refused.value)


def lapse(orders: list[Order], *, at: Any) -> None:
    """Let orders end without their money."""
    for order in orders:
        with transaction.atomic():
            end.expire(end.lock(order.pk), at=at)


def minutes(order: Order) -> float:
    """Return for how long an order is held."""
    return (order.pay_by - order.placed_at).total_seconds() / 60
