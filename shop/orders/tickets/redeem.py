"""A host lets people in: a ticket is used once, on its day, and a mistake is taken back."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from shop.core.errors import NotPossible
from shop.orders.tickets.models import ALPHABET, LENGTH, Ticket
from shop.orders.tickets.sessions import Session, session_of
from shop.people.accounts.models import User
from shop.people.merchants.models import Merchant

# Beside the day on which a session starts: who comes early, and tours that last into the night.
BEFORE = timedelta(hours=6)
AFTER = timedelta(hours=18)
CODE = re.compile(rf"[{ALPHABET}]{{{LENGTH}}}")


class UsedAlready(NotPossible):
    """The ticket let somebody in before; ``at`` says when."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        super().__init__(_("This ticket was used already. Do not let anybody in with it."))


class NotItsDay(NotPossible):
    """The session of the ticket is on another day."""

    def __init__(self) -> None:
        super().__init__(_("This ticket is for another day."))


def clean_code(text: str) -> str:
    """Return a typed or scanned code as it is kept, or nothing where it cannot be one."""
    code = re.sub(r"[\s-]", "", text.strip().rstrip("/").rpartition("/")[2]).upper()
    return code if CODE.fullmatch(code) else ""


def tickets_of(merchants: Collection[Merchant]) -> QuerySet[Ticket]:
    """Return the tickets for sessions of these merchants, never anybody else's."""
    rows = Ticket.objects.filter(line__suborder__merchant__in=merchants)
    return rows.select_related(
        "line__variant__product", "line__order__contact", "line__suborder__merchant", "used_by"
    )


def is_its_day(ticket: Ticket, *, at: datetime) -> bool:
    """Tell whether its session is today where it takes place, is about to begin or goes on."""
    since, until = its_hours(session_of(ticket.line.variant, ""))
    return since <= at <= until


def its_hours(session: Session) -> tuple[datetime, datetime]:
    """Return from when and until when tickets of a session let people in."""
    midnight = session.starts.replace(hour=0, minute=0, second=0, microsecond=0)
    next_midnight = midnight + timedelta(days=1)  # of the wall's clock, however long the day is
    return min(midnight, session.starts - BEFORE), max(next_midnight, session.ends + AFTER)


def may_take_back(ticket: Ticket, *, at: datetime) -> bool:
    """Tell whether a used ticket can be made good again: until the end of the day of its use."""
    is_on = ticket.line.variant.cancelled_at is None
    return bool(ticket.used_at and is_on and ticket.used_at >= _day_of(ticket, at=at))


@transaction.atomic
def redeem(ticket: Ticket, *, by: User, at: datetime, is_other_day: bool = False) -> Ticket:
    """Mark a ticket as used. Of two hosts at two doors the second one is refused.

    Args:
        is_other_day: the host lets somebody in although the session is on another day.

    Raises:
        NotItsDay: its session is on another day.
        UsedAlready: it was used.
        NotPossible: it was cancelled and its money went back.
    """
    is_open = ticket.used_at is None and ticket.cancelled_at is None
    if is_open and not is_other_day and not is_its_day(ticket, at=at):
        raise NotItsDay
    unused = Ticket.objects.filter(pk=ticket.pk, used_at=None, cancelled_at=None)
    if unused.update(used_at=at, used_by=by):
        ticket.refresh_from_db(fields=["used_at", "used_by"])
        return ticket
    ticket.refresh_from_db(fields=["used_at", "used_by", "cancelled_at"])
    if ticket.used_at:
        raise UsedAlready(ticket.used_at)
    raise NotPossible(_("This ticket was cancelled and its money sent back."))


@transaction.atomic
def take_back(ticket: Ticket, *, by: User, at: datetime) -> Ticket:
    """Make a ticket good again that was marked as used by mistake, on the day of the mistake.

    Who did it last is kept. Of two who take the same thing back the second one changes nothing.

    Args:
        at: when they took it back; somebody who was let in since stays in.

    Raises:
        NotPossible: it was used on another day or later, was never used, or its money went back.
    """
    used = Ticket.objects.filter(
        pk=ticket.pk,
        used_at__gte=_day_of(ticket, at=at),
        used_at__lte=at,
        line__variant__cancelled_at=None,
        line__refund_lines=None,
    )
    is_done = used.update(used_at=None, used_by=None, undone_at=at, undone_by=by)
    ticket.refresh_from_db(fields=["used_at", "used_by", "cancelled_at", "undone_at", "undone_by"])
    if is_done or (ticket.undone_at and not ticket.used_at and not ticket.cancelled_at):
        return ticket
    raise NotPossible(_("This can be undone on the same day only."))


@transaction.atomic
def redeem_booking(
    pool_id: int, order_id: int, *, by: User, at: datetime, is_other_day: bool = False
) -> int:
    """Let everybody of a booking in who is not; return how many people that are.

    Tickets that somebody else marks in the same moment are left to them.

    Raises:
        NotItsDay: the session is on another day.
        NotPossible: nothing of it is good any more.
    """
    people = 0
    rows = Ticket.objects.filter(line__pool=pool_id, line__order=order_id, cancelled_at=None)
    for ticket in rows.filter(used_at=None).select_related("line__variant__product"):
        try:
            redeem(ticket, by=by, at=at, is_other_day=is_other_day)
        except UsedAlready:
            continue
        people += ticket.admits
    if not people:
        raise NotPossible(_("They are in already, or their tickets were given back."))
    return people


@transaction.atomic
def take_booking_back(pool_id: int, order_id: int, *, by: User, at: datetime) -> None:
    """Make the tickets of a booking good again that were used today.

    Raises:
        NotPossible: one of them was used on another day, or its money went back.
    """
    rows = Ticket.objects.filter(line__pool=pool_id, line__order=order_id, cancelled_at=None)
    for ticket in rows.exclude(used_at=None).select_related("line__variant__product"):
        take_back(ticket, by=by, at=at)


def _day_of(ticket: Ticket, *, at: datetime) -> datetime:
    """Return when the day of an instant began where the session takes place."""
    there = at.astimezone(ZoneInfo(ticket.line.variant.session_zone or "UTC"))
    return there.replace(hour=0, minute=0, second=0, microsecond=0)
