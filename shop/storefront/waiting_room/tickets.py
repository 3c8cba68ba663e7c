"""Tickets of the queue: signed, bound to one visitor, kept in a cookie.

A ticket says when its owner came, as which number, and until when it lets in once it has been
called. Nobody can write one, and to hand one on helps nobody: it counts together with the cart
or the session of whoever got it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac

from shop.core import cookies
from shop.core.keys.links import secrets_in_use

COOKIE = "place"
SALT = "queueing.tickets"
LASTS = timedelta(hours=2)
PASS = timedelta(minutes=15)
"""For so long somebody who was let in walks through all steps of the checkout."""


@dataclass(frozen=True, slots=True)
class QueueTicket:
    """A number in the queue, and until when its owner may pass, once called.

    The number is 0 for somebody who came while nobody waited.
    """

    number: int
    came_at: datetime
    passes_until: datetime | None = None

    def may_pass(self, at: datetime) -> bool:
        """Tell whether its owner has been let in and is not done yet."""
        return self.passes_until is not None and at < self.passes_until


def ticket_of(request: HttpRequest, *, at: datetime) -> QueueTicket | None:
    """Return the visitor's own ticket; None for none, a made-up, an old or a borrowed one."""
    try:
        facts = signing.loads(cookies.read(request, COOKIE), salt=SALT)
    except signing.BadSignature:
        return None
    number, came, until, owner = facts
    came_at = datetime.fromtimestamp(came, UTC)
    passes_until = datetime.fromtimestamp(until, UTC) if until else None
    owners = (_owner(request, secret=secret) for secret in secrets_in_use())
    is_own = any(constant_time_compare(owner, one) for one in owners)
    if not is_own or came_at < at - LASTS or (passes_until and passes_until <= at):
        return None
    return QueueTicket(number, came_at, passes_until)


def is_known(request: HttpRequest) -> bool:
    """Tell whether the visitor has anything that a ticket could be bound to: a cart, a session."""
    return bool(_own(request))


def give(response: HttpResponse, request: HttpRequest, ticket: QueueTicket) -> None:
    """Put a ticket into the visitor's browser."""
    until = ticket.passes_until.timestamp() if ticket.passes_until else 0
    facts = (ticket.number, ticket.came_at.timestamp(), until, _owner(request))
    ticket_text = signing.dumps(facts, salt=SALT)
    cookies.keep(response, COOKIE, ticket_text, seconds=int(LASTS.total_seconds()))


def _owner(request: HttpRequest, *, secret: str | None = None) -> str:
    """Return a hash of the secret that only this visitor's browser knows."""
    return salted_hmac(SALT, _own(request), secret=secret, algorithm="sha256").hexdigest()[:32]


def _own(request: HttpRequest) -> str:
    return cookies.read(request, "cart") or request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
