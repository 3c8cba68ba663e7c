"""How a pending order ends: paid, or expired with everything given back.

Each runs inside the caller's transaction, under the order's row lock.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from django.db.models import Expression, QuerySet

from shop.core.locks import lock_one, locked
from shop.core.statements.composed import ID, composed
from shop.core.statements.prepared import prepared_cursor
from shop.orders import holds
from shop.orders.cart import change
from shop.orders.cart.models import Cart
from shop.orders.models import APART, Order
from shop.orders.rows import read_rows
from shop.storefront.listings.refresh import note_stock

# What was added to the cart since it was paid for stays in it. The stores' parts know when they
# were paid by the same statement.
LET_GO = """
WITH sold AS (
  UPDATE shop_suborder SET paid_at = %(paid_at)s::timestamptz
  WHERE order_id = %(order)s AND paid_at IS DISTINCT FROM %(paid_at)s::timestamptz),
bought AS (
  SELECT * FROM unnest(%(variants)s::bigint[], %(units)s::int[]) AS b (variant_id, units)),
gone AS (
  DELETE FROM shop_cartline l USING bought b
  WHERE l.cart_id = %(cart)s AND l.variant_id = b.variant_id AND l.quantity <= b.units),
fewer AS (
  UPDATE shop_cartline l SET quantity = l.quantity - b.units FROM bought b
  WHERE l.cart_id = %(cart)s AND l.variant_id = b.variant_id AND l.quantity > b.units),
vouchers AS (DELETE FROM shop_cartvoucher WHERE cart_id = %(cart)s AND %(is_bought)s)
UPDATE shop_cart SET holdings = '{}' WHERE id = %(cart)s AND NOT EXISTS (
  SELECT 1 FROM shop_order o
  WHERE o.shopper_key = %(shopper)s AND o.state = 'pending' AND o.id <> %(order)s)
"""


def lock(order_id: int) -> Order:
    """Return an order, locked with its cart until the transaction ends.

    The cart is written at the end; it is locked here, since placing locks it before the pools.
    """
    order = lock_one(Order.objects, order_id)
    lock_cart(order)
    return order


def lock_cart(order: Order) -> None:
    """Lock the cart of an order that is locked already."""
    if order.cart_id:
        order.cart = next(iter(locked_carts(pk=order.cart_id)), None)


@composed(pk=ID)
def locked_carts(*, pk: Expression) -> QuerySet[Cart]:
    """Return a cart, locked until the transaction ends."""
    return locked(Cart.objects.filter(pk=pk))


def expire(order: Order, *, at: datetime, state: str = Order.State.EXPIRED) -> None:
    """End a pending order that was not paid, and release its units and benefits.

    Call it only when the provider says that its session cannot be paid any more.
    """
    order.move_to(state, ended_at=at)
    holds.release(order, at=at)
    _forget_holdings(order)


def mark_paid(order: Order, *, at: datetime) -> None:
    """Record that the money is there: held becomes sold, and the cart lets its lines go.

    Raises:
        Unavailable: the order had expired and its goods are gone; the transaction rolls back.
    """
    read_rows(order)
    turned = holds.retake(order, at=at) if order.state == Order.State.EXPIRED else []
    order.move_to(Order.State.PAID, paid_at=at)
    holds.settle(order, at=at)
    if turned:
        note_stock(turned, at=at)
    bought = {} if order.is_set_apart else _bought(order)
    _forget_holdings(order, bought=bought, paid_at=at)


def set_apart(order: Order) -> None:
    """Let an order wait by itself while a bank or a person decides about its money.

    Its goods stay held and leave the cart, so that the shopper can buy other things meanwhile.
    """
    if not order.is_pending or order.is_set_apart:
        return
    order.shopper_key = f"{APART}{order.pk}"
    order.save(update_fields=["shopper_key"])
    _forget_holdings(order, bought=_bought(order))


def put_back(order: Order, *, at: datetime) -> None:
    """Put the goods of an order that was set apart, and is not paid after all, into the cart."""
    if order.is_set_apart and order.cart_id:
        change.put_back(order.cart_id, _bought(order), at=at)


def _bought(order: Order) -> dict[int, int]:
    bought: Counter[int] = Counter()
    for line in order.lines.all():
        bought[line.variant_id] += line.quantity
    return dict(bought)


def _forget_holdings(
    order: Order, bought: Mapping[int, int] | None = None, *, paid_at: datetime | None = None
) -> None:
    """Clear the order's holdings in its cart, and take out the units that were bought.

    By its shopper: a guest's order that could not be stopped at sign-in stands on this cart too,
    and what is held for that one stays known.

    Args:
        paid_at: when the order was paid, if it was; noted with the stores' parts.
    """
    if order.cart is None:
        order.suborders.update(paid_at=paid_at)
        return
    values = {
        "cart": order.cart.pk,
        "order": order.pk,
        "shopper": order.cart.shopper_key,
        "variants": list(bought or ()),
        "units": list((bought or {}).values()),
        "is_bought": bool(bought),
        "paid_at": paid_at,
    }
    with prepared_cursor() as cursor:
        cursor.execute(LET_GO, values)
