"""Paid orders, and the papers about them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction

from shop.catalogue.delivery.models import Contact
from shop.catalogue.models import Variant
from shop.orders import end
from shop.orders.documents.issue import issue_papers
from shop.orders.documents.models import Document
from shop.orders.models import Order, OrderLine, Refund, Suborder
from shop.orders.refund import Amount, record
from tests import make
from tests.make import NOON

type Part = OrderLine | Suborder


def paid(wanted: dict[Variant, int], *, at: datetime = NOON, **facts: Any) -> Order:
    """Return an order that was paid at a moment, without papers."""
    order = make.order(wanted, at=NOON, **facts)
    return pay(order, at=at)


@transaction.atomic
def pay(order: Order, *, at: datetime = NOON) -> Order:
    """Mark an order as paid and return it."""
    end.mark_paid(end.lock(order.pk), at=at)
    order.refresh_from_db()
    return order


@transaction.atomic
def refund(order: Order, parts: dict[Part, int | Amount], *, reason: str = "") -> Refund:
    """Write down that parts of an order go back."""
    locked = end.lock(order.pk)
    cause = Refund.Cause.RETURN
    return record(locked, parts, cause=cause, reason=reason, at=NOON)  # type: ignore[type-var]


def invoice_of(order: Order, *, at: datetime = NOON) -> Document:
    """Return the one invoice of an order, which is made now."""
    issue_papers(order.pk, at=at)
    return Document.objects.get(suborder__order=order, kind="invoice")


def taxed(vat_bp: int = 1_300, **facts: Any) -> Any:
    """Return a registered store in the country to which test orders go."""
    return make.merchant(country="CN", vat_bp=vat_bp, **facts)


def live_abroad(order: Order, **changes: str) -> None:
    """Give an order another contact."""
    old = order.contact
    names = ("email", "name", "phone", "line1", "line2", "city", "region", "postcode", "country")
    facts = {name: getattr(old, name) for name in names} | changes
    order.contact = Contact.objects.create(**facts, made_at=NOON)
    order.save(update_fields=["contact"])
