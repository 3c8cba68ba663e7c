"""Orders found by what people know of them: each kind of words by an index of its own."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, Q, QuerySet

from cms.dashboard.paging import MOST_FOUND
from shop.catalogue.delivery.models import Contact
from shop.catalogue.models import Product
from shop.core.statements.composed import AnyOf
from shop.festivals.models import Festival
from shop.orders.models import Order, OrderLine, Replacement, Shipment, Suborder, id_of_number
from shop.people.accounts.mailboxes import mailbox_key
from shop.people.merchants.models import Merchant

MOST_WORDS = 200


def found(orders: QuerySet[Order], words: str, *, by_person: bool) -> QuerySet[Order]:
    """Keep the orders that words mean: part of a number, store, title, SKU or festival.

    Args:
        by_person: whether names and mail addresses of shoppers may be asked for, too.
    """
    words = " ".join(words.replace("\0", "").split())[:MOST_WORDS]
    if not words:
        return orders
    first, *others = [*_by_goods(words), *_by_parcel(words)]
    if by_person:
        others += _by_person(words)
    if (number := id_of_number(words)) is not None:
        others.append(Order.objects.filter(pk=number).values("pk"))
    # Asked for apart, each by its own index; joined by OR, all orders would be read.
    newest = ArraySubquery(first.union(*others).order_by("-pk")[: MOST_FOUND + 1])
    return orders.filter(AnyOf(F("pk"), newest))


def _by_goods(words: str) -> list[QuerySet[Any]]:
    """Return the orders of lines and stores with the words in what they are called."""
    products = Product.objects.filter(title__icontains=words).values("pk")
    festivals = Festival.objects.filter(title__icontains=words).values("pk")
    lines = [
        Q(title__icontains=words), Q(shown_title__icontains=words), Q(sku__icontains=words),
        Q(product__in=products), Q(festival__in=festivals),
    ]  # fmt: skip
    stores = Merchant.objects.filter(name__icontains=words).values("pk")
    of_stores = Suborder.objects.filter(merchant__in=stores).order_by()
    rows = [OrderLine.objects.filter(line).order_by() for line in lines]
    return [row.values(pk=F("order")) for row in (*rows, of_stores)]


def _by_parcel(words: str) -> list[QuerySet[Any]]:
    """Return the orders with a parcel or a replacement whose tracking number has the words."""
    number = words.replace(" ", "")
    parcels = Shipment.objects.filter(tracking_number__icontains=number)
    again = Replacement.objects.filter(tracking_number__icontains=number)
    return [rows.order_by().values(pk=F("suborder__order")) for rows in (parcels, again)]


def _by_person(words: str) -> list[QuerySet[Any]]:
    """Return the orders of people with the words in their name or address of mail."""
    known = Contact.objects.filter(blanked_at=None)
    names = ["email"] if "@" in words else ["name", "email"]
    found: list[QuerySet[Any]] = []
    for name in names:
        people = known.filter(**{f"{name}__icontains": words}).values("pk")
        found.append(Order.objects.filter(contact__in=people).values("pk"))
        parcels = Shipment.objects.filter(contact__in=people)
        found.append(parcels.values(pk=F("suborder__order")))
    if "@" in words:
        found.append(Order.objects.filter(email_key=mailbox_key(words)).values("pk"))
    return found
