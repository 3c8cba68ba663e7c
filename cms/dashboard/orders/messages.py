"""What shopper and stores of an order wrote to each other, and what organizers take away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from cms.dashboard.confirm import Act, perform, reason_form
from cms.dashboard.permissions import needs
from shop.core import clock
from shop.core.errors import ShopError
from shop.orders.models import Order, OrderMessage
from shop.orders.thread import write
from shop.people.accounts.requests import SignedIn

MOST = 200
LEFT = [
    "Shopper and store read that an organizer took it away; who wrote it reads your reason.",
    "Organizers read its words as before. It cannot be brought back.",
]


@dataclass(frozen=True, slots=True)
class MessageRead:
    """A message as organizers read it: of which store, by whom, and what may be done."""

    row: OrderMessage
    store: str
    by: str
    hidden_by: str


def messages_of(order: Order) -> Sequence[MessageRead]:
    """Return what was written about an order, the oldest first, at most the newest 200.

    One statement.
    """
    rows = OrderMessage.objects.filter(suborder__order=order)
    rows = rows.select_related("suborder__merchant", "by", "hidden_by").order_by("-pk")
    return [_read(row) for row in reversed(rows[:MOST])]


@require_http_methods(["GET", "HEAD", "POST"])
@needs("change_order")
def hide(request: SignedIn, pk: int) -> HttpResponse:
    """Ask why a message is taken away, and take it away."""
    row = get_object_or_404(OrderMessage.objects.select_related("suborder__order"), pk=pk)
    order = row.suborder.order
    back = reverse("desk_orders:inspect", args=[order.pk])

    def run(answers: dict[str, Any]) -> str:
        at = clock.moment_of(request)
        write.hide(row.pk, answers["reason"], at=at, by=request.user)
        return "The message is taken away."

    def barred() -> str:
        is_hidden = OrderMessage.objects.filter(pk=row.pk, hidden_at__isnull=False).exists()
        return "This message is taken away." if is_hidden else ""

    act = Act(
        f"Take a message away from {order.number}", "Take it away", LEFT, run,
        form=reason_form("Who wrote it reads it."), is_grave=True,
    )  # fmt: skip
    return perform(request, act, back=back, trail=[(back, order.number)], barred=barred)


@require_POST
@needs("change_order")
def leave(request: SignedIn, pk: int) -> HttpResponse:
    """Leave a message as it is that somebody told of."""
    row = get_object_or_404(OrderMessage.objects.select_related("suborder"), pk=pk)
    try:
        write.leave(row.pk, at=clock.moment_of(request), by=request.user)
    except ShopError as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Written down: the message stays.")
    return redirect("desk_orders:inspect", row.suborder.order_id)


def _read(row: OrderMessage) -> MessageRead:
    store = row.suborder.merchant.name
    is_shoppers = row.side == OrderMessage.Side.SHOPPER
    name = row.by.name or row.by.email if row.by and not is_shoppers else ""
    return MessageRead(
        row=row,
        store=store,
        by=f"The shopper to {store}" if is_shoppers else " of ".join(filter(None, (name, store))),
        hidden_by=(row.hidden_by.name or row.hidden_by.email) if row.hidden_by else "",
    )
