"""A placed order as pages show it: parcels with where they are, amounts, discounts by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from types import MappingProxyType
from typing import cast

from django.conf import settings
from django.db.models import Prefetch, prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shop.catalogue.delivery.names import country_name, lines_of
from shop.checkout.order.documents import PaperLink
from shop.core import dates
from shop.core.languages import Wording, beside
from shop.orders.cart.formats import (
    amount,
    arrives,
    between,
    day,
    day_at,
    full_day_at,
    language,
    parcels,
)
from shop.orders.cart.sums import SumsShown
from shop.orders.models import Order, OrderLine, Replacement, Shipment, Suborder
from shop.orders.sums import Lines, lines_by_part, order_rows, tax_rows
from shop.orders.text import sent_elsewhere

GONE = (Suborder.State.SHIPPED, Suborder.State.DELIVERED)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a parcel's way; ``kind`` is done, now, or empty for a step to come.

    ``when`` are words; of an instant they say it as the shop's clock has it, which is ``zone``.
    """

    text: str
    when: str
    kind: str
    at: datetime | None = None
    zone: str = ""

    @classmethod
    def done_at(cls, text: str, at: datetime, kind: str = "done") -> Step:
        """Return a step that was done at an instant: all of an order by one clock."""
        zone = settings.SHOP_ZONE
        return cls(text, dates.moment(at, zone, language()), kind, at, zone)


@dataclass(frozen=True, slots=True)
class Way:
    """Who carries a parcel, and where to follow it."""

    carrier: str
    is_known: bool
    number: str
    url: str
    lines: tuple[Wording, ...] = ()
    is_more: bool = False  # another number for what is in the other parcels

    @classmethod
    def of(
        cls, row: Shipment | Replacement, lines: Sequence[Wording] = (), *, is_more: bool = False
    ) -> Way:
        """Return the way of something that was sent, with its contents where they are told."""
        facts = (row.carrier, row.has_known_carrier, row.tracking_number, row.tracking_url)
        return cls(*facts, tuple(lines), is_more)


