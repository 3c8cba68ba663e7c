"""The door of a date: who is here, who is still to come, and letting each booking in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from shop import clock
from shop.errors import ShopError
from shop.forms.numbers import number_of
from shop.merchants.models import Merchant
from shop.merchants.roles import Right
from shop.stock.models import Pool
from shop.tickets.models import Ticket
from shop.tickets.redeem import NotItsDay, clean_code, redeem_booking, take_booking_back
from shop.workspace.access import MemberRequest, store_members
from shop.workspace.products.sessions import SessionFacts, guests_of, pools_of

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

ALL, COMING, HERE = "all", "coming", "here"


@dataclass(slots=True)
class Booking:
    """The guests of one order at a date: how many people, and how many of them are in."""

    order_id: int
    number: str
    name: str
    language: str
    phone: str
    people: int = 0
    inside: int = 0
    since: datetime | None = None
    kinds: list[str] = field(default_factory=list)
    codes: list[str] = field(default_factory=list)

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
    bookings = bookings_of(guests_of(pool))
    words = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:60]
    show = request.GET.get("show", ALL)
    shown = [one for one in bookings if not words or one.fits(words)]
    if show == COMING:
        shown = [one for one in shown if one.coming]
    elif show == HERE:
        shown = [one for one in shown if one.inside]
    people = sum(one.people for one in bookings)
    inside = sum(one.inside for one in bookings)
    context = {
        "part": "sessions", "session": pool, "zone": pool.zone or "UTC", "bookings": shown,
        "people": people, "inside": inside, "q": words, "show": show,
        "tabs": [(ALL, _("All"), people), (COMING, _("Still to come"), people - inside),
                 (HERE, _("Here"), inside)],
        "may_let_in": Right.SEND in request.rights and pool.cancelled is None,
    }  # fmt: skip
    return render(request, "shop/workspace/door.html", context)


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
