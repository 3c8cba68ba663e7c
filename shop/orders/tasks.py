"""Mail about orders. Tasks take ids, may run twice, and read everything anew."""

from __future__ import annotations

from django.tasks import task

from shop.accounts.models import User
from shop.currencies import written
from shop.mail import send
from shop.orders.models import Order, Shipment, Suborder
from shop.orders.telling import (
    address_lines,
    cart_link,
    mail_context,
    merchant_link,
    order_link,
    store_context,
)


@task
def send_receipt(order_id: int) -> None:
    """Mail the shopper what was paid, and each merchant what is to be sent."""
    order = Order.objects.select_related("contact").get(pk=order_id)
    context = mail_context(order)
    send("receipt", order.contact.email, language=order.language, context=context)
    for suborder in order.suborders.select_related("merchant").prefetch_related("lines"):
        for member in suborder.merchant.memberships.select_related("user"):
            _send_to_member(order, suborder, member.user)


@task
def send_shipped(shipment_id: int) -> None:
    """Tell the shopper that a parcel is on its way."""
    shipments = Shipment.objects.select_related("suborder__merchant", "suborder__order__contact")
    shipment = shipments.get(pk=shipment_id)
    order = shipment.suborder.order
    part = shipment.suborder
    context = mail_context(order) | {
        "stores": [store_context(part, order, order.language)],
        "store": part.merchant.name,
        "carrier": shipment.carrier,
        "tracking_number": shipment.tracking_number,
        "tracking_url": shipment.tracking_url,
    }
    send("shipped", order.contact.email, language=order.language, context=context)


@task
def send_refused_later(order_id: int) -> None:
    """Tell the shopper that the bank said no after all, and that nothing was charged."""
    order = Order.objects.select_related("contact").get(pk=order_id)
    _send_about_money("payment-refused-later", order_id, order.total)


@task
def send_paid_too_late(order_id: int, amount: int) -> None:
    """Tell the shopper that money came too late and is on its way back."""
    _send_about_money("paid-too-late", order_id, amount)


@task
def send_paid_twice(order_id: int, amount: int) -> None:
    """Tell the shopper that an order was paid twice and the second sum goes back."""
    _send_about_money("paid-twice", order_id, amount)


def _send_to_member(order: Order, suborder: Suborder, user: User) -> None:
    language = user.language or "en"
    context = {
        "name": user.name,
        "order_number": order.number,
        "stores": [store_context(suborder, order, language)],
        "address": address_lines(order, language),
        "merchant_link": merchant_link(suborder),
    }
    send("order-to-ship", user.email, language=language, context=context)


def _send_about_money(key: str, order_id: int, amount: int) -> None:
    order = Order.objects.select_related("contact").get(pk=order_id)
    context = {
        "name": order.contact.name,
        "order_number": order.number,
        "order_link": order_link(order),
        "cart_link": cart_link(order),
        "amount": written(amount, order.currency, order.language),
    }
    send(key, order.contact.email, language=order.language, context=context)
