"""An order in words and written amounts, for mails."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.formats import date_format

from shop.currencies import written
from shop.delivery.names import country_name
from shop.orders.models import Order, OrderLine, Suborder


def order_link(order: Order) -> str:
    """Return the full address of an order's page; whoever has it sees the order."""
    with translation.override(order.language):
        return settings.SITE_URL + reverse("order", args=[order.number, order.token])


def cart_link(order: Order) -> str:
    """Return the full address of the cart, in the shopper's language."""
    with translation.override(order.language):
        return settings.SITE_URL + reverse("cart")


def mail_context(order: Order, *, only: Suborder | None = None) -> dict[str, Any]:
    """Return what mails show of an order, or of the one part that a merchant may see."""
    with translation.override(order.language):
        parts = order.suborders.select_related("merchant").prefetch_related("lines")
        parts = [part for part in parts if only is None or part.pk == only.pk]
        contact = order.contact
        return {
            "name": contact.name,
            "order_number": order.number,
            "order_link": order_link(order),
            "paid_at": order.paid_at,
            "stores": [_store(order, part) for part in parts],
            "goods": _write(order, order.goods),
            "discount": _write(order, -order.discount) if order.discount else "",
            "delivery": _write(order, order.delivery),
            "total": _write(order, order.total),
            "address": [*contact.lines, country_name(contact.country, order.language)],
            "phone": contact.phone,
        }


def _store(order: Order, part: Suborder) -> dict[str, Any]:
    return {
        "name": part.merchant.name,
        "lines": [_line(order, line) for line in part.lines.all()],
        "delivery": _write(order, part.delivery_paid),
        "arrives_from": _day(part.arrives_from),
        "arrives_to": _day(part.arrives_to),
        "ship_by": _day(part.ship_by),
        "is_sent": bool(part.service),
    }


def _line(order: Order, line: OrderLine) -> dict[str, Any]:
    return {
        "title": line.title,
        "options": line.label,
        "sku": line.sku,
        "quantity": line.quantity,
        "amount": _write(order, line.price * line.quantity),
    }


def _write(order: Order, amount: int) -> str:
    return written(amount, order.currency, order.language)


def _day(day: Any) -> str:
    return date_format(day, "j F") if day else ""
