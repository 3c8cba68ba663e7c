"""Letting guests in: a host scans a ticket or types its code, and marks it as used or undoes it."""

from __future__ import annotations

from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from shop.core import clock
from shop.core.errors import NotPossible
from shop.core.images.clean import MOST_BYTES, PictureRefused
from shop.core.images.gate import one_at_a_time
from shop.merchant.dashboard.access import MemberRequest, members_only, work_on
from shop.merchant.dashboard.orders.door import with_camera
from shop.orders.tickets.models import Ticket
from shop.orders.tickets.redeem import (
    clean_code,
    is_its_day,
    may_take_back,
    redeem,
    take_back,
    tickets_of,
)
from shop.orders.tickets.squares import code_in
from shop.people.merchants.models import Merchant
from shop.people.merchants.roles import Right


@require_http_methods(["GET", "HEAD"])
@members_only
def find(request: MemberRequest) -> HttpResponse:
    """Ask for a ticket's code and lead to its page."""
    doors = _doors(request)
    typed = request.GET.get("code", "")
    if is_known(doors, code := clean_code(typed)):
        return redirect("workspace-ticket", code)
    wrong = _("No ticket of yours has this code. Look again, or scan its square.") if typed else ""
    return _asked(request, typed=typed, wrong=wrong, status=404 if wrong else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def photo(request: MemberRequest) -> HttpResponse:
    """Read the square of a ticket in a photograph, and lead to the ticket's page."""
    doors = _doors(request)
    if request.method != "POST":  # who chose a language there, or signed in again
        return redirect("workspace-tickets")
    file = request.FILES.get("photo")
    try:
        with one_at_a_time(request.user):
            code = code_in(file.read(MOST_BYTES + 1)) if file else ""
    except PictureRefused as refusal:
        return _asked(request, unread=str(refusal), status=422)
    if is_known(doors, code):
        return redirect("workspace-ticket", code)
    if code:
        unread = _("This square is not one of a ticket of yours.")
    else:
        unread = _("No square can be seen on it. Go nearer, hold still, and mind the light.")
    return _asked(request, unread=unread, status=422)


def _doors(request: MemberRequest) -> list[Merchant]:
    """Return the stores at whose doors the member may let people in; the page is for the first."""
    doors = [row.merchant for row in request.memberships if row.may(Right.SEND)]
    work_on(request, (doors or request.merchants)[0], Right.SEND)
    return doors


def is_known(doors: list[Merchant], code: str) -> bool:
    """Tell whether a ticket for a door of these stores has this code."""
    return bool(code) and tickets_of(doors).filter(code=code).exists()


def _asked(
    request: MemberRequest, *, status: int, typed: str = "", wrong: str = "", unread: str = ""
) -> HttpResponse:
    context = {"part": "tickets", "typed": typed[:60], "wrong": wrong, "unread": unread}
    response = render(request, "shop/merchant/dashboard/find_ticket.html", context, status=status)
    response.headers["Permissions-Policy"] = with_camera()
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@members_only
def ticket(request: MemberRequest, code: str) -> HttpResponse:
    """Show one ticket, mark it as used, and take that back."""
    clean = clean_code(code)
    if not clean:
        raise Http404
    found = get_object_or_404(tickets_of(request.merchants), code=clean)
    work_on(request, found.line.suborder.merchant, Right.SEND)
    at = clock.moment_of(request)
    status, refusal = 200, None
    if request.method == "POST":
        try:
            said = _change(request, found, at=at)
        except NotPossible as error:
            refusal, status = error, 409
        else:
            messages.success(request, said)
            return redirect("workspace-ticket", clean)
    context = {
        "part": "tickets",
        "ticket": found,
        "refusal": refusal,
        "is_its_day": is_its_day(found, at=at),
        "may_undo": may_take_back(found, at=at),
        "starts": found.line.variant.session_start,
        "zone": found.line.variant.session_zone or "UTC",
        "pool_id": found.line.pool_id,
    }
    return render(request, "shop/merchant/dashboard/ticket.html", context, status=status)


def _change(request: MemberRequest, found: Ticket, *, at: datetime) -> str:
    """Redeem a ticket or undo that, by the pressed button, and return the message."""
    if request.POST.get("do") == "undo":
        take_back(found, by=request.user, at=at)
        return _("Undone. The ticket is good again.")
    redeem(found, by=request.user, at=at, is_other_day="other_day" in request.POST)
    return _("Let them in: the ticket is good and is marked as used.")
