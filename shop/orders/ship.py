"""A merchant hands a parcel over; the shopper is told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NotRequired, TypedDict, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from shop.catalogue.delivery.carriers import carried_by
from shop.catalogue.stock import units as stock
from shop.core.errors import NotPossible, StaleState
from shop.core.locks import lock_one
from shop.core.tasks import enqueue
from shop.festivals.changelog import log
from shop.orders.after_sale.contents import left_to_send, pools_of
from shop.orders.models import Order, OrderLine, Shipment, ShipmentLine, Suborder
from shop.orders.tasks import send_parcel_news, send_shipped
from shop.people.accounts.models import User

MOST_PARCELS = 20


class ShipFacts(TypedDict):
    """Who carries a parcel since when, by whom it was handed over, and what is in it.

    ``units`` are its contents by line id; None: all that is left to send. ``seen`` is the id of the
    contact whose address was shown, if one was; ``before`` how many parcels had left by then.
    """

    carrier: str
    tracking_number: str
    at: datetime
    by: User
    seen: NotRequired[int | None]
    units: NotRequired[Mapping[int, int] | None]
    before: NotRequired[int | None]


@transaction.atomic
def ship(suborder: Suborder, **facts: Unpack[ShipFacts]) -> Shipment:
    """Record that a parcel of a paid suborder has left, with its contents, and mail the shopper.

    While something is left to send the suborder waits for its next parcel; its earnings, and the
    days in which goods can be returned, are counted from the arrival of all of it.

    Raises:
        NotPossible: it is not paid, held back for review, has left already, or has nothing to
            send; the parcel is empty, or has more in it than is left to send.
        StaleState: the address was mended since it was shown, the parcel bears the wrong one; or
            a parcel has left since, and the button was pressed twice.
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
    sent = suborder.shipments.count()
    if facts.get("seen") not in (None, contact_id) or facts.get("before") not in (None, sent):
        raise StaleState
    at, by, units = facts["at"], facts["by"], facts.get("units")
    left = left_to_send(suborder)
    packed = left if units is None else _chosen(left, units)
    if packed == left:
        suborder.move_to(Suborder.State.SHIPPED)
    elif sent + 1 >= MOST_PARCELS:  # one place is left, for all the rest
        raise NotPossible(_("An order has at most 20 parcels."))
    elif suborder.partly_sent_at is None:
        Suborder.objects.filter(pk=suborder.pk).update(partly_sent_at=at)
    stock.ship(pools_of(packed), at=at, by=by, note=suborder.order.number)
    shipment = Shipment.objects.create(
        suborder=suborder,
        contact_id=contact_id,
        shipped_at=at,
        by=by,
        **_carried(suborder, facts["carrier"], facts["tracking_number"]),
    )
    ShipmentLine.objects.bulk_create(
        ShipmentLine(shipment=shipment, line=line, quantity=count) for line, count in packed.items()
    )
    enqueue(send_shipped, shipment.pk)
    return shipment


def _carried(part: Suborder, carrier: str, number: str) -> dict[str, Any]:
    return carried_by(carrier, number, country=part.merchant.country)


def _chosen(left: Mapping[OrderLine, int], units: Mapping[int, int]) -> dict[OrderLine, int]:
    """Return what is in a parcel, by line.

    Raises:
        NotPossible: nothing is, or more of a line than is left to send.
    """
    lines = {line.pk: line for line in left}
    chosen = {pk: count for pk, count in units.items() if count}
    if not chosen:
        raise NotPossible(_("Choose what is in this parcel."))
    if any(pk not in lines or not 0 < count <= left[lines[pk]] for pk, count in chosen.items()):
        raise NotPossible(_("Fewer of them are left to be sent. Look at the order again."))
    return {lines[pk]: count for pk, count in sorted(chosen.items())}


@transaction.atomic
def add_parcel(
    suborder: Suborder, *, carrier: str, tracking_number: str, at: datetime, by: User
) -> Shipment:
    """Record another tracking number for goods that have all left, and mail the shopper.

    Its parcel has no contents of its own: they stay with the parcels with which they were sent.

    Raises:
        NotPossible: something is left to send, or it has arrived; there is no number; or it has
            very many parcels.
    """
    suborder = _on_its_way(suborder)
    if not tracking_number:
        raise NotPossible(_("Enter the tracking number."))
    if suborder.shipments.count() >= MOST_PARCELS:
        raise NotPossible(_("An order has at most 20 parcels."))
    shipment = Shipment.objects.create(
        suborder=suborder, contact_id=suborder.order.contact_id, shipped_at=at, by=by,
        **_carried(suborder, carrier, tracking_number),
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
    suborder = _on_its_way(shipment.suborder, is_first=True)
    now = Shipment.objects.get(pk=shipment.pk)
    told = _carried(suborder, carrier, tracking_number)
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


def _on_its_way(suborder: Suborder, *, is_first: bool = False) -> Suborder:
    """Lock a suborder that has left and not arrived.

    Args:
        is_first: it is enough that one parcel of it has left.

    Raises:
        NotPossible: it has not left, or has arrived.
    """
    found = lock_one(Suborder.objects.select_related("order", "merchant"), suborder.pk)
    if found.state != Suborder.State.SHIPPED and not (is_first and found.is_partly_sent):
        raise NotPossible(_("Only a parcel that is on its way can be changed."))
    return found
