"""Places: how many nominations a slot takes, and how many a store may make."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.db.models import Q
from django.utils.translation import gettext as _

from shop.catalogue.models import Product
from shop.festivals.models import Deal, Enrolment, Nomination, Slot
from shop.festivals.nominations.proposal import Problem


class Nominated(Protocol):
    """A product in a slot, for a store's part in the festival."""

    @property
    def product(self) -> Product: ...
    @property
    def slot(self) -> Slot: ...
    @property
    def enrolment(self) -> Enrolment: ...


@dataclass(frozen=True, slots=True)
class Places:
    """What is taken: approved products by slot, products of each store, deals there already."""

    by_slot: Mapping[int, frozenset[int]]
    by_enrolment: Mapping[int, frozenset[int]]
    deals: frozenset[tuple[int, int]]

    def problems(self, case: Nominated) -> Iterator[Problem]:
        """Say why there is no place for a nomination."""
        slot, festival, product = case.slot, case.slot.festival, case.product.pk
        approved = self.by_slot.get(slot.pk, frozenset()) - {product}
        if slot.max_nominations is not None and len(approved) >= slot.max_nominations:
            yield Problem.at("slot", _("All places in this slot are taken."))
        own = self.by_enrolment.get(case.enrolment.pk, frozenset()) - {product}
        if festival.max_nominations is not None and len(own) >= festival.max_nominations:
            text = _("A store may nominate %(count)d products at the most.")
            yield Problem.at("product", text % {"count": festival.max_nominations})
        if (slot.pk, product) in self.deals:
            yield Problem.at("slot", _("This product has a deal in this slot already."))


def read_places(cases: Sequence[Nominated], *, at: datetime) -> Places:
    """Return what is taken of the places that nominations want. Two statements."""
    slots = {case.slot.pk for case in cases}
    stores = {case.enrolment.pk for case in cases}
    approved = Q(slot__in=slots, state=Nomination.State.APPROVED)
    own = Q(enrolment__in=stores, state__in=(Nomination.State.SUBMITTED, Nomination.State.APPROVED))
    rows = Nomination.objects.filter(approved | own).values_list(
        "slot", "enrolment", "product", "state"
    )
    by_slot: dict[int, set[int]] = {pk: set() for pk in slots}
    by_enrolment: dict[int, set[int]] = {pk: set() for pk in stores}
    for slot, enrolment, product, state in rows:
        if state == Nomination.State.APPROVED and slot in slots:
            by_slot[slot].add(product)
        if enrolment in stores:
            by_enrolment[enrolment].add(product)
    deals = Deal.objects.exclude(state__in=Deal.GONE).filter(
        slot__in=slots,
        variant__product__in={case.product.pk for case in cases},
        effective_to__gt=at,
    )
    return Places(
        {pk: frozenset(products) for pk, products in by_slot.items()},
        {pk: frozenset(products) for pk, products in by_enrolment.items()},
        frozenset(deals.values_list("slot", "variant__product").distinct()),
    )
