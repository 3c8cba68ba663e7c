"""Orders that were paid for through the sandbox, and sent."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from shop.money.returns.ask import Wish
from shop.orders.models import Order, Suborder
from shop.orders.ship import ship
from tests import make
from tests.make import NOON
from tests.paying import begin, completed, post

DAY = timedelta(days=1)


def paid(sandbox: Any, wanted: dict, *, at: datetime = NOON, **facts: Any) -> Order:
    """Pay for a cart through the sandbox; return its order."""
    payment = begin(make.cart(wanted, at=at, **facts), at=at)
    sandbox.pay(payment.session_id)
    assert post(completed(sandbox), sandbox) == 200
    return Order.objects.get(pk=payment.order_id)


def sent(order: Order, *, at: datetime = NOON) -> Suborder:
    """Let the only store of an order send its parcel."""
    part = order.suborders.select_related("merchant").get()
    ship(part, carrier="DHL", tracking_number="1", at=at, by=make.member(part.merchant))
    part.refresh_from_db()
    return part


def wish(order: Order, count: int, reason: str, **facts: Any) -> dict[int, Wish]:
    """Return the wish for units of the only line of an order."""
    return {order.lines.get().pk: Wish(count, reason, **facts)}
