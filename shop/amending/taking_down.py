"""Takes a product out of the shop at once; what nobody has paid for yet is not sold any more.

Paid orders stay: they are sent, or sent back by whoever decides about them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Q, QuerySet

from shop.accounts.models import User
from shop.catalogue.models import Product
from shop.festivals.models import Deal
from shop.listings import publishing
from shop.orders.effects import Effect
from shop.orders.models import Order
from shop.payments.cancelling import AT_ONCE, BATCH, end_all


@dataclass(frozen=True, slots=True)
class TakenDown:
    """The instant from which nothing of it is sold, and how many open orders ended."""

    since: datetime
    ended: int


def take_down(product: Product, reason: str, *, at: datetime, by: User) -> TakenDown:
    """Take a product down and close the open orders that hold it.

    The sale ends first, in a transaction of its own. An order that was being placed in the same
    second, or whose session could not be closed, is ended by ``end_open`` in the beat.

    Raises:
        NotPossible, StaleState: as ``publishing.take_down`` says; nothing is changed.
    """
    since = publishing.take_down(product, reason, at=at, by=by)
    return TakenDown(since, end_open(at=at, product=product, most=AT_ONCE))


def end_open(*, at: datetime, product: Product | None = None, most: int = BATCH) -> int:
    """End pending orders with products that are taken down; return how many. Part of the beat.

    One that was paid at the last moment stays paid.
    """
    orders = Order.objects.filter(
        state=Order.State.PENDING, lines__product__state=Product.State.TAKEN_DOWN
    )
    if product:
        orders = orders.filter(lines__product=product)
    return end_all(orders, at=at, most=most, why="holds what was taken down")


def effect_of(product: Product) -> Effect:
    """Return the open orders that hold a product, and the paid ones that have it. One statement."""
    pending, paid = Q(state=Order.State.PENDING), Q(state=Order.State.PAID)
    found = Order.objects.filter(lines__product=product).aggregate(
        open_orders=Count("pk", pending, distinct=True),
        until=Max("pay_by", filter=pending),
        paid_orders=Count("pk", paid, distinct=True),
    )
    return Effect(**found)


def deals_of(product: Product, *, at: datetime) -> QuerySet[Deal]:
    """Return the deals of a product that run or will run."""
    rows = Deal.objects.filter(variant__product=product, effective_to__gt=at)
    return rows.exclude(state__in=Deal.GONE)
