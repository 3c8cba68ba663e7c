"""A merchant hands a parcel over; the shopper is told."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from urllib.parse import quote

from django.db import transaction
from django.utils.translation import gettext as _

from shop.accounts.models import User
from shop.delivery.models import Carrier
from shop.errors import NotPossible
from shop.orders.models import Order, OrderLine, Shipment, Suborder
from shop.orders.refunding import refunded
from shop.orders.tasks import send_shipped
from shop.stock import holding as stock
from shop.tasks import enqueue


@transaction.atomic
def ship(
    suborder: Suborder, *, carrier: str, tracking_number: str, at: datetime, by: User
) -> Shipment:
    """Record that a paid suborder has left, with its tracking number, and mail the shopper.

    Raises:
        NotPossible: it is not paid, held back for review, has left already, or has nothing to
            send.
    """
    suborder = (
        Suborder.objects.select_for_update(of=("self",), no_key=True)
        .select_related("order")
        .get(pk=suborder.pk)
    )
    if suborder.order.state != Order.State.PAID or suborder.state != Suborder.State.WAITING:
        raise NotPossible(_("Only a paid parcel that has not left yet can be sent."))
    if not suborder.service:
        raise NotPossible(_("There is nothing to send: the guests come to you."))
    suborder.move_to(Suborder.State.SHIPPED)
    units: Counter[int] = Counter()
    lines = list(OrderLine.objects.filter(suborder=suborder))
    back = refunded(lines)
    for line in lines:
        left = line.quantity - back.get(line.pk, 0)
        units[line.pool_id] += line.pool_units // line.quantity * left
    stock.ship(units, at=at, by=by, note=suborder.order.number)
    shipment = Shipment.objects.create(
        suborder=suborder,
        carrier=carrier,
        tracking_number=tracking_number,
        tracking_url=tracking_url(carrier, tracking_number),
        shipped_at=at,
        by=by,
    )
    enqueue(send_shipped, shipment.pk)
    return shipment


def tracking_url(carrier: str, number: str) -> str:
    """Return where a number can be followed, or nothing when the carrier's page is not known."""
    known = Carrier.objects.filter(name=carrier).first()
    if not known or not known.tracking_url or not number:
        return ""
    return known.tracking_url.replace("{number}", quote(number, safe=""))
