"""Mail that a message is there: it quotes it and leads to the page where it is answered."""

from __future__ import annotations

from django.conf import settings
from django.tasks import task
from django.urls import reverse
from django.utils import translation

from shop.core.mail.notifications import Mail, notification
from shop.core.tasks import at_once
from shop.orders.models import OrderMessage
from shop.orders.text import merchant_link, to_shopper
from shop.people.accounts.models import User
from shop.people.merchants.notifications import StoreMail, tell, to_members
from shop.people.merchants.roles import Right

BESIDE = ("suborder__order__contact", "suborder__merchant")


@notification("message-of-store", promises={"Read it and answer here": "order-messages"})
def send_message_to_shopper(message_id: int) -> Mail | None:
    """Tell the shopper what a store writes, unless it was taken away meanwhile."""
    row = OrderMessage.objects.select_related(*BESIDE).get(pk=message_id)
    order = row.suborder.order
    if not _is_there(row):
        return None
    with translation.override(order.language):
        place = [order.number, order.token, row.suborder_id]
        link = settings.SITE_URL + reverse("order-messages", args=place)
    context = {
        "store": row.suborder.merchant.name,
        "quoted": row.text.splitlines(),
        "link": link,
    }
    return to_shopper(order, context)


@task
@at_once
def tell_store_of_message(message_id: int) -> None:
    """Queue a mail to each member who gets the mails about orders of a store."""
    tell(send_message_to_store, message_id, merchant__suborders__messages=message_id)


@to_members(
    "message-of-shopper",
    right=Right.SEND,
    promises={"Read it and answer here": "workspace-messages"},
)
def send_message_to_store(message_id: int, user: User) -> StoreMail | None:
    """Tell one member of a store what a shopper writes, unless it was taken away meanwhile."""
    row = OrderMessage.objects.select_related(*BESIDE).get(pk=message_id)
    part = row.suborder
    if not _is_there(row):
        return None
    context = {
        "order_number": part.order.number,
        "quoted": row.text.splitlines(),
        "merchant_link": f"{merchant_link(part)}#messages",
    }
    return StoreMail(part.merchant, context)


def _is_there(row: OrderMessage) -> bool:
    return bool(row.text) and not row.is_hidden
