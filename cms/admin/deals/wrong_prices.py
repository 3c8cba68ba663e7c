"""Paid orders at a wrong price: somebody decides about each, and the shopper is told."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from cms.admin.fields import ids_of
from cms.admin.permissions import needs
from shop import clock
from shop.currencies import written
from shop.errors import ShopError
from shop.festivals.models import Deal
from shop.orders.models import Order, OrderLine, SaleDecision
from shop.payments import void

MOST = 100  # at once; each is a transaction of its own
OUTCOMES = SaleDecision.Outcome.values


def sales_of(deal: Deal) -> dict[str, Any]:
    """Return what a void deal sold: the undecided lines, how many more, and what was decided."""
    sold = deal.order_lines.filter(order__state=Order.State.PAID)
    waiting = sold.filter(decision=None).select_related("order", "suborder").order_by("pk")
    rows = list(waiting[: MOST + 1])
    decided = SaleDecision.objects.filter(line__deal=deal).aggregate(
        kept=Count("pk", Q(outcome=SaleDecision.Outcome.HONOURED)),
        back=Count("pk", Q(outcome=SaleDecision.Outcome.REFUNDED)),
    )
    return {
        "sales": [(line, written(line.paid, line.order.currency, "en")) for line in rows[:MOST]],
        "is_more": len(rows) > MOST,
        "decided": decided,
        "reason": deal.wrong_price.reason,
    }


@require_POST
@needs("publish_festival")
def decide(request: HttpRequest, pk: int, deal_id: int) -> HttpResponse:
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


def _try(request: HttpRequest, line: OrderLine, outcome: str) -> bool:
    try:
        void.decide(line, outcome, at=clock.moment_of(request), by=request.user)
    except ShopError as refusal:
        messages.error(request, f"{line.order.number}: {refusal}")
        return False
    return True