@dataclass(frozen=True, slots=True)
class ParcelShown:
    """The parcel of one store, or the visits that it hosts."""

    store: str
    cloth: str
    heading: str
    tag: str
    tag_kind: str
    place: str
    lines: tuple[Wording, ...]
    steps: tuple[Step, ...]
    ways: tuple[Way, ...]
    is_sent: bool
    part: Suborder
    papers: tuple[PaperLink, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderShown:
    """Everything that an order's pages say of it.

    ``placed`` has the day by the shop's clock, ``placed_own`` has ``{date}`` for the reader's own.
    ``is_split`` tells whether a parcel left before the address was mended.
    """

    parcels: tuple[ParcelShown, ...]
    sums: SumsShown
    taxes: tuple[tuple[str, str], ...]
    placed: str
    placed_own: str
    address: tuple[str, ...]
    first: str
    is_split: bool

    @property
    def is_tracked(self) -> bool:
        """Return whether a parcel of it can be followed."""
        return any(parcel.part.is_tracked for parcel in self.parcels)

    @property
    def packing(self) -> int:
        """Return how many stores send something."""
        return sum(parcel.is_sent for parcel in self.parcels)


def show_order(
    order: Order, papers: Mapping[int, tuple[PaperLink, ...]] = MappingProxyType({})
) -> OrderShown:
    """Return an order as pages show it.

    One statement, two if a parcel is on its way, three if an order leaves in several.

    Args:
        papers: links to invoices and credit notes, by the parts of the order.
    """
    lines = lines_by_part(order)
    gone = [part for part in lines if part.state in GONE or part.is_partly_sent]
    shipments = Prefetch("shipments", Shipment.objects.select_related("contact"))
    prefetch_related_objects(gone, shipments)
    prefetch_related_objects([part for part in gone if _is_apart(part)], "shipments__lines")
    sent = [part for part in lines if part.service]
    shown = [
        replace(_parcel(order, part, lines[part], sent), papers=papers.get(part.pk, ()))
        for part in lines
    ]
    soonest = min(sent, key=lambda part: (part.arrives_from, part.arrives_to), default=None)
    return OrderShown(
        parcels=tuple(shown),
        sums=_sums(order, lines),
        taxes=tuple(tax_rows(order, lines)),
        placed=_placed(order, sent, full_day_at(order.placed_at)),
        placed_own=_placed(order, sent, "{date}"),
        address=lines_of(order.contact, language(), sends=bool(sent)),
        first=_first(soonest) if soonest else "",
        is_split=any(sent_elsewhere(row, order) for part in gone for row in part.shipments.all()),
    )


def paid_with(method: str) -> str:
    """Return the payment method, "Visa ending 4242", from the provider's text."""
    brand, _space, digits = method.rpartition(" ")
    if not brand or not digits.isdecimal():
        return method
    return _("%(brand)s ending %(digits)s") % {"brand": brand, "digits": digits}


def show_order_sums(order: Order) -> SumsShown:
    """Return the sums of an order. One statement."""
    return _sums(order, lines_by_part(order))


def _sums(order: Order, lines: Lines) -> SumsShown:
    return SumsShown(tuple(order_rows(order, lines)), amount(order.total, order.currency), "", "")


def _placed(order: Order, sent: Sequence[Suborder], day: str) -> str:
    if not sent:
        return day
    country = country_name(order.contact.country, language())
    place = beside(order.contact.city, country)
    return _("Placed %(date)s. %(parcels)s to %(place)s.") % {
        "date": day,
        "parcels": parcels(len(sent)),
        "place": place,
    }


def _first(part: Suborder) -> str:
    days = between(cast("date", part.arrives_from), cast("date", part.arrives_to))
    return _("The first parcel should be with you between %(from)s and %(to)s.") % days


def _parcel(
    order: Order, part: Suborder, lines: Sequence[OrderLine], sent: Sequence[Suborder]
) -> ParcelShown:
    merchant = part.merchant
    has_left = part.state in GONE or part.is_partly_sent
    shipments = list(part.shipments.all()) if has_left else []
    is_apart = has_left and _is_apart(part)
    own = {line.pk: line for line in lines}
    ways = tuple(
        Way.of(row, [_line(own[one.line_id], order, one.quantity) for one in row.lines.all()]
               if is_apart else (), is_more=is_apart and row.adds_number_only(shipments))
        for row in shipments
    )  # fmt: skip
    tag, kind = _tag(part)
    place = ""  # the store is the heading
    if part.service:
        numbers = {"number": sent.index(part) + 1, "total": len(sent), "store": merchant.name}
        place = _("Parcel %(number)d of %(total)d, %(store)s") % numbers
    return ParcelShown(
        store=merchant.name,
        cloth=merchant.cloth,
        heading=_heading(part),
        tag=tag,
        tag_kind=kind,
        place=place,
        lines=tuple(_line(line, order) for line in lines),
        steps=tuple(_steps(order, part)) if part.service else (),
        ways=ways,
        is_sent=bool(part.service),
        part=part,
    )


def _is_apart(part: Suborder) -> bool:
    """Return whether a part of an order leaves in several parcels, so that each has contents."""
    return part.is_partly_sent or len(part.shipments.all()) > 1


def _heading(part: Suborder) -> str:
    if part.state == Suborder.State.DELIVERED:
        return _delivered(part) if part.service else part.merchant.name
    if part.service and part.state != Suborder.State.CANCELLED:
        return arrives(cast("date", part.arrives_from), cast("date", part.arrives_to))
    return part.merchant.name


def _delivered(part: Suborder) -> str:
    if part.delivered_at is None:
        return _("Delivered")
    return _("Delivered %(date)s") % {"date": day_at(part.delivered_at)}


def _tag(part: Suborder) -> tuple[str, str]:
    if part.is_partly_sent:
        return _("Partly shipped"), "info"
    return _tag_of_state(part)


def _tag_of_state(part: Suborder) -> tuple[str, str]:
    match part.state:
        case Suborder.State.DELIVERED if not part.service:
            return _("Took place"), "good"
        case Suborder.State.DELIVERED:
            return _("Delivered"), "good"
        case Suborder.State.CANCELLED:
            return _("Cancelled"), "bad"
        case Suborder.State.SHIPPED:
            return _("On the way"), "info"
        case _ if part.service:
            return _("Being packed"), "warn"
        case _:
            return pgettext("order state", "Paid"), "good"


def _line(line: OrderLine, order: Order, count: int | None = None) -> Wording:
    """Return a line with its units; a count is of those in one parcel."""
    facts = {"quantity": count or line.quantity, "product": line.read}
    text, foreign = _("%(quantity)d × %(product)s") % facts, line.mark(order, language())
    if not line.gone or count:
        return Wording(text, foreign)
    gone = _("%(back)s of %(total)s refunded") % {"back": line.gone, "total": line.quantity}
    return Wording(f"{text} ({gone})", foreign)


def _steps(order: Order, part: Suborder) -> list[Step]:
    """Return the steps of a parcel's way: those done, the present one, those to come.

    That it arrived is said where somebody has written it down, and never announced: nobody tells
    the shop. Not yet carrier-scans.
    """
    paid_at = cast("datetime", order.paid_at)
    paid = Step.done_at(pgettext("order state", "Paid"), paid_at)
    at_store = {"place": part.merchant.city}
    if part.state == Suborder.State.CANCELLED:
        return [paid, Step(_("Cancelled"), "", "now")]
    if part.state == Suborder.State.WAITING:
        due = _("Due by %(date)s") % {"date": day(cast("date", part.ship_by))}
        packed, handed = _("Being packed in %(place)s"), list[Step]()
        if part.is_partly_sent:
            packed = _("The rest is being packed in %(place)s")
            handed = _handed(part, "done")
        return [
            paid,
            *handed,
            Step(packed % at_store, due, "now"),
            Step(_("On the way"), "", ""),
        ]
    is_there = part.state == Suborder.State.DELIVERED
    return [
        paid,
        Step(_("Packed in %(place)s") % at_store, "", "done"),
        *_handed(part, "done" if is_there else "now"),
        *([Step(_("Delivered"), "", "now")] if is_there else []),
    ]


def _handed(part: Suborder, kind: str) -> list[Step]:
    """Return a step for each parcel of a part that has left."""
    handed = _("Handed to %(carrier)s")
    return [
        Step.done_at(handed % {"carrier": row.carrier}, row.shipped_at, kind)
        for row in part.shipments.all()
    ]
