"""Reads the rows of an order once for all who ask about them in a transaction."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Expression, Model, QuerySet

from shop.core.statements.composed import ID, composed
from shop.orders.models import Discount, Order, OrderLine


def read_rows(order: Order) -> None:
    """Read an order's lines and discounts into its prefetch cache: nobody changes them any more.

    Two statements, none where it knows them. Lines come with their suborders and variants.
    """
    if "lines" not in getattr(order, "_prefetched_objects_cache", {}):
        _keep(order, "lines", lines_of(order=order.pk))
        _keep(order, "discounts", discounts_of(order=order.pk))


@composed(order=ID)
def lines_of(*, order: Expression) -> QuerySet[OrderLine]:
    """Return the lines of an order with their suborders and variants."""
    return OrderLine.objects.select_related("suborder", "variant").filter(order=order)


@composed(order=ID)
def discounts_of(*, order: Expression) -> QuerySet[Discount]:
    """Return the discounts of an order."""
    return Discount.objects.filter(order=order)


def _keep(order: Order, name: str, rows: Sequence[Model]) -> None:
    """Keep rows where ``prefetch_related`` would."""
    known = getattr(order, name).all()
    known._result_cache, known._prefetch_done = list(rows), True
    order.__dict__.setdefault("_prefetched_objects_cache", {})[name] = known
