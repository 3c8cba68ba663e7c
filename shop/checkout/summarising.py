"""A placed order as pages show it: parcels with where they are, amounts, discounts by name."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from zoneinfo import ZoneInfo

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, prefetch_related_objects
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from shop.cart.explaining import label_of
from shop.cart.presenting import SumsShown, or_free
from shop.cart.wording import (
    amount,
    arrives,
    between,
    day,
    full_day,
    items,
    language,
    less,
    parcels,
    stores,
)
from shop.delivery.names import country_name
from shop.festivals.models import Promotion
from shop.orders.models import Discount, Order, OrderLine, Suborder

GONE = (Suborder.State.SHIPPED, Suborder.State.DELIVERED)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a parcel's way; ``kind`` is done, now or empty for what is to come."""

    text: str
    when: str
    kind: str


@dataclass(frozen=True, slots=True)
class Way:
    """Who carries a parcel, and where to follow it."""

    carrier: str
    number: str
    url: str


@dataclass(frozen=True, slots=True)
class ParcelShown:
    """What one store sends, or the visits that it hosts."""

    store: str
    cloth: str
    heading: str
    tag: str
    tag_kind: str
    place: str
    lines: tuple[str, ...]
    steps: tuple[Step, ...]
    ways: tuple[Way, ...]
    is_sent: bool


@dataclass(frozen=True, slots=True)
class OrderShown:
    """Everything that an order's pages say of it."""

    parcels: tuple[ParcelShown, ...]
    sums: SumsShown
    placed: str
    address: tuple[str, ...]
    first: str

    @property
    def packing(self) -> int:
        """Return how many stores send something."""
        return sum(parcel.is_sent for parcel in self.parcels)


def show_order(order: Order) -> OrderShown:
    """Return what pages say of an order.

    One statement, two if a parcel is on its way.
    """
    lines = _lines_by_part(order)
    gone = [part for part in lines if part.state in GONE]
    prefetch_related_objects(gone, "shipments")
    sent = [part for part in lines if part.service]
    shown = [_parcel(order, part, lines[part], sent) for part in lines]
    soonest = min(sent, key=lambda part: (part.arrives_from, part.arrives_to), default=None)
    return OrderShown(
        parcels=tuple(shown),
        sums=_sums(order, lines),
        placed=_placed(order, sent),
        address=(*order.contact.lines, country_name(order.contact.country, language())),
        first=_first(soonest) if soonest else "",
    )


def paid_with(method: str) -> str:
    """Return how an order was paid, "Visa ending 4242", from what the provider said."""
    brand, _space, digits = method.rpartition(" ")
    if not brand or not digits.isdecimal():
        return method
    return _("%(brand)s ending %(digits)s") % {"brand": brand, "digits": digits}


def show_order_sums(order: Order) -> SumsShown:
    """Return what an order comes to. One statement."""
    return _sums(order, _lines_by_part(order))


def _lines_by_part(order: Order) -> dict[Suborder, list[OrderLine]]:
    """Return the lines of each suborder, in their order; read together, since none is empty."""
    benefits = Discount.objects.filter(line=OuterRef("pk")).values(
        json=JSONObject(
            code="promotion__code",
            title="promotion__title",
            group="promotion__group",
            trigger="promotion__trigger",
            amount="amount",
        )
    )
    lines = OrderLine.objects.filter(order=order).select_related("suborder__merchant")
    lines = lines.annotate(benefits=ArraySubquery(benefits.order_by("pk")))
    found: dict[Suborder, list[OrderLine]] = {}
    for line in lines.order_by("suborder__position", "position"):
        found.setdefault(line.suborder, []).append(line)
    return found


def _sums(order: Order, lines: Mapping[Suborder, Sequence[OrderLine]]) -> SumsShown:
    counted = {
        "items": items(sum(line.quantity for part in lines.values() for line in part)),
        "stores": stores(len(lines)),
    }
    rows = [(_("%(items)s from %(stores)s") % counted, amount(order.goods, order.currency))]
    discounts = _discounts(chain.from_iterable(lines.values()))
    rows += [(text, less(minor, order.currency)) for text, minor in discounts]
    if sent := sum(1 for part in lines if part.service):
        facts = {
            "country": country_name(order.contact.country, language()),
            "parcels": parcels(sent),
        }
        rows.append((_("Delivery to %(country)s, %(parcels)s") % facts, or_free(order.delivery)))
    return SumsShown(tuple(rows), amount(order.total, order.currency), "", "")


