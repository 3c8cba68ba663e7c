"""What hosts did at a door without a line: a telephone sends it later, and each counts once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

from django.core import signing
from django.db import transaction
from django.utils.translation import gettext as _

from shop.core.errors import NotPossible
from shop.core.jobs import delete_some
from shop.orders.tickets.models import DoorEntry, Ticket
from shop.orders.tickets.redeem import NotItsDay, UsedAlready, redeem, take_back
from shop.people.accounts.models import User

SALT = "shop.tickets.door_entries"
KEPT_FOR = timedelta(days=90)
"""After which nobody sends an entry again, and nobody asks."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One thing that a telephone says was done at the door."""

    key: UUID
    ticket: int
    is_in: bool
    ago: timedelta
    """By the telephone's own measure, since its clock may be wrong."""
    undoes: UUID | None = None
    """The entry that is taken back, where the telephone has no answer to it yet."""


def signed_list(pool_id: int, *, at: datetime) -> str:
    """Return what proves, with entries sent later, that a telephone got the list of a date."""
    return signing.dumps([pool_id, at.timestamp()], salt=SALT)


def made_at(signed: str, pool_id: int) -> datetime:
    """Return when a list was made.

    Raises:
        NotPossible: it is no list of this date.
    """
    try:
        of, made = signing.loads(signed, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        of, made = None, 0
    if of != pool_id:
        raise NotPossible(_("This is not the list of this date. Load the page again."))
    return datetime.fromtimestamp(made, UTC)


def mark_of(code: str) -> str:
    """Return by what a telephone knows the ticket of a code, from which no code is made.

    A code is random enough (79 bits) for its plain digest to tell nothing.
    """
    return sha256(code.encode()).hexdigest()[:32]


@transaction.atomic
def take_entry(
    pool_id: int, sent: Sent, *, made: datetime, by: User, at: datetime
) -> DoorEntry | None:
    """Count what was done at the door; what is sent again changes nothing and says the same.

    Args:
        pool_id: the seats of the date.
        made: when the list was; nothing on it happened before.

    Returns:
        The entry with its outcome; None where the ticket is not one of the date.
    """
    ticket = Ticket.objects.filter(pk=sent.ticket, line__pool=pool_id)
    found = ticket.select_related(
        "line__variant__product", "line__order__contact", "used_by"
    ).first()
    if found is None:
        return None
    when = max(made, at - max(sent.ago, timedelta()))
    entry, is_new = DoorEntry.objects.get_or_create(
        key=sent.key,
        defaults={
            "ticket": found, "is_in": sent.is_in, "by": by, "happened_at": when, "taken_at": at,
        },
    )  # fmt: skip
    entry.ticket = found
    if is_new:
        entry.outcome = _outcome(found, entry, sent.undoes, by=by)
        entry.save(update_fields=["outcome"])
    return entry


def _outcome(
    ticket: Ticket, entry: DoorEntry, undoes: UUID | None, *, by: User
) -> DoorEntry.Outcome:
    done = DoorEntry.Outcome.DONE
    if undoes and DoorEntry.objects.filter(key=undoes).exclude(outcome=done).exists():
        return done  # it let nobody in: what somebody else did stands
    does = redeem if entry.is_in else take_back
    try:
        does(ticket, by=by, at=entry.happened_at)
    except UsedAlready:
        return DoorEntry.Outcome.IN_ALREADY
    except NotItsDay:
        return DoorEntry.Outcome.OTHER_DAY
    except NotPossible:
        return DoorEntry.Outcome.NOT_POSSIBLE
    return done


def forget_entries(*, at: datetime) -> int:
    """Delete entries that nobody sends again; return how many."""
    return delete_some(DoorEntry.objects.filter(taken_at__lt=at - KEPT_FOR).order_by("taken_at"))
