"""What a nomination would mean, said while it is typed: nothing here writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.utils.translation import gettext as _

from shop.catalogue.models import Product, Variant
from shop.festivals import fence
from shop.festivals.facts import planned_prices, timelines
from shop.festivals.models import Enrolment, Nomination, Slot
from shop.festivals.places import Places, read_places
from shop.festivals.pricing.items import percent_off, prior_sale, reduced, regular_price
from shop.festivals.pricing.terms import VariantTerms
from shop.festivals.reductions import amount, dearer
from shop.money import share


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a merchant types: one rule for all variants of a product in a slot.

    ``prices`` are minor units by variant id; ``allotments`` units by variant id, none where the
    deal sells from everyday stock.
    """

    rule: str = Nomination.Rule.PERCENT
    percent: int | None = None
    prices: Mapping[int, int] = field(default_factory=dict)
    allotments: Mapping[int, int] = field(default_factory=dict)
    per_shopper: int | None = None


@dataclass(frozen=True, slots=True)
class VariantCheck:
    """What the proposal means for one variant. Amounts are minor units.

    ``sentence`` says why the price cannot be called a reduction, else nothing. ``left`` are the
    units that stay for everyday sale.
    """

    variant: Variant
    regular: int | None
    price: int | None
    prior: int | None
    percent: int | None
    payout: int | None
    allotment: int | None
    left: int = 0
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """The whole answer: ``problems`` keep it from being submitted, ``warnings`` do not."""

    variants: tuple[VariantCheck, ...]
    problems: tuple[str, ...]
    warnings: tuple[str, ...]

    @property
    def is_clean(self) -> bool:
        """Tell whether it may be submitted and has nothing that a reviewer should weigh."""
        return not self.problems and not self.warnings


@dataclass(frozen=True, slots=True)
class Case:
    """A proposal with what it is about."""

    product: Product
    slot: Slot
    enrolment: Enrolment
    proposal: Proposal


def check(
    product: Product, slot: Slot, enrolment: Enrolment, proposal: Proposal, *, at: datetime
) -> Check:
    """Say what a proposal means for each variant, and what stands in its way."""
    return check_all([Case(product, slot, enrolment, proposal)], at=at)[0]


def check_all(cases: Sequence[Case], *, at: datetime) -> list[Check]:
    """Check many proposals at once. Ten statements at the most, however many."""
    products = {case.product.pk for case in cases}
    rows = Variant.objects.to_come(at=at).filter(product__in=products)
    variants: dict[int, list[Variant]] = {pk: [] for pk in products}
    for variant in rows.select_related("pool").order_by("position", "pk"):
        variants[variant.product_id].append(variant)
    known = _timelines(variants, at=at)
    waiting = fence.set_aside({v.pool_id for own in variants.values() for v in own}, at=at)
    places = read_places(cases, at=at)
    return [
        _judge(case, variants[case.product.pk], known.get(case.product.pk, {}), waiting, places, at)
        for case in cases
    ]


def _timelines(
    variants: Mapping[int, Sequence[Variant]], *, at: datetime
) -> dict[int, dict[int, VariantTerms]]:
    """Return the prices of products by variant; of those not on sale yet what is planned."""
    known = timelines(variants.keys())
    fresh = [variant for pk, own in variants.items() if not known.get(pk) for variant in own]
    planned = planned_prices(fresh, at=at) if fresh else {}
    for variant in fresh:
        known.setdefault(variant.product_id, {})[variant.pk] = planned[variant.pk]
    return known


def _judge(
    case: Case,
    variants: Sequence[Variant],
    known: Mapping[int, VariantTerms],
    waiting: Mapping[int, int],
    places: Places,
    at: datetime,
) -> Check:
    slot, proposal = case.slot, case.proposal
    starts_at = max(slot.starts_at, at)
    # Of an experience only dates after the slot's start are meant, as approval does.
    variants = [v for v in variants if v.session_start is None or v.session_start > starts_at]
    pools = {variant.pool_id: variant.pool for variant in variants}
    free = {pk: pool.free - waiting.get(pk, 0) for pk, pool in pools.items()}
    left = _left(variants, proposal, free)
    rows = tuple(
        replace(
            _check(variant, known.get(variant.pk), proposal, case.enrolment, starts_at),
            left=_items(left, variant),
        )
        for variant in variants
    )
    problems = [
        *_product_problems(case.product),
        *_price_problems(rows, proposal),
        *_rule_problems(rows, slot, proposal),
        *_stock_problems(rows, left),
        *places.problems(case),
    ]
    warnings = () if _must_beat(slot) else tuple(_sentences(rows))
    return Check(rows, tuple(dict.fromkeys(problems)), warnings)