def _discounts(lines: Iterable[OrderLine]) -> list[tuple[str, int]]:
    """Return each discount on goods by its name, with what it took off."""
    found: dict[str, int] = defaultdict(int)
    for benefit in chain.from_iterable(line.benefits for line in lines):
        name = benefit["code"] or benefit["title"]
        is_voucher = benefit["trigger"] != Promotion.Trigger.AUTOMATIC
        found[label_of(name, benefit["group"], is_voucher=is_voucher)] += benefit["amount"]
    return list(found.items())


def _placed(order: Order, sent: Sequence[Suborder]) -> str:
    if not sent:
        return full_day(order.placed_at)
    country = country_name(order.contact.country, language())
    place = f"{order.contact.city}, {country}" if order.contact.city else country
    return _("Placed %(date)s. %(parcels)s to %(place)s.") % {
        "date": full_day(order.placed_at),
        "parcels": parcels(len(sent)),
        "place": place,
    }


def _first(part: Suborder) -> str:
    days = between(part.arrives_from, part.arrives_to)
    return _("The first parcel should be with you between %(from)s and %(to)s.") % days


def _parcel(
    order: Order, part: Suborder, lines: Sequence[OrderLine], sent: Sequence[Suborder]
) -> ParcelShown:
    merchant = part.merchant
    shipments = part.shipments.all() if part.state in GONE else ()
    ways = tuple(Way(row.carrier, row.tracking_number, row.tracking_url) for row in shipments)
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
        lines=tuple(_line(line) for line in lines),
        steps=tuple(_steps(order, part)) if part.service else (),
        ways=ways,
        is_sent=bool(part.service),
    )


def _heading(part: Suborder) -> str:
    if part.state == Suborder.State.DELIVERED:
        return _("Delivered")
    if part.service and part.state != Suborder.State.CANCELLED:
        return arrives(part.arrives_from, part.arrives_to)
    return part.merchant.name


def _tag(part: Suborder) -> tuple[str, str]:
    match part.state:
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


def _line(line: OrderLine) -> str:
    title = f"{line.title}, {line.label}" if line.options else line.title
    return _("%(quantity)d × %(product)s") % {"quantity": line.quantity, "product": title}


def _steps(order: Order, part: Suborder) -> list[Step]:
    """Return the way of a parcel: what is done, where it is, what is to come."""
    paid = Step(pgettext("order state", "Paid"), _moment(order.paid_at), "done")
    at_store = {"place": part.merchant.city}
    if part.state == Suborder.State.CANCELLED:
        return [paid, Step(_("Cancelled"), "", "now")]
    if part.state == Suborder.State.WAITING:
        due = _("Due by %(date)s") % {"date": day(part.ship_by)}
        return [
            paid,
            Step(_("Being packed in %(place)s") % at_store, due, "now"),
            Step(_("On the way"), "", ""),
            Step(_("Delivered"), "", ""),
        ]
    is_there = part.state == Suborder.State.DELIVERED
    on_the_way = [_handed(row.carrier, row.shipped_at, is_there) for row in part.shipments.all()]
    return [
        paid,
        Step(_("Packed in %(place)s") % at_store, "", "done"),
        *on_the_way,
        Step(_("Delivered"), "", "now" if is_there else ""),
    ]


def _handed(carrier: str, shipped_at: datetime, is_there: bool) -> Step:
    text = _("Handed to %(carrier)s") % {"carrier": carrier}
    return Step(text, _moment(shipped_at), "done" if is_there else "now")


def _moment(at: datetime) -> str:
    there = at.astimezone(ZoneInfo("UTC"))
    return _("%(date)s at %(time)s") % {"date": day(there), "time": f"{there:%H:%M} UTC"}
