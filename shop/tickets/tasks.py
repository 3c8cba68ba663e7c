"""Mail about sessions. Tasks take ids, may run twice, and read everything anew."""

from __future__ import annotations

from django.conf import settings
from django.tasks import task
from django.urls import reverse
from django.utils import translation

from shop import clock, dates
from shop.currencies import written
from shop.mail import send
from shop.mail.sending import Attachment
from shop.orders.models import OrderLine, Refund
from shop.orders.telling import order_link
from shop.tasks import at_once, enqueue, tried_again
from shop.tickets.codes import as_png
from shop.tickets.sessions import Session, calendar, session_of

LINES = ("variant__product", "suborder__merchant", "order__contact")


@task
@at_once
def send_tickets(order_id: int) -> None:
    """Mail the shopper the tickets of an order, one task a line."""
    lines = OrderLine.objects.filter(order=order_id, tickets__isnull=False).distinct()
    for line_id in lines.values_list("pk", flat=True):
        enqueue(send_ticket, line_id)


@task
@tried_again
def send_ticket(line_id: int) -> None:
    """Mail the tickets of one line, with their squares and a calendar file."""
    line = OrderLine.objects.select_related(*LINES).get(pk=line_id)
    tickets = list(line.tickets.filter(cancelled_at=None))
    if not tickets:
        return
    order = line.order
    link = order_link(order)
    context = _context(line, order.language) | {
        "codes": [ticket.number for ticket in tickets],
        "order_link": link,
        "tickets_link": link + "tickets/",
    }
    files = [Attachment(f"{ticket.number}.png", as_png(ticket), "image/png") for ticket in tickets]
    files.append(Attachment("session.ics", calendar(line, url=link, at=clock.now()),
                            "text/calendar"))  # fmt: skip
    send("ticket", order.contact.email, language=order.language, context=context, files=files)


@task
@at_once
def send_session_cancelled(refund_id: int) -> None:
    """Tell the shopper what will not take place and what goes back, one task a session."""
    lines = OrderLine.objects.filter(refund_lines__refund=refund_id)
    for pool_id in lines.values_list("pool_id", flat=True).distinct().order_by("pool_id"):
        enqueue(send_one_cancelled, refund_id, pool_id)


@task
@tried_again
def send_one_cancelled(refund_id: int, pool_id: int) -> None:
    """Tell the shopper that one session will not take place."""
    refund = Refund.objects.get(pk=refund_id)
    rows = refund.lines.filter(line__pool=pool_id).select_related(
        *(f"line__{name}" for name in LINES)
    )
    first = rows.order_by("pk")[0].line
    order = first.order
    amount = sum(row.paid for row in rows)
    context = _context(first, order.language) | {
        "reason": refund.reason,
        "order_link": order_link(order),
        "dates_link": _dates_link(first, order.language),
        "amount": written(amount, order.currency, order.language),
    }
    send("session-cancelled", order.contact.email, language=order.language, context=context)


def _context(line: OrderLine, language: str) -> dict[str, object]:
    session: Session = session_of(line.variant, line.suborder.merchant.name)
    starts = line.variant.session_start
    return {
        "name": line.order.contact.name,
        "order_number": line.order.number,
        "experience": line.variant.product.title_in(language),
        "store": session.store,
        "session_date": dates.full_day_in(starts, session.zone, language),
        "session_time": dates.hour(starts, session.zone),
        "time_zone": dates.zone_name(starts, session.zone, language),
        "seats": f"{line.quantity} × {line.label}" if line.label else str(line.quantity),
        "meeting_point": session.meeting_point,
    }


def _dates_link(line: OrderLine, language: str) -> str:
    with translation.override(language):
        return settings.SITE_URL + reverse("product", args=[line.variant.product.slug])
