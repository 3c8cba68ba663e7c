"""Mail about sessions. Tasks take ids, may run twice, and read everything anew."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import cast

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.tasks import task
from django.urls import reverse
from django.utils import translation

from shop.catalogue.date_plans import promise_of
from shop.catalogue.models import Variant
from shop.core import clock, dates
from shop.core.currencies import written
from shop.core.mail import send
from shop.core.mail.notifications import Mail, notification
from shop.core.mail.send import Attachment
from shop.core.tasks import at_once, enqueue
from shop.festivals.models import ChangeLog
from shop.orders.models import Order, OrderLine, Refund
from shop.orders.text import mail_context, order_link, to_shopper
from shop.orders.tickets.cancelling import until_when
from shop.orders.tickets.models import Ticket
from shop.orders.tickets.qr import as_png
from shop.orders.tickets.sessions import Session, by_session, calendar, seats_of, session_of
from shop.people.accounts.models import User
from shop.people.accounts.own_language import neutral_address
from shop.people.merchants.notifications import StoreMail, tell, to_members
from shop.people.merchants.roles import Right

LINES = ("variant__product", "variant__pool__plan", "suborder__merchant", "order__contact")


@notification(
    "receipt",
    promises={"To look at them or print them": "order-tickets", "Invoice": "order-invoice"},
)
def send_tickets(order_id: int) -> Mail | None:
    """Mail the shopper the receipt, with all tickets and a calendar file for each session.

    It is the receipt: one booking is one mail. Tickets that ended meanwhile are left out.
    """
    order = Order.objects.select_related("contact").get(pk=order_id)
    live = Prefetch("tickets", Ticket.objects.filter(cancelled_at=None), to_attr="live")
    lines = OrderLine.objects.filter(
        order=order, tickets__isnull=False, tickets__cancelled_at=None
    ).distinct()
    lines = lines.select_related(*LINES).prefetch_related(live)
    visits = by_session(lines.order_by("variant__session_start", "position"))
    link = order_link(order)
    context = mail_context(order) | {
        "visits": [_visit(visit, order.language, at=clock.now()) for visit in visits],
        "tickets_link": link + "tickets/",
    }
    files = [
        Attachment(f"{ticket.number}.png", as_png(ticket), "image/png")
        for visit in visits
        for ticket in _live(visit)
    ]
    for number, visit in enumerate(visits, start=1):
        name = "session.ics" if len(visits) == 1 else f"session-{number}.ics"
        text = calendar(visit, url=link, at=clock.now())
        files.append(Attachment(name, text, "text/calendar"))
    if mail := to_shopper(order, context, files=files):
        send("receipt", mail.to, language=mail.language, context=mail.context, files=files)
    _tell_moves(order, visits)  # after it, so that a receipt that fails is tried again alone
    return None


@task
@at_once
def send_session_cancelled(refund_id: int) -> None:
    """Queue a mail to the shopper for each session of a refund that will not take place."""
    lines = OrderLine.objects.filter(refund_lines__refund=refund_id)
    for pool_id in lines.values_list("pool_id", flat=True).distinct().order_by("pool_id"):
        enqueue(send_one_cancelled, refund_id, pool_id)


@notification("session-cancelled", promises={"Other dates": "product"})
def send_one_cancelled(refund_id: int, pool_id: int) -> Mail | None:
    """Tell the shopper that one session will not take place."""
    refund = Refund.objects.get(pk=refund_id)
    rows = refund.lines.filter(line__pool=pool_id).select_related(
        *(f"line__{name}" for name in LINES)
    )
    lines = [row.line for row in rows.order_by("pk")]
    first, order = lines[0], lines[0].order
    amount = sum(row.paid for row in rows)
    context = _context(lines, order.language) | {
        "reason": refund.reason,
        "dates_link": _dates_link(first, order.language),
        "amount": written(amount, order.currency, order.language),
    }
    return to_shopper(order, context)


@task
@at_once
def send_session_moved(pool_id: int, before: str, words: str) -> None:
    """Queue a mail to each order with tickets for a session that begins at another time."""
    for order_id in booked_orders(pool_id).values_list("pk", flat=True):
        enqueue(send_one_moved, order_id, pool_id, before, words)


@notification(
    "session-moved",
    promises={"give them back on the page of your order until it begins": "order-ask"},
)
def send_one_moved(order_id: int, pool_id: int, before: str, words: str) -> Mail | None:
    """Tell one shopper the new time of a session; nothing once their tickets are given back."""
    order = Order.objects.select_related("contact").get(pk=order_id)
    lines = _booked_lines(order, pool_id)
    if not lines:
        return None
    visit = by_session(lines)[0]
    context = moved_context(order, visit, datetime.fromisoformat(before), words)
    return to_shopper(order, context, files=[_calendar_file(order, visit)])


@task
@at_once
def tell_it_takes_place(pool_id: int) -> None:
    """Queue a mail to each order with tickets for a date: it takes place."""
    for order_id in booked_orders(pool_id).values_list("pk", flat=True):
        enqueue(send_takes_place, order_id, pool_id)


@notification("session-takes-place", promises={"takes place on": "order"})
def send_takes_place(order_id: int, pool_id: int) -> Mail | None:
    """Tell one shopper that a date takes place; nothing once their tickets are given back."""
    order = Order.objects.select_related("contact").get(pk=order_id)
    return _of_visit(order, _booked_lines(order, pool_id))


@task
@at_once
def send_new_place(pool_id: int, before: str) -> None:
    """Queue a mail to each order with tickets for a session whose guests meet elsewhere."""
    for order_id in booked_orders(pool_id).values_list("pk", flat=True):
        enqueue(send_one_new_place, order_id, pool_id, before)


@notification(
    "session-place",
    promises={"give them back on the page of your order until it begins": "order-ask"},
)
def send_one_new_place(order_id: int, pool_id: int, before: str) -> Mail | None:
    """Tell one shopper where a session begins now; nothing once their tickets are given back."""
    order = Order.objects.select_related("contact").get(pk=order_id)
    return _of_visit(order, _booked_lines(order, pool_id), before_place=before)


@task
@at_once
def tell_of_needs(order_id: int, pool_id: int) -> None:
    """Queue a mail to those who answer for a store: a guest has told what they need."""
    tell(send_guest_needs, order_id, pool_id, merchant__products__variants__pool=pool_id)


@to_members(
    "guest-needs", right=Right.ANSWER, promises={"It stands on the guest list": "workspace-session"}
)
def send_guest_needs(order_id: int, pool_id: int, user: User) -> StoreMail | None:
    """Tell one member of a store where to read what a guest needs; it may tell of health."""
    order = Order.objects.get(pk=order_id)
    lines = _booked_lines(order, pool_id)
    if not lines:
        return None
    merchant = lines[0].suborder.merchant
    context = _context(lines, user.language or "en") | {
        "order_number": order.number,
        "date_link": neutral_address("workspace-session", merchant.slug, pool_id),
    }
    return StoreMail(merchant, context)


def _of_visit(order: Order, lines: Sequence[OrderLine], **more: str) -> Mail | None:
    """Return a mail about a date that somebody has tickets for; nothing if it is called off."""
    if not lines or lines[0].variant.cancelled_at:
        return None
    file = _calendar_file(order, by_session(lines)[0])
    return to_shopper(order, _context(lines, order.language) | more, files=[file])


def _calendar_file(order: Order, visit: Sequence[OrderLine]) -> Attachment:
    text = calendar(visit, url=order_link(order), at=clock.now())
    return Attachment("session.ics", text, "text/calendar")


def _tell_moves(order: Order, visits: Sequence[Sequence[OrderLine]]) -> None:
    """Queue a mail for each session that was moved while its order was being paid.

    Whoever was told of a move then had a paid order. Asked after the payment is committed, so
    that none is left out; one in the same moment may be told twice.
    """
    for visit in visits:
        now = visit[0].variant
        if not now.moved_at or now.moved_at <= order.placed_at:
            continue
        before, words = _start_of(now, at=order.placed_at)
        if before != now.session_start:
            enqueue(send_one_moved, order.pk, now.pool_id, before.isoformat(), words)


def _start_of(variant: Variant, *, at: datetime) -> tuple[datetime, str]:
    """Return when a session was to begin as of an instant, and the host's last words on its moves.

    From now on backwards: no two dates of one experience begin at the same time.
    """
    start, words = cast("datetime", variant.session_start), ""
    moves = ChangeLog.objects.filter(
        subject="product", subject_id=variant.product_id, action="move date", at__gt=at
    )
    for move in moves.order_by("-at", "-pk"):
        if datetime.fromisoformat(move.after["starts"]) == start:
            start, words = datetime.fromisoformat(move.before["starts"]), words or move.reason
    return start, words


def booked_orders(pool_id: int) -> QuerySet[Order]:
    """Return the paid orders that have tickets for a session."""
    rows = Order.objects.filter(
        state=Order.State.PAID, lines__pool=pool_id, lines__tickets__cancelled_at=None,
        lines__tickets__isnull=False,
    )  # fmt: skip
    return rows.distinct().order_by("pk")


def moved_context(
    order: Order, lines: Sequence[OrderLine], before: datetime, words: str
) -> dict[str, object]:
    """Return what the mail about a new time says."""
    zone = session_of(lines[0].variant, "").zone
    return _context(lines, order.language) | {
        "name": order.contact.name, "order_number": order.number, "words": words,
        "before_date": dates.full_day_in(before, zone, order.language),
        "before_time": dates.hour(before, zone), "order_link": order_link(order),
    }  # fmt: skip


def first_booked(pool_id: int) -> tuple[Order, list[OrderLine]] | None:
    """Return the first order with tickets for a session, with its lines, to show its mail."""
    order = booked_orders(pool_id).select_related("contact").first()
    return (order, _booked_lines(order, pool_id)) if order else None


def _booked_lines(order: Order, pool_id: int) -> list[OrderLine]:
    rows = OrderLine.objects.filter(order=order, pool=pool_id, tickets__cancelled_at=None)
    rows = rows.filter(tickets__isnull=False).select_related(*LINES).distinct()
    return list(rows.order_by("position"))


def _visit(lines: Sequence[OrderLine], language: str, *, at: datetime) -> dict[str, object]:
    codes = [ticket.number for ticket in _live(lines)]
    with translation.override(language):
        cancel = until_when(lines[0], language, at=at)
    return _context(lines, language) | {"codes": codes, "cancel": cancel}


def _live(lines: Sequence[OrderLine]) -> list[Ticket]:
    return [ticket for line in lines for ticket in line.live]


def _context(lines: Sequence[OrderLine], language: str) -> dict[str, object]:
    line = lines[0]
    session: Session = session_of(line.variant, line.suborder.merchant.name)
    starts = cast("datetime", line.variant.session_start)
    return {
        "experience": line.read_title,
        "store": session.store,
        "session_date": dates.full_day_in(starts, session.zone, language),
        "session_time": dates.hour(starts, session.zone),
        "time_zone": line.suborder.merchant.place_of_clock(starts, session.zone, language),
        "seats": seats_of(lines),
        "meeting_point": session.meeting_point,
        "least": promise_of(line.variant, language),
    }


def _dates_link(line: OrderLine, language: str) -> str:
    with translation.override(language):
        return settings.SITE_URL + reverse("product", args=[line.variant.product.slug])
