"""Issues tickets with the payment, and cancels them with the refund."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from shop.orders.models import Order, OrderLine
from shop.orders.tickets.models import Ticket


def issue(order: Order) -> list[Ticket]:
    """Write a ticket for each seat that a paid order bought; call it in the paying transaction.

    One statement for an order without sessions. Whoever calls it twice gets the same tickets.
    """
    lines = OrderLine.objects.filter(order=order, variant__session_start__isnull=False)
    rows = [
        Ticket(line=line, position=position, admits=line.variant.units_per_item)
        for line in lines.select_related("variant")
        for position in range(line.quantity)
    ]
    return Ticket.objects.bulk_create(rows, ignore_conflicts=True) if rows else []


def cancel(units: Mapping[OrderLine, int], *, at: datetime) -> int:
    """Cancel as many unused tickets of lines as go back, the last ones first; return how many."""
    unused = Ticket.objects.filter(used_at=None, cancelled_at=None)
    ids: list[int] = []
    for line, count in units.items():
        of_line = unused.filter(line=line).order_by("-position")
        ids += of_line.values_list("pk", flat=True)[:count]
    return unused.filter(pk__in=ids).update(cancelled_at=at)
