"""The mails that an order has led to, by the state of its rows: each can be sent again.

No record is kept of what was sent; what should have been sent follows from what happened.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import F
from django.tasks import Task

from shop.festivals.models import ChangeLog
from shop.money.payments.models import Operation
from shop.money.returns.replacement_mail import send_replacement_news
from shop.orders import tasks
from shop.orders.models import (
    Order,
    OrderLine,
    Refund,
    RefundLine,
    Replacement,
    Shipment,
    Suborder,
)
from shop.orders.tickets.models import Ticket
from shop.orders.tickets.tasks import send_one_cancelled, send_tickets
from shop.people.merchants.models import Membership
from shop.people.merchants.roles import Right, who_may


@dataclass(frozen=True, slots=True)
class OrderMail:
    """A mail: its name within the order, its label, its recipient, and the task that sends it."""

    key: str
    label: str
    to: str
    task: Task[..., Any]
    args: tuple[Any, ...]


def letters_of(order: Order) -> list[OrderMail]:
    """Return the mails of an order, those to the shopper first. Eleven statements at the most."""
    found: list[OrderMail] = []
    if order.contact.email:
        for letters in (_papers, _parcels, _again, _called_off, _prices, _returned):
            found += [
                OrderMail(key, label, order.contact.email, task, args)
                for key, label, task, args in letters(order)
            ]
    return [*found, *_stores(order)]


type Found = Iterator[tuple[str, str, Task[..., Any], tuple[Any, ...]]]


def receipt_of(order: Order) -> Task[..., Any]:
    """Return the task of the receipt: with the tickets, where some still let in."""
    tickets = Ticket.objects.filter(line__order=order, cancelled_at=None)
    return send_tickets if tickets.exists() else tasks.send_receipt


def _papers(order: Order) -> Found:
    if order.is_paid:
        yield "receipt", "Receipt", receipt_of(order), (order.pk,)
    if ChangeLog.objects.filter(subject="order", subject_id=order.pk, action="mend").exists():
        yield "address", "The address is changed", tasks.send_address_mended, (order.pk,)


def _parcels(order: Order) -> Found:
    rows = Shipment.objects.filter(suborder__order=order).select_related("suborder__merchant")
    for row in rows.order_by("pk"):
        label = f"Parcel of {row.suborder.merchant.name} sent"
        yield f"shipped-{row.pk}", label, tasks.send_shipped, (row.pk,)


def _again(order: Order) -> Found:
    for row in Replacement.objects.filter(suborder__order=order).order_by("pk"):
        # That it is there is told by nobody: the last news is that it has left.
        state = row.state if row.state != Replacement.State.DELIVERED else "shipped"
        yield f"replacement-{row.pk}", "News of a replacement", send_replacement_news, (
            row.pk, state,
        )  # fmt: skip


def _called_off(order: Order) -> Found:
    rows = RefundLine.objects.filter(
        refund__order=order, refund__cause=Refund.Cause.SESSION_CANCELLED
    )
    pairs = rows.values_list("refund", "line__pool", "line__title").order_by("refund", "line__pool")
    seen = set()
    for refund, pool, title in pairs:
        if (refund, pool) not in seen:
            seen.add((refund, pool))
            key = f"called-off-{refund}-{pool}"
            yield key, f"Called off: {title}", send_one_cancelled, (refund, pool)


def _prices(order: Order) -> Found:
    for line in OrderLine.objects.filter(order=order, decision__isnull=False).order_by("position"):
        label = f"About a wrong price: {line.title}"
        yield f"price-{line.pk}", label, tasks.send_price_mistake, (line.pk,)


def _returned(order: Order) -> Found:
    for refund in order.refunds.filter(cause=Refund.Cause.LATE).order_by("pk"):
        args = (order.pk, refund.amount)
        yield f"after-start-{refund.pk}", "Paid after the start", tasks.send_paid_after_start, args
    rows = Operation.objects.filter(payment__order=order, refund=None).order_by("pk")
    for row in rows.filter(cause__in=(Operation.Cause.LATE, Operation.Cause.SURPLUS)):
        args = (order.pk, row.amount)
        if row.cause == Operation.Cause.SURPLUS:
            yield f"twice-{row.pk}", "Paid twice", tasks.send_paid_twice, args
        elif _had_begun(order, row):
            yield f"begun-{row.pk}", "Paid after the start", tasks.send_paid_after_start, args
        else:
            yield f"late-{row.pk}", "Paid too late", tasks.send_paid_too_late, args


def _had_begun(order: Order, operation: Operation) -> bool:
    """Tell whether all that was bought were dates that had begun when the money came."""
    starts = OrderLine.objects.filter(order=order).values_list("variant__session_start", flat=True)
    at = operation.made_at
    return at is not None and all(start is not None and start <= at for start in starts)


def _stores(order: Order) -> Iterator[OrderMail]:
    """Yield the mails to members of stores that have something to send."""
    if not order.is_paid:
        return
    parts = Suborder.objects.filter(order=order).to_send()
    rows = Membership.objects.filter(who_may(Right.SEND)).annotate(part=F("merchant__suborders"))
    rows = rows.filter(part__in=parts).order_by("merchant", "pk")
    for row in rows.select_related("merchant", "user").distinct():
        key, label = f"store-{row.part}-{row.user_id}", f"New order, to {row.merchant.name}"
        yield OrderMail(
            key, label, row.user.email, tasks.send_order_to_ship, (row.part, row.user_id)
        )
