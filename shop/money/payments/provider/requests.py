"""The requests to the provider: written once, so that a repeat asks for the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shop.catalogue.delivery.models import Contact
from shop.core.currencies import least_charge
from shop.money.payments.models import Payment
from shop.money.payments.provider.gateway import Payer
from shop.orders.freeze import Frozen
from shop.orders.models import Order, OrderLine

# Stripe, Checkout sessions, checked 2026-11: 100 line items at the most. Above 80 nobody reads
# them one by one, so each store gets one; with still more stores the order is one item.
MOST_LINES, MOST_STORES = 80, 100
MOST_OF_DESCRIPTION, MOST_OF_SUFFIX = 500, 10
LOCALES = {"zh-hans": "zh", "pt": "pt", "fr": "fr", "en": "en"}  # others: the browser's


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the provider sends the shopper back; ``{order}`` stands for number and token."""

    success: str
    cancel: str


def checkout_request(
    payment: Payment, rows: Frozen, addresses: Addresses, *, ends_at: datetime
) -> dict[str, Any]:
    """Return the frozen request of a session. It holds no personal data.

    Raises:
        ValueError: less than the least charge is asked for, or the lines do not add up.
    """
    order = payment.order
    if order.total < least_charge(order.currency):
        raise ValueError(f"{order.total} is below the least charge")
    with translation.override(order.language):
        lines = _lines(rows)
    if sum(line["amount"] * line["quantity"] for line in lines) != order.total:
        raise ValueError(f"{order.number}: the lines do not add up")
    path = f"{order.number}/{order.token}"
    return {
        "order": str(order.uuid),
        "payment": str(payment.uuid),
        "currency": order.currency,
        "lines": lines,
        "ends_at": int(ends_at.timestamp()),
        "locale": LOCALES.get(order.language, "auto"),
        "description": _description(order, rows),
        "suffix": suffix_of(order.number),
        "is_sent": any(part.service for part in rows.suborders.values()),
        # Then no method is offered whose money takes days: others wait, or the day is near.
        "is_urgent": rows.is_scarce or rows.has_seats,
        "shop": settings.SITE_URL,  # an account may have several
        "success_url": addresses.success.replace("{order}", path),
        "cancel_url": addresses.cancel.replace("{order}", path),
    }


def suffix_of(number: str) -> str:
    """Return what stands on the bank statement behind the shop's name: BB-100457.

    Stripe, Statement descriptors, checked 2026-12: 22 characters with the account's prefix, "*" and
    a blank, Latin, one letter at least. A prefix has ten at most.
    """
    first, dash, last = number.rpartition("-")
    return f"{first[:2]}-{last[-7:]}" if dash else number[-MOST_OF_SUFFIX:]


def payer_of(contact: Contact) -> Payer:
    """Return who pays, and where it is sent to."""
    names = [field.name for field in fields(Payer)]
    return Payer(**{name: getattr(contact, name) for name in names})


def _description(order: Order, rows: Frozen) -> str:
    """Return what the payment is for, in English as its bank reads it: number and stores."""
    stores = dict.fromkeys(part.merchant.name for part in rows.suborders.values())
    return f"Order {order.number}: {', '.join(stores)}"[:MOST_OF_DESCRIPTION]


def _lines(rows: Frozen) -> list[dict[str, Any]]:
    """Return the items to pay, as finely as the provider takes them; the sum is always the same."""
    found = [*map(_line, rows.lines), *_deliveries(rows)]
    if len(found) <= MOST_LINES:
        return found
    stores = list(_stores(rows))
    if len(stores) <= MOST_STORES:
        return stores
    paid = sum(store["amount"] for store in stores)
    return [{"name": _stores_named(len(stores)), "quantity": 1, "amount": paid}]


def _stores_named(count: int) -> str:
    return ngettext("%(count)d store", "%(count)d stores", count) % {"count": count}


def _deliveries(rows: Frozen) -> Iterator[dict[str, Any]]:
    for suborder in rows.suborders.values():
        if suborder.delivery_paid:
            name = _("Delivery: %(store)s") % {"store": suborder.merchant.name}
            yield {"name": name, "quantity": 1, "amount": suborder.delivery_paid}


def _line(line: OrderLine) -> dict[str, Any]:
    name = f"{line.read_title} ({line.read_label})" if line.options else line.read_title
    each, rest = divmod(line.paid, line.quantity)
    if rest:  # a voucher's part does not divide by the units: one line for all of them
        return {"name": f"{line.quantity} × {name}", "quantity": 1, "amount": line.paid}
    return {"name": name, "quantity": line.quantity, "amount": each}


def _stores(rows: Frozen) -> Iterator[dict[str, Any]]:
    """Yield one item a store, its parcel and its visit included."""
    amounts: dict[int, int] = defaultdict(int)
    for line in rows.lines:
        amounts[line.suborder.merchant_id] += line.paid
    names = {}
    for suborder in rows.suborders.values():
        amounts[suborder.merchant_id] += suborder.delivery_paid
        names[suborder.merchant_id] = suborder.merchant.name
    for pk, name in names.items():
        yield {"name": name, "quantity": 1, "amount": amounts[pk]}
