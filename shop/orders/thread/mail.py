"""Mail that a message is there: it quotes it and leads to the page where it is answered."""

from __future__ import annotations

from django.conf import settings
from django.tasks import task
from django.urls import reverse
from django.utils import translation

from shop.core.mail import send
from shop.core.tasks import at_once, enqueue, tried_again
from shop.orders.models import OrderMessage
from shop.orders.text import merchant_link
from shop.people.accounts.models import User
from shop.people.merchants.members import users_who_may
from shop.people.merchants.models import Membership
from shop.people.merchants.roles import Right, who_may

BESIDE = ("suborder__order__contact", "suborder__merchant")


@task
@tried_again
def send_message_to_shopper(message_id: int) -> None:
    """Tell the shopper what a store writes, unless it was taken away meanwhile."""
    row = OrderMessage.objects.select_related(*BESIDE).get(pk=message_id)
    order = row.suborder.order
    if not _is_there(row) or not order.contact.email:
        return
    with translation.override(order.language):
        place = [order.number, order.token, row.suborder_id]
        link = settings.SITE_URL + reverse("order-messages", args=place)
    context = {
        "name": order.contact.name,
        "order_number": order.number,
        "store": row.suborder.merchant.name,
        "quoted": row.text.splitlines(),
        "link": link,
    }
    send("message-of-store", order.contact.email, language=order.language, context=context)


@task
@at_once
def tell_store_of_message(message_id: int) -> None:
    """Queue a mail to each member who gets the mails about orders of a store."""
    for user_id in users_who_may(Right.SEND, merchant__suborders__messages=message_id):
        enqueue(send_message_to_store, message_id, user_id)


@task
@tried_again
def send_message_to_store(message_id: int, user_id: int) -> None:
    """Tell one member of a store what a shopper writes, unless it was taken away meanwhile."""
    row, user = (
        OrderMessage.objects.select_related(*BESIDE).get(pk=message_id),
        User.objects.get(pk=user_id),
    )
    part = row.suborder
    own = Membership.objects.filter(user=user, merchant=part.merchant_id)
    if not _is_there(row) or not own.filter(who_may(Right.SEND)).exists():
        return
    context = {
        "name": user.name,
        "order_number": part.order.number,
        "stores": [{"name": part.merchant.name}],
        "quoted": row.text.splitlines(),
        "merchant_link": f"{merchant_link(part)}#messages",
    }
    language = user.language or "en"
    send("message-of-shopper", user.email, language=language, context=context)


def _is_there(row: OrderMessage) -> bool:
    return bool(row.text) and not row.is_hidden
