"""What is sent once more for a parcel, and how far it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from shop.checkout.order.summary import GONE, OrderShown, Step, Way
from shop.core.languages import Wording
from shop.money.returns.words import replacement_words
from shop.orders.cart.formats import day, language
from shop.orders.models import Order, Replacement, Suborder

State = Replacement.State


@dataclass(frozen=True, slots=True)
class AgainShown:
    """A replacement: what is in it, how far it is, and where its arrival is written down."""

    lines: tuple[Wording, ...]
    state: str
    tag: str
    steps: tuple[Step, ...]
    way: Way | None
    arrival_url: str


def replacements_of(order: Order, shown: OrderShown) -> dict[int, list[AgainShown]]:
    """Return what is sent once more, by the part of the order. Two statements, or none."""
    parts = {
        parcel.part.pk: parcel.part
        for parcel in shown.parcels
        if parcel.part.service and parcel.part.state in GONE
    }
    found: dict[int, list[AgainShown]] = defaultdict(list)
    rows = Replacement.objects.filter(suborder__in=parts).prefetch_related("lines__line")
    for row in rows if parts else ():
        found[row.suborder_id].append(_shown(order, parts[row.suborder_id], row))
    return found


def _shown(order: Order, part: Suborder, row: Replacement) -> AgainShown:
    lines = []
    for one in row.lines.all():
        facts = {"quantity": one.quantity, "product": one.line.read}
        text = _("%(quantity)d × %(product)s") % facts
        lines.append(Wording(text, one.line.mark(order, language())))
    text, tag = replacement_words(row.state)
    way = Way.of(row) if row.shipped_at else None
    place = [order.number, order.token, row.pk]
    url = reverse("order-replacement-arrival", args=place) if row.is_on_its_way else ""
    return AgainShown(tuple(lines), text, tag, tuple(_steps(part, row)), way, url)


def _steps(part: Suborder, row: Replacement) -> Sequence[Step]:
    """Return the steps of a replacement's way: those done, the present one, those to come."""
    promised = Step.done_at(_("Replacement promised"), row.made_at)
    at_store = {"place": part.merchant.city}
    if row.state == State.CANCELLED:
        return [promised, Step(_("Cancelled"), "", "now")]
    if row.shipped_at is None:
        due = _("Due by %(date)s") % {"date": day(row.ship_by)}
        packed = Step(_("Being packed in %(place)s") % at_store, due, "now")
        return [promised, packed, Step(_("On the way"), "", "")]
    is_there = row.state == State.DELIVERED
    handed = _("Handed to %(carrier)s") % {"carrier": row.carrier}
    kind = "done" if is_there else "now"
    steps = [promised, Step.done_at(handed, row.shipped_at, kind)]
    return [*steps, Step(_("Delivered"), "", "now")] if is_there else steps
