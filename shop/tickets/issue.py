"""Issues tickets with the payment, and cancels them with the refund."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from shop.orders.models import Order, OrderLine
from shop.tickets.models import Ticket


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


def cancel(lines: Collection[OrderLine], *, at: datetime) -> int:
    """Cancel the unused tickets of lines whose money goes back; return how many."""
    unused = Ticket.objects.filter(line__in=lines, used_at=None, cancelled_at=None)
    return unused.update(cancelled_at=at)
