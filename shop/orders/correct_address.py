"""A wrong address of a paid order is mended before its parcels leave, and everybody is told."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.tasks import Task

from shop.catalogue.delivery.models import Contact
from shop.core.errors import NotPossible, StaleState
from shop.core.locks import lock
from shop.core.tasks import enqueue, enqueue_all
from shop.festivals.changelog import log as note
from shop.orders import end
from shop.orders.models import (
    Order,
    Replacement,
    Shipment,
    Suborder,
    SuborderQuerySet,
    new_token,
)
from shop.orders.tasks import (
    send_address_given_up,
    send_address_mended,
    send_order_address,
    send_receipt,
)
from shop.people.accounts.mailboxes import mailbox_key
from shop.people.accounts.models import User
from shop.people.merchants.models import Membership
from shop.people.merchants.roles import Right, who_may

ON_PARCELS = ("name", "phone", "line1", "line2", "city", "region", "postcode")
"""What is written on a parcel, or on its customs form."""


@transaction.atomic
def mend(
    order_id: int,
    contact: Contact,
    *,
    seen: int,
    at: datetime,
    by: User,
    receipt: Task[..., Any] = send_receipt,
) -> None:
    """Change the address of a paid order; tell the shopper, and the stores that have to send.

    A parcel that has left keeps the address to which it was sent. With another mail address the
    order gets another link as well: whoever got the mails until now is not its shopper.

    Args:
        contact: the address as it should be, not saved.
        seen: the id of the contact that the form showed.
        receipt: the mail with what was bought, which goes to another mail address once more.

    Raises:
        NotPossible: the order is not paid, the country is another one, or all of it has left.
        StaleState: somebody else mended it meanwhile.
    """
    order = end.lock(order_id)
    # Whoever sends a parcel locks its part first: it has left, or waits for what stands here.
    waiting = lock(parts_to_send(order))
    old = Contact.objects.get(pk=order.contact_id)
    changed = [
        name for name in ("email", *ON_PARCELS) if getattr(contact, name) != getattr(old, name)
    ]
    if not changed and contact.country == old.country:
        return  # pressed twice
    _refuse(order, old, contact, changed, seen=seen, is_waiting=bool(waiting))
    contact.made_at = at
    contact.save(force_insert=True)
    order.contact = contact
    is_elsewhere = mailbox_key(contact.email) != order.email_key
    if is_elsewhere:
        order.email_key, order.token = mailbox_key(contact.email), new_token()
    order.save(update_fields=["contact", "email_key", "token"])
    # What left before this column was there went to the address that the order had.
    Shipment.objects.filter(suborder__order=order, contact=None).update(contact=old)
    # The log keeps no address: rows of contacts can be blanked, lines of the log cannot.
    note(order, "mend", at=at, by=by, festival=None, before={"contact": old.pk},
         after={"contact": contact.pk, "changed": changed})  # fmt: skip
    _tell(order, old, waiting, changed)
    if "email" in changed:
        enqueue(receipt, order.pk)


def parts_to_send(order: Order) -> SuborderQuerySet:
    """Return the parts of an order of which something waits to be sent: the parcel, or again."""
    again = Replacement.objects.to_send().filter(suborder=OuterRef("pk"))
    return Suborder.objects.filter(Suborder.TO_SEND | Q(Exists(again)), order=order)


def _refuse(
    order: Order,
    old: Contact,
    contact: Contact,
    changed: list[str],
    *,
    seen: int,
    is_waiting: bool,
) -> None:
    if not order.is_paid:
        raise NotPossible("Only a paid order can be mended. Before that the shopper does it.")
    if seen != old.pk:
        raise StaleState
    if contact.country != old.country:
        raise NotPossible(
            "Delivery and taxes were agreed for this country. Another one needs a new order."
        )
    if not is_waiting and set(changed) - {"email"}:
        raise NotPossible(
            "No parcel of this order waits to be sent. Only its mail address can be mended."
        )


def _tell(order: Order, old: Contact, waiting: list[Suborder], changed: list[str]) -> None:
    enqueue(send_address_mended, order.pk)
    if "email" in changed and old.email:
        enqueue(send_address_given_up, order.pk, old.pk)
    if set(changed) - {"email"}:
        members = Membership.objects.filter(merchant__suborders__in=waiting).filter(
            who_may(Right.SEND)
        )
        rows = members.values_list("merchant__suborders", "user")
        own = {part.pk for part in waiting}
        enqueue_all(send_order_address, [row for row in rows if row[0] in own])
