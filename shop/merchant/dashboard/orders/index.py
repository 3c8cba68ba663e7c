"""Finds orders of a merchant by state and number, and lists the lines to pack."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import batched
from typing import Any

from django.db.models import Exists, OuterRef, Prefetch
from django.utils.translation import gettext_lazy

from shop.merchant.dashboard.access import sold_by
from shop.merchant.dashboard.paging import in_parts
from shop.orders.after_sale.contents import note_contents
from shop.orders.models import (
    OrderLine,
    Replacement,
    Suborder,
    SuborderQuerySet,
    id_of_number,
)
from shop.people.merchants.models import Merchant

PART = 200
STATES = {
    "waiting": (Suborder.State.WAITING,),  # only where there is something to send
    "sent": (Suborder.State.SHIPPED, Suborder.State.DELIVERED),
    "cancelled": (Suborder.State.CANCELLED,),
}
NAMES = {
    "waiting": gettext_lazy("Orders to send"),
    "again": gettext_lazy("Replacements to send"),
    "unanswered": gettext_lazy("Messages to answer"),
    "sent": gettext_lazy("Sent"),
    "cancelled": gettext_lazy("Cancelled"),
}
SORTS = {"due": gettext_lazy("Send by, soonest first"), "new": gettext_lazy("Newest")}


def find_orders(rows: SuborderQuerySet, *, state: str, text: str) -> SuborderQuerySet:
    """Keep the orders in a state and with a number; words that are no number find nothing."""
    if state == "again":
        rows = rows.filter(is_sent_again())
    elif state == "unanswered":
        rows = rows.word_due()
    elif state in STATES:
        rows = rows.to_send() if state == "waiting" else rows.filter(state__in=STATES[state])
    if not text:
        return rows
    found = id_of_number(text)
    return rows.none() if found is None else rows.filter(order_id=found)


def is_sent_again() -> Exists:
    """Return whether goods of a parcel wait to be sent once more."""
    return Exists(Replacement.objects.to_send().filter(suborder=OuterRef("pk")))


def usual_sort(state: str) -> str:
    """Return the usual sort of orders in a state: those to send by their day, others by age."""
    return "due" if state == "waiting" else "new"


def sorts_of(state: str) -> dict[str, Any]:
    """Return the ways to sort; the usual one first and without a name, so that it changes along."""
    usual = usual_sort(state)
    return {"": SORTS[usual]} | {name: text for name, text in SORTS.items() if name != usual}


def packing_rows(merchant: Merchant) -> Iterator[list[str | int]]:
    """Yield a row for each line that is to be sent and may be, soonest first; no prices in it.

    What is sent once more comes last. Three statements for each ``PART`` orders, and two more.
    """
    lines = Prefetch("lines", OrderLine.objects.order_by("position"))
    waiting = sold_by(merchant).to_send().filter(stopped_at=None).prefetch_related(lines)
    for parts in batched(in_parts(waiting, size=PART, soonest="ship_by"), PART):
        note_contents(parts)
        for part in parts:
            for count, line in part.contents:
                yield _packing_row(part, line, count, part.ship_by)
    again = Replacement.objects.to_send().filter(suborder__merchant=merchant)
    rows = again.select_related("suborder__order__contact").prefetch_related("lines__line")
    for row in rows.order_by("ship_by", "pk"):
        for one in row.lines.all():
            yield _packing_row(row.suborder, one.line, one.quantity, row.ship_by)


def _packing_row(
    part: Suborder, line: OrderLine, count: int, ship_by: date | None
) -> list[str | int]:
    contact = part.order.contact
    return [
        part.order.number, str(ship_by or ""), line.sku, line.title, line.label,
        count, contact.name, contact.line1, contact.line2, contact.postcode,
        contact.city, contact.region, contact.country, contact.phone, part.service,
    ]  # fmt: skip
