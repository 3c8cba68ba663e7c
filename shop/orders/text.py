"""An order in words and written amounts, for mails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import translation

from shop.catalogue.delivery.names import address_lines
from shop.core import dates
from shop.core.currencies import written
from shop.core.mail.notifications import Mail
from shop.core.mail.send import Attachment
from shop.orders.access import signed
from shop.orders.models import Order, OrderLine, Shipment, Suborder
from shop.orders.sums import lines_by_part, order_rows
from shop.people.accounts.own_language import neutral_address


def order_link(order: Order) -> str:
    """Return the full address of an order's page; whoever has it sees the order."""
    with translation.override(order.language):
        return settings.SITE_URL + reverse("order", args=[order.number, order.token])


def fresh_link(order: Order, *, at: datetime) -> str:
    """Return an address that opens an order, and all of it, for an hour: for its owner's mail."""
    with translation.override(order.language):
        place = [order.number, order.token, signed(order, at=at)]
        return settings.SITE_URL + reverse("order-open", args=place)


def find_link(language: str) -> str:
    """Return the full address at which the link of an order is asked for again."""
    with translation.override(language):
        return settings.SITE_URL + reverse("order-find")


def cart_link(order: Order) -> str:
    """Return the full address of the cart, in the shopper's language."""
    with translation.override(order.language):
        return settings.SITE_URL + reverse("cart")


def merchant_link(suborder: Suborder) -> str:
    """Return the full address of a merchant's part of an order; only members can open it."""
    return neutral_address("workspace-order", suborder.pk)


def to_shopper(
    order: Order,
    context: Mapping[str, object],
    key: str = "",
    files: Sequence[Attachment] = (),
) -> Mail | None:
    """Return a mail about an order to whoever placed it; None once the address is erased."""
    contact = order.contact
    facts = {"name": contact.name, "order_number": order.number, "order_link": order_link(order)}
    words = {**facts, **context}
    return Mail(contact.email, order.language, words, key, files) if contact.email else None


def mail_context(order: Order) -> dict[str, Any]:
    """Return the context of the shopper's mails about an order, in the order's language."""
    language = order.language
    parts = list(order.suborders.select_related("merchant").prefetch_related("lines"))
    return {
        "name": order.contact.name,
        "order_number": order.number,
        "order_link": order_link(order),
        "invoice_link": order_link(order) + "invoice/",
        "stores": [shopper_context(part, order) for part in parts],
        "parcel_count": sum(bool(part.service) for part in parts),
        "is_tracked": any(part.is_tracked for part in parts),
        "sums": _sums(order),
        "total": written(order.total, order.currency, language),
        "address": address_lines(order.contact, language),
    }


def shopper_context(
    part: Suborder, order: Order, units: Mapping[int, int] | None = None
) -> dict[str, Any]:
    """Return one merchant's part for the shopper's mails, in the words of the purchase.

    Args:
        units: of which lines, by their id, and how much of each; None: all that was ordered.
    """
    lines = _named(part, units)
    language = order.language
    words = [
        {"title": line.read_title, "options": line.read_label, "lang": line.mark(order, language)}
        for line in lines
    ]
    return store_context(part, order, language) | {
        "lines": [_line(order, line, language, units) | own
                  for line, own in zip(lines, words, strict=True)],
    }  # fmt: skip


def store_context(
    part: Suborder,
    order: Order,
    language: str,
    *,
    sees_money: bool = True,
    units: Mapping[int, int] | None = None,
) -> dict[str, Any]:
    """Return one merchant's part of an order for mails, in the store's own words.

    Args:
        units: as in ``shopper_context``.
        sees_money: the reader is the shopper, or a member who sees what the store earns.
    """
    lines = [_line(order, line, language, units) for line in _named(part, units)]
    return {
        "name": part.merchant.name,
        "seller": part.seller.name,
        "lines": lines if sees_money else [line | {"amount": ""} for line in lines],
        "arrives_from": _day(part.arrives_from, language),
        "arrives_to": _day(part.arrives_to, language),
        "ship_by": _day(part.ship_by, language),
    }


def _sums(order: Order) -> list[tuple[str, str]]:
    with translation.override(order.language):
        return order_rows(order, lines_by_part(order))


def sent_elsewhere(shipment: Shipment, order: Order) -> list[str]:
    """Return to which address a parcel left, if the order's was mended later; else nothing."""
    there = shipment.contact
    return list(there.lines) if there and there.lines != order.contact.lines else []


def _named(part: Suborder, units: Mapping[int, int] | None) -> list[OrderLine]:
    return [line for line in part.lines.all() if units is None or units.get(line.pk)]


def _line(
    order: Order, line: OrderLine, language: str, units: Mapping[int, int] | None
) -> dict[str, Any]:
    count = line.quantity if units is None else units[line.pk]
    amount = line.amount if count == line.quantity else line.amount * count // line.quantity
    return {
        "title": line.title,
        "options": line.label,
        "quantity": count,
        "amount": written(amount, order.currency, language),
    }


def _day(day: date | None, language: str) -> str:
    """Write a day without its year, as people of the language do."""
    return dates.day(day, language) if day else ""
