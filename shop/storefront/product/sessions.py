"""The buying part of an experience: dates with their seats, and how many of which ticket."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shop.catalogue.date_plans import least_sentence
from shop.catalogue.models import Product
from shop.catalogue.returns import cancelling
from shop.catalogue.words import ProductTerms
from shop.core import dates
from shop.core.currencies import currencies
from shop.core.languages import Wording, beside, sentences
from shop.storefront.cards import money
from shop.storefront.product.date_month import MonthOfDates, month_of_dates
from shop.storefront.product.variants import VariantNow

LISTED = 4  # dates in one list; more of them stand in a calendar
MOST_TICKETS = 20  # of one kind; who wants more changes the number in the cart
FEW = 3


@dataclass(frozen=True, slots=True)
class DateChoice:
    """A session to choose; one that is full stays to see.

    ``closes`` says until when, where that is before it begins; ``least`` from how many guests on it
    takes place, where that is open; ``cancel`` until when it can be cancelled.
    ``seats``, and of each kind of ticket ``most`` and ``prices``, are for the script that adds up.
    """

    pool_id: int
    day: str
    hour: str
    note: str
    closes: str
    is_open: bool
    is_chosen: bool
    seats: int
    most: str
    prices: str
    starts: datetime
    zone: str
    least: str
    cancel: str


@dataclass(frozen=True, slots=True)
class TicketChoice:
    """A kind of ticket and how many of it can be had, from 0."""

    name: str
    position: int
    label: str
    lang: str
    note: str
    numbers: range
    first: int
    units: int


@dataclass(frozen=True, slots=True)
class Visit:
    """Everything that is chosen to come along.

    ``label`` is the kind of ticket that is counted at first, where prices differ; ``month`` is
    there where the dates are too many for one list: then ``dates`` are those of the chosen day.
    """

    dates: tuple[DateChoice, ...]
    month: MonthOfDates | None
    tickets: tuple[TicketChoice, ...]
    place: str
    capacity: int
    is_open: bool
    total: str
    chosen: str
    label: str


@dataclass(frozen=True, slots=True)
class SessionChoice:
    """The variants of one pool of seats, kinds of tickets in the merchant's order."""

    pool_id: int
    starts: datetime
    zone: str
    kinds: tuple[VariantNow, ...]

    @property
    def day(self) -> date:
        """Return the day on which it begins, by the clock of its place."""
        return self.starts.astimezone(ZoneInfo(self.zone)).date()

    @property
    def seats_left(self) -> int:
        """Return how many seats can be booked, at any price."""
        return max((kind.buyable * kind.units_per_item for kind in self.kinds if kind.price),
                   default=0)  # fmt: skip

    def kind(self, name: str) -> VariantNow | None:
        """Return the kind of ticket of a name, or None where this session has none."""
        return next((kind for kind in self.kinds if kind.name == name), None)

    @property
    def first(self) -> VariantNow | None:
        """Return the ticket that the page counts at first: of those to be had the merchant's first.

        Where none is to be had, the first that has a price.
        """
        priced = [kind for kind in self.kinds if kind.price is not None]
        return next((kind for kind in priced if kind.is_buyable), next(iter(priced), None))

    @property
    def is_open(self) -> bool:
        """Tell whether at least one ticket can be bought."""
        return any(kind.is_buyable for kind in self.kinds)


def sessions_of(variants: Iterable[VariantNow]) -> list[SessionChoice]:
    """Return the sessions that variants are seats of, the soonest first."""
    found: dict[int, list[Any]] = {}
    for variant in variants:
        if variant.session_start is not None:
            found.setdefault(variant.pool_id, []).append(variant)
    sessions = [
        SessionChoice(pool_id, kinds[0].session_start, kinds[0].session_zone or "UTC", tuple(kinds))
        for pool_id, kinds in found.items()
    ]
    return sorted(sessions, key=lambda session: (session.starts, session.pool_id))


def date_asked(sessions: Sequence[SessionChoice], day: date | None) -> SessionChoice | None:
    """Return the date that is chosen at first: one of a day that can be booked, else the soonest.

    Nothing where there is no date.
    """
    bookable = [session for session in sessions if session.is_open]
    on_day = [session for session in bookable if session.day == day]
    return next(iter(on_day or bookable or sessions), None)


