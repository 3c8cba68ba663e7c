"""A paid order of two stores, and mending its address."""

from __future__ import annotations

from typing import Any

from django_tasks_db.models import DBTaskResult

from shop.catalogue.delivery.models import Contact
from shop.festivals.models import ChangeLog
from shop.orders.correct_address import mend
from shop.orders.models import Order
from shop.people.accounts.models import User
from tests import make
from tests.buying import pay
from tests.make import NOON

SHIPS = {"carrier": "DHL", "tracking_number": "1", "at": NOON}
NAMES = ("email", "name", "phone", "line1", "line2", "city", "region", "postcode")


def paid_order() -> Order:
    """Return a paid order of the stores Loom and Clay, each with a member; no work waits."""
    loom, clay = make.merchant(name="Loom"), make.merchant(name="Clay")
    make.member(loom, "loom@example.org")
    make.member(clay, "clay@example.org")
    wanted = {make.variant(of=make.product(of=store)): 1 for store in (loom, clay)}
    placed = make.order(wanted, email="lin@example.org")
    pay(placed)
    DBTaskResult.objects.all().delete()
    placed.refresh_from_db()
    return placed


def part_of(order: Order, store: str) -> Any:
    """Return the part of an order that a store sends."""
    return order.suborders.get(merchant__name=store)


def typed(order: Order, **facts: Any) -> dict[str, Any]:
    """Return what is typed: the address as it stands, with some of it another way."""
    known = {name: getattr(order.contact, name) for name in NAMES}
    return known | {"seen": order.contact_id} | facts


def other(order: Order, **facts: Any) -> Contact:
    """Return an unsaved contact that differs from the order's."""
    known = {name: getattr(order.contact, name) for name in (*NAMES, "country")}
    return Contact(**known | facts)


def fix(order: Order, by: User | None = None, **facts: Any) -> None:
    """Mend some of an order's address."""
    seen = order.contact_id
    mend(order.pk, other(order, **facts), seen=seen, at=NOON, by=by or make.user())


def queued() -> list[tuple[str, list[int]]]:
    """Return what waits for the worker, by name."""
    rows = DBTaskResult.objects.values_list("task_path", "args_kwargs")
    return sorted((path.rpartition(".")[2], facts["args"]) for path, facts in rows)


def everything(order: Order) -> tuple[Any, ...]:
    """Return all that mending changes."""
    order.refresh_from_db()
    return (order.contact_id, order.token, order.email_key, Contact.objects.count(),
            ChangeLog.objects.count(), DBTaskResult.objects.count())  # fmt: skip
