"""One order as those read it who help with it: its parcels, its money, its shopper."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Sum
from django.urls import reverse
from django.utils.translation import get_language_info, override

from cms.dashboard.addresses import screen_of_product, screen_of_store
from cms.dashboard.permissions import may
from shop.catalogue.delivery.names import address_lines, service_name
from shop.core.currencies import written
from shop.money.settlements.money import reasons, why_kept
from shop.orders.models import Discount, Order, OrderLine, Shipment, Suborder
from shop.orders.refund import refunded
from shop.orders.sums import lines_by_part, order_rows
from shop.orders.text import sent_elsewhere
from shop.people.accounts.models import User

NOTHING_SENT = "guests come by themselves"


@dataclass(frozen=True, slots=True)
class OrderedLine:
    """One line in written amounts: ``amount`` less ``discount`` is ``paid``."""

    line: OrderLine
    product_url: str
    deal_url: str
    price: str
    amount: str
    discount: str
    paid: str
    back: int


@dataclass(frozen=True, slots=True)
class SentParcel:
    """The parcel of one store, or the visits that it hosts; ``total`` is lines and delivery.

    ``acts`` are labels and addresses of what its reader may do with it.
    """

    part: Suborder
    store_url: str
    service: str
    lines: tuple[OrderedLine, ...]
    shipments: tuple[tuple[Shipment, str], ...]  # each with where it went, if elsewhere
    delivery: str
    total: str
    earnings: str
    acts: tuple[tuple[str, str], ...]  # label and address of what may be done with it


@dataclass(frozen=True, slots=True)
class ShopperShown:
    """Who bought, and how they are reached; for those alone who may mend the order."""

    name: str
    email: str
    phone: str
    address: tuple[str, ...]
    language: str
    account: str
    others: int


def parcels_of(order: Order, by: User) -> list[SentParcel]:
    """Return the parts of an order, each with its lines. Seven statements."""
    rows = order.suborders.select_related("merchant").prefetch_related(
        "lines__product",
        "lines__deal__slot__festival",
        "shipments__contact",
        "shipments__by",
        "shipments__lines__line",
    )
    parts = list(rows.annotate(**reasons()))
    lines = [line for part in parts for line in part.lines.all()]
    taken = dict(
        Discount.objects.filter(line__in=lines)
        .order_by()
        .values_list("line")
        .annotate(amount=Sum("amount"))
    )
    back = refunded(lines)
    return [_parcel(order, part, taken, back, by) for part in parts]


def sums_of(order: Order) -> list[tuple[str, str]]:
    """Return the sums of an order, row by row: all rows together are its total. One statement."""
    return order_rows(order, lines_by_part(order))


def shopper_of(order: Order) -> ShopperShown:
    """Return who bought. One statement."""
    contact = order.contact
    same = Order.objects.filter(email_key=order.email_key).exclude(pk=order.pk)
    return ShopperShown(
        name=contact.name,
        email=contact.email,
        phone=contact.phone,
        address=address_lines(contact, "en"),
        language=get_language_info(order.language)["name"],
        account=order.user.email if order.user else "",
        others=same.count() if contact.email else 0,
    )


def _parcel(
    order: Order, part: Suborder, taken: dict[int, int], back: dict[int, int], by: User
) -> SentParcel:
    lines = list(part.lines.all())
    total = sum(line.paid for line in lines) + part.delivery_paid
    return SentParcel(
        part=part,
        store_url=screen_of_store(part.merchant),
        service=service_name(part.service) if part.service else NOTHING_SENT,
        lines=tuple(_line(order, line, taken, back, by) for line in lines),
        shipments=tuple((row, _elsewhere(row, order, by)) for row in part.shipments.all()),
        delivery=_amount(part.delivery_paid, order),
        total=_amount(total, order),
        earnings=_earnings(order, part),
        acts=tuple(_acts(order, part)) if may(by, "publish_festival") else (),
    )


def _earnings(order: Order, part: Suborder) -> str:
    """Say what a store earns on a parcel, and where that money is."""
    if not order.is_paid:
        return ""
    amount = _amount(part.kept, order)
    if part.settled_at:
        return f"{amount}, settled on {part.settled_at:%-d %B %Y}."
    with override("en"):
        why = why_kept(part, to_store=False)
    if why:
        return f"{amount}. {why}"
    if part.release_at:
        return f"{amount}. It may be settled from {part.release_at:%-d %B %Y}."
    return f"{amount}. It waits until the parcel has arrived, and 14 days more."


def _acts(order: Order, part: Suborder) -> Iterator[tuple[str, str]]:
    """Yield what an organizer may do with a parcel."""
    if not order.is_paid:
        return
    asked = f"?part={part.pk}"
    if part.state == Suborder.State.SHIPPED:
        yield "It arrived", reverse("desk:order-arrived", args=[order.pk]) + asked
    if part.service and part.state in (Suborder.State.SHIPPED, Suborder.State.DELIVERED):
        yield "Send a replacement", reverse("desk:order-replace", args=[order.pk]) + asked
    if part.settled_at is None:
        label = "Let go its earnings" if part.held_at else "Keep its earnings"
        yield label, reverse("desk:order-keep", args=[order.pk]) + asked


def _line(
    order: Order, line: OrderLine, taken: dict[int, int], back: dict[int, int], by: User
) -> OrderedLine:
    deal = line.deal
    discount = taken.get(line.pk, 0)
    return OrderedLine(
        line=line,
        product_url=screen_of_product(by, line.product),
        deal_url=reverse("desk:deal", args=[deal.slot.festival_id, deal.pk]) if deal else "",
        price=_amount(line.price, order),
        amount=_amount(line.amount, order),
        discount=_amount(-discount, order) if discount else "",
        paid=_amount(line.paid, order),
        back=back.get(line.pk, 0),
    )


def _elsewhere(shipment: Shipment, order: Order, by: User) -> str:
    """Return where a parcel went, if not to the order's address, to those who may know."""
    return ", ".join(sent_elsewhere(shipment, order)) if may(by, "change_order") else ""


def _amount(minor: int, order: Order) -> str:
    return written(minor, order.currency, "en")
