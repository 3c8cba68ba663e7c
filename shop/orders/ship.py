"""A merchant hands a parcel over; the shopper is told."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from shop.accounts.models import User
from shop.delivery.carriers import carried_by
from shop.errors import NotPossible, StaleState
from shop.festivals.changelog import log
from shop.locks import lock_one
from shop.orders.models import Order, OrderLine, Shipment, Suborder
from shop.orders.refund import refunded
from shop.orders.tasks import send_parcel_news, send_shipped
from shop.stock import units as stock
from shop.tasks import enqueue

MOST_PARCELS = 20


@transaction.atomic
def ship(
    suborder: Suborder,
    *,
    carrier: str,
    tracking_number: str,
    at: datetime,
    by: User,
    seen: int | None = None,
) -> Shipment:
    """Record that a paid suborder has left, with its tracking number, and mail the shopper.

    Args:
        seen: the id of the contact whose address was shown, if one was.

    Raises:
        NotPossible: it is not paid, held back for review, has left already, or has nothing to
            send.
        StaleState: the address was mended since it was shown; the parcel bears the wrong one.
    """
    suborder = lock_one(Suborder.objects.select_related("order", "merchant"), suborder.pk)
    if suborder.order.state != Order.State.PAID or suborder.state != Suborder.State.WAITING:
        raise NotPossible(_("Only a paid parcel that has not left yet can be sent."))
    if suborder.stopped_at:
        raise NotPossible(_("Do not send this parcel: its payment is in question."))
    if not suborder.service:
        raise NotPossible(_("There is nothing to send: the guests come to you."))
    # Asked after the lock: whoever mends the address locks what waits, and was here before.
    contact_id = Order.objects.values_list("contact", flat=True).get(pk=suborder.order_id)
    if seen not in (None, contact_id):
        raise StaleState
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
        contact_id=contact_id,
        shipped_at=at,
        by=by,
        **carried_by(carrier, tracking_number, country=suborder.merchant.country),
    )
    enqueue(send_shipped, shipment.pk)
    return shipment


@transaction.atomic
def add_parcel(
    suborder: Suborder, *, carrier: str, tracking_number: str, at: datetime, by: User
) -> Shipment:
    """Record one more parcel of a suborder that has left in several, and mail the shopper.

    Raises:
        NotPossible: it has not left, or has arrived; or it has very many parcels.
    """
    suborder = _on_its_way(suborder)
    if suborder.shipments.count() >= MOST_PARCELS:
        raise NotPossible(_("An order has at most 20 parcels."))
    shipment = Shipment.objects.create(
        suborder=suborder, contact_id=suborder.order.contact_id, shipped_at=at, by=by,
        **carried_by(carrier, tracking_number, country=suborder.merchant.country),
    )  # fmt: skip
    enqueue(send_parcel_news, shipment.pk, True)
    return shipment


@transaction.atomic
def mend_parcel(
    shipment: Shipment, *, carrier: str, tracking_number: str, at: datetime, by: User
) -> bool:
    """Correct who carries a parcel and under which number; return whether anything is new.

    The shopper is told by mail.

    Raises:
        NotPossible: the parcel has arrived.
    """
    suborder = _on_its_way(shipment.suborder)
    now = Shipment.objects.get(pk=shipment.pk)
    told = carried_by(carrier, tracking_number, country=suborder.merchant.country)
    names = ("carrier", "carrier_code", "tracking_number")
    before = {name: getattr(now, name) for name in names}
    after = {name: told[name] for name in names}
    if before == after:
        return False
    Shipment.objects.filter(pk=now.pk).update(**told)
    log(suborder, "mend parcel", at=at, by=by, festival=None,
        before={"carrier": before["carrier"], "number": before["tracking_number"]},
        after={"carrier": after["carrier"], "number": after["tracking_number"]})  # fmt: skip
    enqueue(send_parcel_news, now.pk, False)
    return True


def _on_its_way(suborder: Suborder) -> Suborder:
    """Lock a suborder that has left and not arrived.

    Raises:
        NotPossible: it has not left, or has arrived.
    """
    found = lock_one(Suborder.objects.select_related("order", "merchant"), suborder.pk)
    if found.state != Suborder.State.SHIPPED:
        raise NotPossible(_("Only a parcel that is on its way can be changed."))
    return found
