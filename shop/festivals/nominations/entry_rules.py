"""The rules for a nomination to become a deal, each with its sentence, which stands here alone.

``checks`` asks them while a proposal is typed, in the queue and in bulk. ``approval_checks`` asks
those that may have changed since once more, under the locks: that answer is the last word.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from shop.catalogue.models import Product
from shop.core.errors import NotPossible
from shop.festivals.models import Deal, Enrolment, Festival, Nomination, Slot
from shop.festivals.nominations.proposal import Case, Problem, Proposal, VariantCheck
from shop.festivals.prices.reductions import amount
from shop.festivals.pricing.kinds import reduced

DOUBTFUL = 10  # by how much a price is divided that was typed in another currency


def problems_of(case: Case, rows: Sequence[VariantCheck], left: Mapping[int, int]) -> list[Problem]:
    """Return the problems that keep a proposal from being submitted, places aside.

    Args:
        left: what stays in each pool once the allotments are set aside, by pool id.
    """
    slot, proposal = case.slot, case.proposal
    return [
        *_product_problems(case.product),
        *_price_problems(rows, proposal),
        *_reduction_problems(rows, slot),
        *_ceiling_problems(rows, slot),
        *_unit_problems(slot, proposal),
        *_stock_problems(rows, left),
    ]


def slot_over(slot: Slot, *, at: datetime) -> str:
    """Say that a slot takes no deals any more; nothing while it does."""
    return "" if slot.is_open(at=at) else _("This slot is over.")


def refuse_if_over(slot: Slot, *, at: datetime) -> None:
    """Refuse a slot that takes no deals any more.

    Raises:
        NotPossible: it has ended, or was called off.
    """
    if text := slot_over(slot, at=at):
        raise NotPossible(text)


def slot_full(slot: Slot, approved: int) -> str:
    """Say that as many products are approved for a slot as it takes; nothing before that."""
    if slot.max_nominations is None or approved < slot.max_nominations:
        return ""
    return _("All places in this slot are taken.")


def store_full(festival: Festival, nominated: int) -> str:
    """Say that a store has nominated as many products as it may; nothing before that."""
    if festival.max_nominations is None or nominated < festival.max_nominations:
        return ""
    text = _("A store may nominate %(count)d products at the most.")
    return text % {"count": festival.max_nominations}


def not_published() -> str:
    """Say that a product has to be published before its nomination is approved."""
    return _("The product is not published yet. Decide on it first.")


def sentences(rows: Sequence[VariantCheck]) -> list[Problem]:
    """Return why prices cannot be called reductions, each sentence once."""
    found = [Problem.at("price", row.sentence, row.variant.pk) for row in rows if row.sentence]
    return list(dict.fromkeys(found))


def besides(rows: Sequence[VariantCheck]) -> list[Problem]:
    """Return beside which deals that wait prices are no reductions, each sentence once."""
    found = [Problem.at("price", row.beside, row.variant.pk) for row in rows if row.beside]
    return list(dict.fromkeys(found))


def doubtful(rows: Sequence[VariantCheck]) -> list[Problem]:
    """Ask whether prices are in our currency that are a tenth of the regular ones or less.

    Nothing that a sheet brings can be asked back, so a reviewer decides.
    """
    text = _(
        "%(sku)s: %(price)s is a tenth or less of its regular price, %(regular)s. "
        "Is it in %(currency)s?"
    )
    found = []
    for row in rows:
        if row.price is None or not row.regular or row.price * DOUBTFUL > row.regular:
            continue
        facts = {"sku": row.variant.sku, "price": amount(row.price),
                 "regular": amount(row.regular), "currency": settings.SHOP_CURRENCY}  # fmt: skip
        found.append(Problem.at("price", text % facts, row.variant.pk))
    return found


def must_beat(slot: Slot) -> bool:
    """Tell whether a slot takes real reductions only."""
    return slot.festival.must_beat_prior_price


def ceiling(slot: Slot) -> int | None:
    """Return the highest price of a deal in a slot, in minor units; None without a limit.

    A slot's own limit stands in place of its festival's.
    """
    return slot.festival.price_ceiling if slot.price_ceiling is None else slot.price_ceiling


def _product_problems(product: Product) -> list[Problem]:
    if product.state in (Product.State.SUBMITTED, Product.State.PUBLISHED):
        return []
    return [Problem.at("product", _("Submit the product itself first."))]


def _price_problems(rows: Sequence[VariantCheck], proposal: Proposal) -> list[Problem]:
    if wrong := proposal.kind.problem(proposal.numbers):
        column, text = wrong
        return [Problem.at(column, _(text))]
    priced = [row for row in rows if row.price is not None]
    if not priced:
        return [Problem.at("price", _("Give a price for at least one variant."))]
    found = []
    for row in priced:
        if row.regular is None:
            text = _("%(sku)s has no regular price yet.") % {"sku": row.variant.sku}
            found.append(Problem.at("price", text, row.variant.pk))
        elif not row.reduction:
            facts = {"sku": row.variant.sku, "price": amount(row.regular)}
            text = _("%(sku)s: the price must be below %(price)s.") % facts
            found.append(Problem.at("price", text, row.variant.pk))
        elif row.rise:
            found.append(Problem.at(_column(proposal), row.rise))
    return list(dict.fromkeys(found))


def _column(proposal: Proposal) -> str:
    """Return the column in which the price of a kind of deal is typed."""
    return "price" if proposal.kind.names_prices else proposal.kind.numbers[0].name


def _reduction_problems(rows: Sequence[VariantCheck], slot: Slot) -> list[Problem]:
    least, found = slot.festival.min_percent_off, []
    for row in rows:
        if not row.regular or not row.reduction:
            continue
        asked = row.regular - reduced(row.regular, least)  # rounded as the deal itself is
        if row.reduction < asked:
            facts = {"sku": row.variant.sku, "percent": least}
            text = _("%(sku)s: this festival asks for at least %(percent)d %% off.") % facts
            found.append(Problem.at("price", text, row.variant.pk))
    return [*found, *(sentences(rows) if must_beat(slot) else ())]


def _ceiling_problems(rows: Sequence[VariantCheck], slot: Slot) -> list[Problem]:
    most, found = ceiling(slot), []
    for row in rows:
        if most is not None and row.single is not None and row.single > most:
            facts = {"sku": row.variant.sku, "price": amount(most)}
            text = _("%(sku)s: a deal in this slot costs %(price)s at the most.") % facts
            found.append(Problem.at("price", text, row.variant.pk))
    return found


def _unit_problems(slot: Slot, proposal: Proposal) -> list[Problem]:
    found, least = [], slot.festival.min_allotment
    if least and sum(proposal.allotments.values()) < least:
        text = _("This festival asks for at least %(count)d units set aside.") % {"count": least}
        found.append(Problem.at("units", text))
    if proposal.per_shopper is not None and proposal.per_shopper < 1:
        found.append(Problem.at("limit", _("A limit per shopper is at least 1.")))
    return found


def _stock_problems(rows: Sequence[VariantCheck], left: Mapping[int, int]) -> list[Problem]:
    found = []
    for row in rows:
        if row.allotment is not None and row.allotment < 1:
            text = _("%(sku)s: set at least 1 unit aside.") % {"sku": row.variant.sku}
            found.append(Problem.at("units", text, row.variant.pk))
        elif row.allotment and left[row.variant.pool_id] < 0:
            most = (left[row.variant.pool_id] // row.variant.units_per_item) + row.allotment
            facts = {"sku": row.variant.sku, "count": max(0, most)}
            text = _("%(sku)s: only %(count)d units are free to be set aside.") % facts
            found.append(Problem.at("units", text, row.variant.pk))
    return found


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
    """The places taken: approved products by slot, products of each store, existing deals."""

    by_slot: Mapping[int, frozenset[int]]
    by_enrolment: Mapping[int, frozenset[int]]
    deals: frozenset[tuple[int, int]]

    def problems(self, case: Nominated) -> Iterator[Problem]:
        """Say why there is no place for a nomination."""
        slot, festival, product = case.slot, case.slot.festival, case.product.pk
        approved = self.by_slot.get(slot.pk, frozenset()) - {product}
        if text := slot_full(slot, len(approved)):
            yield Problem.at("slot", text)
        own = self.by_enrolment.get(case.enrolment.pk, frozenset()) - {product}
        if text := store_full(festival, len(own)):
            yield Problem.at("product", text)
        if (slot.pk, product) in self.deals:
            yield Problem.at("slot", _("This product has a deal in this slot already."))


def read_places(cases: Sequence[Nominated], *, at: datetime) -> Places:
    """Return the places already taken where nominations want one. Two statements."""
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
