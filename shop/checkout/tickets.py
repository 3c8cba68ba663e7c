"""The tickets of an order, to show or to print, and a session's calendar file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from shop import clock, dates
from shop.checkout.finding import order_page
from shop.checkout.summarising import OrderShown
from shop.orders.models import Order, OrderLine
from shop.orders.telling import order_link
from shop.tickets.codes import as_svg
from shop.tickets.models import Ticket
from shop.tickets.sessions import calendar, session_of


@dataclass(frozen=True, slots=True)
class TicketShown:
    """One ticket with its square; ``state`` is empty while it lets somebody in."""

    code: str
    square: str
    kind: str
    admits: int
    state: str


@dataclass(frozen=True, slots=True)
class VisitShown:
    """A session that an order has tickets for."""

    line_id: int
    title: str
    store: str
    day: str
    hour: str
    zone: str
    starts: datetime
    zone_id: str
    meeting_point: str
    is_cancelled: bool
    tickets: tuple[TicketShown, ...]


@require_safe
@order_page
def tickets(request: HttpRequest, order: Order) -> HttpResponse:
    """Show the tickets of an order to whoever has its link."""
    visits = visits_of(order)
    if not visits:
        raise Http404
    context = {"order": order, "visits": visits}
    return render(request, "shop/checkout/tickets.html", context)


@require_safe
@order_page
def session_file(request: HttpRequest, order: Order, line_id: int) -> HttpResponse:
    """Answer with a calendar file of the session that a line has seats in."""
    lines = order.lines.select_related("variant__product", "suborder__merchant")
    line = lines.filter(pk=line_id, tickets__isnull=False).first()
    if line is None:
        raise Http404
    line.order = order
    text = calendar(line, url=order_link(order), at=clock.moment_of(request))
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="session.ics"'
    return response


def visits_beside(order: Order, shown: OrderShown) -> tuple[VisitShown, ...]:
    """Return the sessions of an order, without a statement where everything is sent in parcels."""
    return () if all(parcel.is_sent for parcel in shown.parcels) else visits_of(order)


def visits_of(order: Order) -> tuple[VisitShown, ...]:
    """Return the sessions of an order with their tickets. Two statements at the most."""
    lines = (
        OrderLine.objects.filter(order=order, tickets__isnull=False)
        .select_related("variant__product", "suborder__merchant")
        .prefetch_related("tickets")
        .distinct()
        .order_by("variant__session_start", "position")
    )
    return tuple(_visit(line) for line in lines)


def _visit(line: OrderLine) -> VisitShown:
    language = get_language() or "en"
    session = session_of(line.variant, line.suborder.merchant.name)
    starts = line.variant.session_start
    return VisitShown(
        line_id=line.pk,
        title=line.variant.product.title_in(language),
        store=session.store,
        day=dates.full_day_in(starts, session.zone, language),
        hour=dates.hour(starts, session.zone),
        zone=dates.zone_name(starts, session.zone, language),
        starts=starts,
        zone_id=session.zone,
        meeting_point=session.meeting_point,
        is_cancelled=line.variant.cancelled_at is not None,
        tickets=tuple(_ticket(ticket, line) for ticket in line.tickets.all()),
    )


def _ticket(ticket: Ticket, line: OrderLine) -> TicketShown:
    state = "used" if ticket.used_at else "cancelled" if ticket.cancelled_at else ""
    return TicketShown(
        code=ticket.number,
        square="" if state else as_svg(ticket),
        kind=line.label,
        admits=ticket.admits,
        state=state,
    )
