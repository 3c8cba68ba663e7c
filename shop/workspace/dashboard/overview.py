"""The first page of the workspace: orders to send, low stock, next dates."""

from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from shop import clock
from shop.merchants.models import Merchant
from shop.orders.models import OrderLine, Suborder
from shop.workspace.access import (
    MemberRequest,
    members_or,
    sold_by,
    store_members_only,
    today_of,
    work_on,
)
from shop.workspace.dashboard import today
from shop.workspace.dashboard.first_steps import first_steps
from shop.workspace.orders.replace import to_send_again
from shop.workspace.paging import by_day
from shop.workspace.people.views import storeless

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
@store_members_only
def overview(request: MemberRequest, merchant: Merchant) -> HttpResponse:
    """Show the overview of one store."""
    return _overview(request, merchant)


def _overview(request: MemberRequest, merchant: Merchant) -> HttpResponse:
    at = clock.moment_of(request)
    lines = Prefetch("lines", OrderLine.objects.order_by("position"))
    own = sold_by(merchant).prefetch_related(lines)
    waiting = own.to_send().order_by(by_day("ship_by"), "pk")[:SHOWN]
    sent = own.filter(state=Suborder.State.SHIPPED).prefetch_related("shipments")[:SHOWN]
    sums = today.sums(merchant, at=at)
    steps = [] if sums["orders"] or merchant.is_suspended else first_steps(request)
    context = {
        "part": "overview",
        "steps": steps,
        "steps_done": sum(step.is_done for step in steps),
        "today": today_of(request),
        "waiting": list(waiting),
        "again": to_send_again(merchant),
        "sent": list(sent),
        "sums": sums,
        "chart": today.orders_per_day(merchant, at=at),
        "low": list(today.running_low(merchant)),
        "unfinished": list(today.unfinished(merchant)),
        "sent_back": list(today.sent_back(merchant)),
        "invitations": today.invitations(merchant, at=at),
        "sessions": list(today.next_sessions(merchant, at=at)),
        "claimed": today.pieces_claimed(merchant, at=at),
    }
    return render(request, "shop/workspace/overview.html", context)