def visit(
    sessions: Sequence[SessionChoice],
    chosen: SessionChoice,
    terms: ProductTerms,
    language: str,
    *,
    product: Product,
    at: datetime,
) -> Visit:
    """Return the choice of dates and tickets.

    A kind of ticket is known by its name: dates may have different ones.

    Args:
        chosen: the date that is chosen at first.
        terms: what its kinds are called in the language.
        product: the experience, with its host.
    """
    has_month = len(sessions) > LISTED
    shown = [one for one in sessions if one.day == chosen.day] if has_month else sessions
    kinds = [kind for session in shown for kind in session.kinds if kind.price is not None]
    names = tuple(dict.fromkeys(kind.name for kind in kinds))
    is_varied = len({_prices(session, names) for session in sessions if session.is_open}) > 1
    tickets = _tickets(chosen, shown, names, terms, language)
    first = next((ticket for ticket in tickets if ticket.first), None)
    choices = [
        _date(
            session, names, chosen, language, is_varied=is_varied,
            cancel=cancelling(product.cancel_hours, session.starts, session.zone, language, at=at),
        )
        for session in shown
    ]  # fmt: skip
    days = [session.day for session in sessions]
    bookable = [session.day for session in sessions if session.is_open]
    return Visit(
        dates=tuple(choices),
        month=month_of_dates(chosen.day, days, bookable) if has_month else None,
        tickets=tickets,
        place=product.merchant.place_of_clock(chosen.starts, chosen.zone, language),
        capacity=chosen.kinds[0].on_hand,
        is_open=any(session.is_open for session in sessions),
        total=first.note if first else "",
        chosen=f"{first.first} × {first.label}" if first else "",
        label=first.label if first and len(set(filter(None, _prices(chosen, names)))) > 1 else "",
    )


def _date(
    session: SessionChoice,
    names: Sequence[str],
    chosen: SessionChoice,
    language: str,
    *,
    is_varied: bool,
    cancel: str,
) -> DateChoice:
    note = _seats(session)
    if is_varied and session.is_open:
        note = beside(note, _from_price(session, language))
    kinds = [session.kind(name) for name in names]
    return DateChoice(
        pool_id=session.pool_id,
        day=dates.weekday_in(session.starts, session.zone, language),
        hour=dates.hour(session.starts, session.zone),
        note=note,
        closes=_closes(session, language) if session.is_open else "",
        is_open=session.is_open,
        is_chosen=session is chosen,
        seats=session.seats_left,
        most=" ".join(str(_most(kind)) for kind in kinds),
        prices=" ".join(_plain(kind.price) if kind and kind.price else "0" for kind in kinds),
        starts=session.starts,
        zone=session.zone,
        least=_least(session, language) if session.is_open else "",
        cancel=cancel if session.is_open else "",
    )


def _seats(session: SessionChoice) -> str:
    count = session.seats_left
    if not session.is_open:
        return _("Full")
    return ngettext("%(count)d seat left", "%(count)d seats left", count) % {"count": count}


def _prices(session: SessionChoice, names: Sequence[str]) -> tuple[int | None, ...]:
    kinds = [session.kind(name) for name in names]
    return tuple(kind.price if kind else None for kind in kinds)


def _from_price(session: SessionChoice, language: str) -> str:
    """Return the price of a ticket for a session, of the cheapest if there are several."""
    prices: set[Any] = {kind.price for kind in session.kinds if kind.is_buyable}
    price = money(min(prices), language)
    return price if len(prices) == 1 else _("from %(price)s") % {"price": price}


def _plain(price: int) -> str:
    exponent = currencies()[settings.SHOP_CURRENCY].exponent
    return f"{Decimal(price).scaleb(-exponent):f}"


def _most(kind: VariantNow | None) -> int:
    return min(kind.buyable, MOST_TICKETS) if kind and kind.price is not None else 0


def _tickets(
    chosen: SessionChoice,
    sessions: Sequence[SessionChoice],
    names: Sequence[str],
    terms: ProductTerms,
    language: str,
) -> tuple[TicketChoice, ...]:
    """Return all kinds of tickets, each as the chosen date has it or else as another does."""
    counted: Any = chosen.first if chosen.is_open else None
    first = counted.name if counted else None
    in_order = (chosen, *sessions)
    return tuple(
        _ticket(
            place,
            [kind for session in in_order if (kind := session.kind(name)) and kind.price],
            terms.label([name]) if name else Wording(_("Ticket")),
            language,
            is_first=name == first,
        )
        for place, name in enumerate(names)
    )


def _ticket(
    place: int, kinds: Sequence[VariantNow], named: Wording, language: str, *, is_first: bool
) -> TicketChoice:
    shown: Any = kinds[0]
    return TicketChoice(
        name=shown.name,
        position=place,
        label=named.text,
        lang=named.lang,
        note=money(shown.price, language),
        numbers=range(max(map(_most, kinds)) + 1),  # the date is chosen in the same form
        first=int(is_first),
        units=shown.units_per_item,
    )


def _closes(session: SessionChoice, language: str) -> str:
    closes = session.kinds[0].closes_at
    if closes is None or closes >= session.starts:
        return ""
    when = dates.day_and_hour(closes, session.zone, language)
    return _("Booking closes on %(when)s.") % {"when": when}


def _least(session: SessionChoice, language: str) -> str:
    """Say from how many guests it takes place, and how many are missing."""
    kind = session.kinds[0]
    if not kind.least_guests or not kind.decides_at:
        return ""
    said = least_sentence(kind.least_guests, kind.decides_at, session.zone, language)
    missing = kind.least_guests - kind.booked
    if missing <= 0:
        return said
    text = ngettext("%(count)d more guest is needed.", "%(count)d more guests are needed.", missing)
    return sentences(said, text % {"count": missing})
