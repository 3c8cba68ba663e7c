"""The tickets of an order, to show or to print, and a session's calendar file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from shop.catalogue.date_plans import promise_of
from shop.checkout.order.access import order_page
from shop.checkout.order.summary import OrderShown
from shop.core import clock, dates
from shop.orders.models import Order, OrderLine, Suborder
from shop.orders.text import order_link
from shop.orders.tickets.cancelling import until_when
from shop.orders.tickets.models import Ticket
from shop.orders.tickets.qr import as_svg
from shop.orders.tickets.sessions import by_session, calendar, session_of


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
    lang: str
    store: str
    when: str  # by the clock of the place
    meeting_point: str
    is_cancelled: bool
    is_coming: bool
    least: str
    cancel: str  # until when it can be cancelled, or that it cannot be
    tickets: tuple[TicketShown, ...]


@require_safe
@order_page
def tickets(request: HttpRequest, order: Order) -> HttpResponse:
    """Show the tickets of an order to whoever has its link."""
    visits = visits_of(order, at=clock.moment_of(request))
    if not visits:
        raise Http404
    context = {"order": order, "visits": visits}
    return render(request, "shop/checkout/tickets.html", context)


@require_safe
@order_page
def session_file(request: HttpRequest, order: Order, line_id: int) -> HttpResponse:
    """Answer with a calendar file of the session that a line has seats in."""
    for lines in by_session(_lines_with_tickets(order)):
        if any(line.pk == line_id for line in lines):
            break
    else:
        raise Http404
    lines[0].order = order
    text = calendar(lines, url=order_link(order), at=clock.moment_of(request))
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = 'attachment; filename="session.ics"'
    return response


def visits_beside(order: Order, shown: OrderShown, *, at: datetime) -> tuple[VisitShown, ...]:
    """Return the sessions of an order, without a statement where everything is sent in parcels."""
    return () if all(parcel.is_sent for parcel in shown.parcels) else visits_of(order, at=at)


def visits_of(order: Order, *, at: datetime) -> tuple[VisitShown, ...]:
    """Return the sessions of an order with their tickets. Two statements at the most."""
    lines = _lines_with_tickets(order).prefetch_related("tickets")
    return tuple(_visit(together, order, at=at) for together in by_session(lines))


def _lines_with_tickets(order: Order) -> QuerySet[OrderLine]:
    lines = OrderLine.objects.filter(order=order, tickets__isnull=False).distinct()
    lines = lines.select_related("variant__product", "variant__pool__plan", "suborder__merchant")
    return lines.order_by("variant__session_start", "position")


def _visit(lines: Sequence[OrderLine], order: Order, *, at: datetime) -> VisitShown:
    line, language = lines[0], get_language() or "en"
    line.order, part = order, line.suborder
    merchant = part.merchant
    session = session_of(line.variant, merchant.name)
    starts = cast("datetime", line.variant.session_start)
    place = merchant.place_of_clock(starts, session.zone, language)
    is_good = any(ticket.cancelled_at is None for own in lines for ticket in own.tickets.all())
    is_coming = order.is_paid and is_good and not line.variant.cancelled_at and starts > at
    may_cancel = part.state == Suborder.State.WAITING and not part.stopped_at
    return VisitShown(
        line_id=line.pk,
        title=line.read_title,
        lang=line.mark(order, language),
        store=session.store,
        when=dates.of_visit(starts, session.zone, language, place),
        meeting_point=session.meeting_point,
        is_cancelled=line.variant.cancelled_at is not None,
        is_coming=is_coming,
        least=promise_of(line.variant, language) if is_coming else "",
        cancel=until_when(line, language, at=at) if is_coming and may_cancel else "",
        tickets=tuple(_ticket(ticket, own) for own in lines for ticket in own.tickets.all()),
    )


def _ticket(ticket: Ticket, line: OrderLine) -> TicketShown:
    state = "used" if ticket.used_at else "cancelled" if ticket.cancelled_at else ""
    return TicketShown(
        code=ticket.number,
        square="" if state else as_svg(ticket),
        kind=line.read_label,
        admits=ticket.admits,
        state=state,
    )