def _check(
    variant: Variant,
    terms: VariantTerms | None,
    proposal: Proposal,
    enrolment: Enrolment,
    starts_at: datetime,
) -> VariantCheck:
    regular = regular_price(terms, starts_at) if terms else None
    before = prior_sale(terms, starts_at) if terms else None
    price = _price(variant, regular, proposal)
    prior = before[1] if before else None
    sentence = ""
    if price is not None and before and price >= before[1]:
        sentence = dearer(price, before[1], before[0], enrolment.festival.zone)
    return VariantCheck(
        variant=variant,
        regular=regular,
        price=price,
        prior=prior,
        percent=percent_off(price, prior) if price is not None else None,
        payout=None if price is None else price - _commission(price, enrolment),
        allotment=proposal.allotments.get(variant.pk),
        sentence=sentence,
    )


def _price(variant: Variant, regular: int | None, proposal: Proposal) -> int | None:
    if _is_left_out(variant, proposal):
        return None
    if proposal.rule == Nomination.Rule.FIXED:
        return proposal.prices.get(variant.pk)
    if regular is None or not proposal.percent or not 1 <= proposal.percent <= 99:
        return None
    return reduced(regular, proposal.percent)


def _is_left_out(variant: Variant, proposal: Proposal) -> bool:
    # Units set aside for some variants leave the others out, as approval does.
    return bool(proposal.allotments) and variant.pk not in proposal.allotments


def _commission(price: int, enrolment: Enrolment) -> int:
    return share(price, enrolment.commission_bp)


def _left(
    variants: Sequence[Variant], proposal: Proposal, free: Mapping[int, int]
) -> dict[int, int]:
    """Return what stays in each pool once the allotments are set aside; below zero: too few."""
    left = dict(free)
    for variant in variants:
        left[variant.pool_id] -= proposal.allotments.get(variant.pk, 0) * variant.units_per_item
    return left


def _product_problems(product: Product) -> list[str]:
    if product.state in (Product.State.SUBMITTED, Product.State.PUBLISHED):
        return []
    return [_("Submit the product itself first.")]


def _items(left: Mapping[int, int], variant: Variant) -> int:
    return max(0, left[variant.pool_id]) // variant.units_per_item


def _price_problems(rows: Sequence[VariantCheck], proposal: Proposal) -> list[str]:
    if proposal.rule == Nomination.Rule.PERCENT and not 1 <= (proposal.percent or 0) <= 99:
        return [_("A percentage is a whole number between 1 and 99.")]
    priced = [row for row in rows if row.price is not None]
    if not priced:
        return [_("Give a price for at least one variant.")]
    found = []
    for row in priced:
        if row.regular is None:
            found.append(_("%(sku)s has no regular price yet.") % {"sku": row.variant.sku})
        elif row.price >= row.regular:
            facts = {"sku": row.variant.sku, "price": amount(row.regular)}
            found.append(_("%(sku)s: the price must be below %(price)s.") % facts)
    return found


def _rule_problems(rows: Sequence[VariantCheck], slot: Slot, proposal: Proposal) -> list[str]:
    festival, found = slot.festival, []
    least = festival.min_percent_off
    for row in rows:
        if row.price is None or not row.regular:
            continue
        if row.price > reduced(row.regular, least):  # rounded as the deal itself is
            facts = {"sku": row.variant.sku, "percent": least}
            text = _("%(sku)s: this festival asks for at least %(percent)d %% off.")
            found.append(text % facts)
    if festival.min_allotment:
        units = sum(proposal.allotments.values())
        if units < festival.min_allotment:
            text = _("This festival asks for at least %(count)d units set aside.")
            found.append(text % {"count": festival.min_allotment})
    if proposal.per_shopper is not None and proposal.per_shopper < 1:
        found.append(_("A limit per shopper is at least 1."))
    if _must_beat(slot):
        found += _sentences(rows)
    return found


def _stock_problems(rows: Sequence[VariantCheck], left: Mapping[int, int]) -> list[str]:
    found = []
    for row in rows:
        if row.allotment is not None and row.allotment < 1:
            found.append(_("%(sku)s: set at least 1 unit aside.") % {"sku": row.variant.sku})
        elif row.allotment and left[row.variant.pool_id] < 0:
            most = (left[row.variant.pool_id] // row.variant.units_per_item) + row.allotment
            facts = {"sku": row.variant.sku, "count": max(0, most)}
            found.append(_("%(sku)s: only %(count)d units are free to be set aside.") % facts)
    return found


def _sentences(rows: Sequence[VariantCheck]) -> list[str]:
    return list(dict.fromkeys(row.sentence for row in rows if row.sentence))


def _must_beat(slot: Slot) -> bool:
    return slot.festival.must_beat_prior_price
