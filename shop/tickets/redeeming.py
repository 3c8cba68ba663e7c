"""A host lets people in: a ticket is used once."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from shop.accounts.models import User
from shop.errors import NotPossible
from shop.tickets.models import ALPHABET, LENGTH, Ticket

# How far from its start a ticket is taken for that session without asking.
NEAR = timedelta(hours=18)
CODE = re.compile(rf"[{ALPHABET}]{{{LENGTH}}}")


class UsedAlready(NotPossible):
    """The ticket let somebody in before; ``at`` says when."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        super().__init__(_("This ticket was used already. Do not let anybody in with it."))


def clean_code(text: str) -> str:
    """Return a typed or scanned code as it is kept, or nothing where it cannot be one."""
    code = re.sub(r"[\s-]", "", text.strip().rstrip("/").rpartition("/")[2]).upper()
    return code if CODE.fullmatch(code) else ""


def tickets_of(user: User) -> QuerySet[Ticket]:
    """Return the tickets for sessions of the user's merchants, never anybody else's."""
    rows = Ticket.objects.filter(line__suborder__merchant__memberships__user=user)
    return rows.select_related(
        "line__variant__product", "line__order__contact", "line__suborder__merchant"
    )


def is_near(ticket: Ticket, *, at: datetime) -> bool:
    """Tell whether its session is about to begin or has just begun."""
    return abs(ticket.line.variant.session_start - at) <= NEAR


@transaction.atomic
def redeem(ticket: Ticket, *, by: User, at: datetime) -> Ticket:
    """Mark a ticket as used. Of two hosts at two doors the second one is refused.

    Raises:
        UsedAlready: it was used.
        NotPossible: it was cancelled and its money went back.
    """
    unused = Ticket.objects.filter(pk=ticket.pk, used_at=None, cancelled_at=None)
    if unused.update(used_at=at, used_by=by):
        ticket.refresh_from_db(fields=["used_at", "used_by"])
        return ticket
    ticket.refresh_from_db(fields=["used_at", "used_by", "cancelled_at"])
    if ticket.used_at:
        raise UsedAlready(ticket.used_at)
    raise NotPossible(_("This ticket was cancelled and its money sent back."))
