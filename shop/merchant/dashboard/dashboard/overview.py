"""The first page of the workspace: orders to send, low stock, next dates."""

from datetime import datetime
from typing import Any

from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from shop.core import clock
from shop.festivals.nominations.consent import asking_festivals
from shop.merchant.academy.lessons import progress_of
from shop.merchant.dashboard.access import (
    MemberRequest,
    members_or,
    sold_by,
    store_members,
    today_of,
    work_on,
)
from shop.merchant.dashboard.dashboard import today
from shop.merchant.dashboard.dashboard.first_steps import first_steps
from shop.merchant.dashboard.orders.replace import to_send_again
from shop.merchant.dashboard.paging import by_day
from shop.merchant.dashboard.people.views import storeless
from shop.orders.after_sale.contents import note_contents
from shop.orders.models import OrderLine, Suborder
from shop.people.merchants.models import Merchant
from shop.people.merchants.roles import Right

SHOWN = 8


@require_http_methods(["GET", "HEAD", "POST"])
@members_or(storeless)
def first_store(request: MemberRequest) -> HttpResponse:
    """Show the overview of the member's store; of several, that of the first."""
    if request.method == "POST":  # a second press of what made them a member
        return redirect("workspace")
    merchant = request.merchants[0]
    work_on(request, merchant)
    return _overview(request, merchant)


@require_GET
@store_members()
def overview(request: MemberRequest, merchant: Merchant) -> HttpResponse:
    """Show the overview of one store."""
    return _overview(request, merchant)


def _overview(request: MemberRequest, merchant: Merchant) -> HttpResponse:
    at = clock.moment_of(request)
    may = request.rights
    sums = today.sums(merchant, at=at)
    learned = progress_of(request.user)
    is_new = not (sums["orders"] or merchant.is_suspended)
    steps = first_steps(request, learned) if is_new else []
    context: dict[str, Any] = {
        "part": "overview",
        "steps": steps,
        "steps_done": sum(step.is_done for step in steps),
        "learned": learned,
        "today": today_of(request),
        "sums": sums,
        "low": list(today.running_low(merchant)) if Right.STOCK in may else None,
        "unfinished": list(today.unfinished(merchant)) if Right.WORDS in may else [],
        "sent_back": list(today.sent_back(merchant)) if Right.PRICES in may else [],
        "moved": list(asking_festivals(merchant, at=at)) if Right.PRICES in may else [],
        "invitations": today.invitations(merchant, at=at) if Right.PRICES in may else [],
    }
    if Right.ORDERS in may:
        context |= _of_orders(merchant, at=at)
    return render(request, "shop/merchant/dashboard/overview.html", context)


def _of_orders(merchant: Merchant, *, at: datetime) -> dict[str, Any]:
    """Return what those read who see orders."""
    lines = Prefetch("lines", OrderLine.objects.order_by("position"))
    own = sold_by(merchant).prefetch_related(lines)
    waiting = list(own.to_send().order_by(by_day("ship_by"), "pk")[:SHOWN])
    note_contents(waiting)
    sent = own.filter(state=Suborder.State.SHIPPED).prefetch_related("shipments")[:SHOWN]
    return {
        "waiting": waiting,
        "again": to_send_again(merchant),
        "unanswered": sold_by(merchant).word_due().count(),
        "sent": list(sent),
        "chart": today.orders_per_day(merchant, at=at),
        "sessions": list(today.next_sessions(merchant, at=at)),
        "claimed": today.pieces_claimed(merchant, at=at),
    }
