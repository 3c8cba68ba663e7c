"""Contacts and people at some age, and a search for them in every table."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import connection

from shop.catalogue.delivery.models import Contact
from shop.money.returns.models import ReturnRequest
from shop.orders.cart.models import Cart
from shop.orders.models import Order
from tests import make
from tests.buying import expire, pay
from tests.make import NOON

DAY = timedelta(days=1)
YEAR = timedelta(days=365.25)


def ordered(*, ends: str = "", email: str = "lin@example.org", **facts: Any) -> Order:
    """Return an order of noon: open, or ended as it is said; its cart is gone."""
    order = make.order({make.variant(20_00): 1}, email=email, **facts)
    if ends == "paid":
        pay(order)
    elif ends:
        expire(order)
    Cart.objects.filter(pk=order.cart_id, user=None).update(contact=None)
    order.refresh_from_db()
    return order


def asked_back(order: Order, *, words: str, picture: bytes) -> ReturnRequest:
    """Return a request for the only line of an order, sent back, with words and a picture."""
    facts = {"kind": "return", "state": "sent", "carrier": "DHL", "tracking_number": "LIN-1"}
    request = ReturnRequest.objects.create(
        suborder=order.suborders.get(), asked_at=NOON, answer_by=NOON + 3 * DAY,
        sent_at=NOON + DAY, has_pictures=True, **facts,
    )  # fmt: skip
    line = request.lines.create(
        line=order.lines.get(), quantity=1, reason="broken", words=words
    )  # fmt: skip
    line.pictures.create(content=picture)
    return request


def contact(at: datetime = NOON, **facts: Any) -> Contact:
    """Return a contact that nothing points at."""
    known = {"email": "lin@example.org", "name": "Lin Yue", "country": "CN"}
    return Contact.objects.create(made_at=at, **known | facts)


def places_of(*words: str) -> set[str]:
    """Return the tables and columns of the whole database that hold one of some words."""
    found = set()
    for model in apps.get_models(include_auto_created=True):
        table = model._meta.db_table
        for field in model._meta.local_concrete_fields:
            if _holds(table, field.column, words):
                found.add(f"{table}.{field.column}")
    return found


def _holds(table: str, column: str, words: tuple[str, ...]) -> bool:
    with connection.cursor() as cursor:
        any_row = f'SELECT FROM "{table}" WHERE "{column}"::text ILIKE ANY (%s)'
        cursor.execute(f"SELECT EXISTS ({any_row})", [[f"%{word}%" for word in words]])
        return cursor.fetchone()[0]
