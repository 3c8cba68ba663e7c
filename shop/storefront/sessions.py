"""The buying part of an experience: dates with their seats, and how many of which ticket."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shop.storefront import dates
from shop.storefront.cards import money
from shop.storefront.variants import VariantNow

OPEN = 4  # dates that are open to see
MOST_TICKETS = 20  # of one kind; who wants more changes the number in the cart
FEW = 3


@dataclass(frozen=True, slots=True)
class DateChoice:
    """A session to choose; one that is full stays to see."""

    pool_id: int
    day: str
    hour: str
    note: str
    is_open: bool
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class TicketChoice:
    """A kind of ticket and how many of it can be had, from 0."""

    position: int
    label: str
    note: str
    numbers: range
    first: int


@dataclass(frozen=True, slots=True)
class Visit:
    """Everything that is chosen to come along."""

    first: tuple[DateChoice, ...]
    rest: tuple[DateChoice, ...]
    tickets: tuple[TicketChoice, ...]
    zone: str
    capacity: int
    is_open: bool
    closes: str


@dataclass(frozen=True, slots=True)
class Session:
    """The variants of one pool of seats, kinds of tickets in the merchant's order."""

    pool_id: int
    starts: datetime
    zone: str
    kinds: tuple[VariantNow, ...]

    @property
    def seats_left(self) -> int:
        """Return how many seats can be booked, whatever the price."""
        return max((kind.buyable * kind.units_per_item for kind in self.kinds if kind.price),
                   default=0)  # fmt: skip

    @property
    def is_open(self) -> bool:
        """Tell whether at least one ticket can be bought."""
        return any(kind.is_buyable for kind in self.kinds)


def sessions_of(variants: Iterable[VariantNow]) -> list[Session]:
    """Return the sessions that variants are seats of, the soonest first."""
    found: dict[int, list[VariantNow]] = {}
    for variant in variants:
        if variant.session_start is not None:
            found.setdefault(variant.pool_id, []).append(variant)
    sessions = [
        Session(pool_id, kinds[0].session_start, kinds[0].session_zone or "UTC", tuple(kinds))
        for pool_id, kinds in found.items()
    ]
    return sorted(sessions, key=lambda session: (session.starts, session.pool_id))


def visit(sessions: Sequence[Session], language: str) -> Visit | None:
    """Return the choice of dates and tickets, or None when there is no date."""
    if not sessions:
        return None
    chosen = next((session for session in sessions if session.is_open), sessions[0])
    choices = [_date(session, chosen, language) for session in sessions]
    return Visit(
        first=tuple(choices[:OPEN]),
        rest=tuple(choices[OPEN:]),
        tickets=_tickets(chosen, language),
        zone=dates.zone_name(chosen.starts, chosen.zone, language),
        capacity=chosen.kinds[0].on_hand,
        is_open=any(session.is_open for session in sessions),
        closes=_closes(chosen, language),
    )


def _date(session: Session, chosen: Session, language: str) -> DateChoice:
    return DateChoice(
        pool_id=session.pool_id,
        day=dates.weekday_in(session.starts, session.zone, language),
        hour=dates.hour(session.starts, session.zone),
        note=_seats(session),
        is_open=session.is_open,
        is_chosen=session is chosen,
    )


def _seats(session: Session) -> str:
    count = session.seats_left
    if not session.is_open:
        return _("Full")
    return ngettext("%(count)d seat left", "%(count)d seats left", count) % {"count": count}


def _tickets(session: Session, language: str) -> tuple[TicketChoice, ...]:
    found = []
    for kind in session.kinds:
        if kind.price is None:
            continue
        most = min(kind.buyable, MOST_TICKETS)
        found.append(
            TicketChoice(
                position=len(found),
                label=_(kind.options[0]) if kind.options else _("Ticket"),
                note=money(kind.price, language),
                numbers=range(most + 1),
                first=1 if not found and most else 0,
            )
        )
    return tuple(found)


def _closes(session: Session, language: str) -> str:
    closes = session.kinds[0].closes_at
    if closes is None or closes >= session.starts:
        return ""
    when = dates.day_and_hour(closes, session.zone, language)
    return _("Booking closes on %(when)s.") % {"when": when}
