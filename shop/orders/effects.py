"""The effects on orders of an action on deals or benefits, shown before it is done."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Q, Sum

from shop.festivals.models import Deal, Promotion, Slot
from shop.orders.models import Order, OrderLine


@dataclass(frozen=True, slots=True)
class Effect:
    """Open orders that hold something at its price, until when, and paid ones with their units.

    ``open_units`` and ``sold_units`` are items; ``until`` is the last instant to pay.
    """

    open_orders: int = 0
    open_units: int = 0
    until: datetime | None = None
    paid_orders: int = 0
    sold_units: int = 0


def effect_on_deals(deals: Q) -> Effect:
    """Count the orders that hold or bought the deals of a condition. One statement."""
    return _effect(Q(deal__in=Deal.objects.filter(deals)))


def effect_on_slot(slot: Slot) -> Effect:
    """Count the orders that hold or bought a slot's deals; of all slots for the whole one."""
    if slot.kind == Slot.Kind.WHOLE:
        return effect_on_deals(Q(slot__festival=slot.festival_id))
    return effect_on_deals(Q(slot=slot))


def effect_on_promotion(promotion: Promotion) -> Effect:
    """Return the open orders that use a benefit, and the paid ones. One statement."""
    pending = Q(state=Order.State.PENDING)
    rows = Order.objects.filter(discounts__promotion=promotion)
    found = rows.aggregate(
        open_orders=Count("pk", pending, distinct=True),
        until=Max("pay_by", filter=pending),
        paid_orders=Count("pk", Q(state=Order.State.PAID), distinct=True),
    )
    return Effect(**found)


def _effect(lines: Q) -> Effect:
    pending = Q(order__state=Order.State.PENDING)
    paid = Q(order__state=Order.State.PAID)
    found = OrderLine.objects.filter(lines).aggregate(
        open_orders=Count("order", pending, distinct=True),
        open_units=Sum("quantity", filter=pending, default=0),
        until=Max("order__pay_by", filter=pending),
        paid_orders=Count("order", paid, distinct=True),
        sold_units=Sum("quantity", filter=paid, default=0),
    )
    return Effect(**found)
