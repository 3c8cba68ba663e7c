"""The door of a date: who is here, who is still to come, and letting each booking in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from shop.catalogue.stock.models import Pool
from shop.core import clock
from shop.core.errors import ShopError
from shop.core.forms.numbers import number_of
from shop.merchant.dashboard.access import MemberRequest, store_members
from shop.merchant.dashboard.products.sessions import SessionFacts, guests_of, pools_of
from shop.orders.tickets.door_entries import mark_of, signed_list
from shop.orders.tickets.models import Ticket
from shop.orders.tickets.needs import needs_of
from shop.orders.tickets.redeem import (
    NotItsDay,
    clean_code,
    its_hours,
    redeem_booking,
    take_booking_back,
)
from shop.orders.tickets.sessions import session_of
from shop.people.merchants.models import Merchant
from shop.people.merchants.roles import Right

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

ALL, COMING, HERE = "all", "coming", "here"
WIPED_AFTER = timedelta(hours=24)
"""After the end of a date: then a telephone drops its list."""


@dataclass(slots=True)
class Booking:
    """The guests of one order at a date: how many people, and how many of them are in."""

    order_id: int
    number: str
    name: str
    language: str
    phone: str
    needs: str = ""
    people: int = 0
    inside: int = 0
    since: datetime | None = None
    kinds: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)
    is_shown: bool = True

    @property
    def coming(self) -> int:
        """Return how many people are still to come."""
        return self.people - self.inside

    def fits(self, words: str) -> bool:
        """Tell whether a name, the number of an order or a code is meant."""
        code = clean_code(words)
        found = words.casefold()
        return code in self.codes if code else found in f"{self.name} {self.number}".casefold()


@require_http_methods(["GET", "HEAD", "POST"])
@store_members(Right.ORDERS, change=Right.SEND)
def door(request: MemberRequest, merchant: Merchant, pool_id: int) -> HttpResponse:
    """Show the guests of a date by booking; let one in, or take that back."""
    pool: WithAnnotations[Pool, SessionFacts] = get_object_or_404(pools_of(merchant), pk=pool_id)
    if request.method == "POST":
        _change(request, pool.pk)
        return redirect(request.get_full_path())
    at = clock.moment_of(request)
    tickets = guests_of(pool)
    bookings, needs = bookings_of(tickets), needs_of(pool.pk)
    for one in bookings:
        one.needs = needs.get(one.order_id, "")
    words = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:60]
    show = request.GET.get("show", ALL)
    for one in bookings:
        is_found = not words or one.fits(words)
        one.is_shown = is_found and bool({COMING: one.coming, HERE: one.inside}.get(show, True))
    people = sum(one.people for one in bookings)
    inside = sum(one.inside for one in bookings)
    context = {
        "part": "sessions", "session": pool, "zone": pool.zone or "UTC", "bookings": bookings,
        "people": people, "inside": inside, "q": words, "show": show,
        "tabs": [(ALL, _("All"), people), (COMING, _("Still to come"), people - inside),
                 (HERE, _("Here"), inside)],
        "is_any_shown": any(one.is_shown for one in bookings),
        "may_let_in": Right.SEND in request.rights and pool.cancelled is None,
        "facts": phone_facts(pool, tickets, at=at),
    }  # fmt: skip
    response = render(request, "shop/merchant/dashboard/door.html", context)
    response.headers["Permissions-Policy"] = with_camera()
    return response


def with_camera() -> str:
    """Return the powers of a page that reads tickets with the camera of the device."""
    return settings.PERMISSIONS_POLICY.replace("camera=()", "camera=(self)")


def phone_facts(pool: Pool, tickets: list[Ticket], *, at: datetime) -> dict[str, Any]:
    """Return what a telephone needs to go on without a line: no code, no address of a guest."""
    if not tickets:
        return {}
    session = session_of(tickets[0].line.variant, "")
    since, until = its_hours(session)
    return {
        "list": signed_list(pool.pk, at=at),
        "made": at.isoformat(),
        "from": since.isoformat(),
        "until": until.isoformat(),
        "wipe": (session.ends + WIPED_AFTER).isoformat(),
        "zone": session.zone,
        "tickets": [
            {
                "id": ticket.pk, "order": ticket.line.order_id, "mark": mark_of(ticket.code),
                "people": ticket.admits,
                "used": ticket.used_at.isoformat() if ticket.used_at else None,
            }
            for ticket in tickets
        ],
    }  # fmt: skip


def bookings_of(tickets: list[Ticket]) -> list[Booking]:
    """Return the bookings of tickets, in the order of names."""
    found: dict[int, Booking] = {}
    for ticket in tickets:
        order = ticket.line.order
        one = found.setdefault(
            order.pk,
            Booking(order.pk, order.number, order.contact.name, order.language,
                    order.contact.phone),
        )  # fmt: skip
        one.people += ticket.admits
        one.codes.append(ticket.code)
        if ticket.line.label not in one.kinds:
            one.kinds.append(ticket.line.label)
        if ticket.used_at:
            one.inside += ticket.admits
            one.since = max(filter(None, (one.since, ticket.used_at)))
    return list(found.values())


def _change(request: MemberRequest, pool_id: int) -> None:
    """Let a booking in, or take that back, as the pressed button says."""
    at, order_id = clock.moment_of(request), number_of(request.POST.get("order", "")) or 0
    by = request.user
    try:
        if "undo" in request.POST:
            take_booking_back(pool_id, order_id, by=by, at=at)
            messages.success(request, _("Undone. The tickets are good again."))
            return
        is_other_day = "other_day" in request.POST
        count = redeem_booking(pool_id, order_id, is_other_day=is_other_day, by=by, at=at)
    except NotItsDay:
        messages.error(request, _(
            "These tickets are for another day. Look at the date above; to let them in all the "
            "same, open the ticket by its code."
        ))  # fmt: skip
    except ShopError as refusal:
        messages.error(request, str(refusal))
    else:
        text = ngettext("%(count)d person is in.", "%(count)d people are in.", count)
        messages.success(request, text % {"count": count})
