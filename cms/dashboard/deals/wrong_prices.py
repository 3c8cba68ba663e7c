"""Paid orders at a wrong price: somebody decides about each, and the shopper is told."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from cms.dashboard.permissions import needs, proved_again
from cms.dashboard.tables import Column, Table, WhenColumn, element, link
from shop.core import clock
from shop.core.currencies import written
from shop.core.errors import ShopError
from shop.core.forms.numbers import ids_of
from shop.festivals.models import Deal
from shop.money.payments import void
from shop.orders.models import Order, OrderLine, SaleDecision
from shop.people.accounts.requests import SignedIn

MOST = 100  # at once; each is a transaction of its own
OUTCOMES = SaleDecision.Outcome.values


def sales_of(deal: Deal, *, can_decide: bool) -> dict[str, Any]:
    """Return the sales of a void deal: the undecided lines, how many more, and the decisions."""
    sold = deal.order_lines.filter(order__state=Order.State.PAID)
    waiting = sold.filter(decision=None).select_related("order", "suborder").order_by("pk")
    rows = list(waiting[: MOST + 1])
    decided = SaleDecision.objects.filter(line__deal=deal).aggregate(
        kept=Count("pk", Q(outcome=SaleDecision.Outcome.HONOURED)),
        back=Count("pk", Q(outcome=SaleDecision.Outcome.REFUNDED)),
    )
    return {
        "sales": _table(rows[:MOST], can_decide=can_decide),
        "is_more": len(rows) > MOST,
        "decided": decided,
        "reason": deal.wrong_price.reason,
    }


def _table(lines: Sequence[OrderLine], *, can_decide: bool) -> Table:
    """Return the lines that wait, with boxes to tick for those who may decide."""
    columns = [
        Column("Order", lambda line: link(
            line.order.number, reverse("desk_orders:inspect", args=[line.order_id])
        )),
        WhenColumn("Paid", "order.paid_at", "j M, H:i T"), Column("Units", "quantity"),
        Column("Was paid", lambda line: written(line.paid, line.order.currency, "en")),
        Column("Parcel", lambda line: line.suborder.get_state_display().lower()),
    ]  # fmt: skip
    if can_decide:
        columns.insert(0, Column("Decide", lambda line: element(
            "input", type="checkbox", name="line", value=line.pk, aria_label=line.order.number
        )))  # fmt: skip
    none = "No paid order waits for a decision."
    return Table("Orders that wait for a decision", columns, lines, none=none)


@require_POST
@needs("publish_festival")
@proved_again
def decide(request: SignedIn, pk: int, deal_id: int) -> HttpResponse:
    """Keep the price of the orders that are ticked, or send their money back."""
    deals = Deal.objects.filter(slot__festival=pk, state=Deal.State.VOID)
    deal = get_object_or_404(deals, pk=deal_id)
    outcome = request.POST.get("outcome")
    ids = ids_of(request.POST.getlist("line"), most=MOST)
    lines = list(OrderLine.objects.filter(deal=deal, pk__in=ids).order_by("pk"))
    if outcome not in OUTCOMES or not lines:
        messages.error(request, "Tick the orders that you decide about.")
        return redirect("desk:deal", pk, deal_id)
    done = sum(_try(request, line, outcome) for line in lines)
    if done:
        what = "keep their price" if outcome == SaleDecision.Outcome.HONOURED else "are refunded"
        messages.success(request, f"{done} of {len(lines)} {what}. The shoppers are told by mail.")
    return redirect("desk:deal", pk, deal_id)


def _try(request: SignedIn, line: OrderLine, outcome: str) -> bool:
    try:
        void.decide(line, outcome, at=clock.moment_of(request), by=request.user)
    except ShopError as refusal:
        messages.error(request, f"{line.order.number}: {refusal}")
        return False
    return True
