"""What a nomination would mean, said while it is typed: nothing here writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from shop.catalogue.models import Product, Variant
from shop.festivals import fence
from shop.festivals.facts import planned_prices, timelines
from shop.festivals.models import Enrolment, Nomination, Slot
from shop.festivals.places import Places, read_places
from shop.festivals.pricing.items import first_rise, percent_off, prior_sale, reduced, regular_price
from shop.festivals.pricing.terms import VariantTerms
from shop.festivals.proposals import Case, Check, Proposal, VariantCheck
from shop.festivals.reductions import dearer, rising
from shop.festivals.rules import must_beat, problems_of, sentences
from shop.money import share

__all__ = ["Case", "Check", "Proposal", "VariantCheck", "check", "check_all"]


def check(
    product: Product,
    slot: Slot,
    enrolment: Enrolment,
    proposal: Proposal,
    *,
    decided_at: datetime | None = None,
    at: datetime,
) -> Check:
    """Say what a proposal means for each variant, and, unless decided, what stands in its way."""
    return check_all([Case(product, slot, enrolment, proposal, decided_at)], at=at)[0]


def check_all(cases: Sequence[Case], *, at: datetime) -> list[Check]:
    """Check many proposals at once. Ten statements at the most, however many."""
    products = {case.product.pk for case in cases}
    rows = Variant.objects.to_come(at=at).filter(product__in=products)
    variants: dict[int, list[Variant]] = {pk: [] for pk in products}
    for variant in rows.select_related("pool").order_by("position", "pk"):
        variants[variant.product_id].append(variant)
    known = _timelines(variants, at=at)
    waiting = fence.promised({v.pool_id for own in variants.values() for v in own}, at=at)
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
    starts_at = max(slot.starts_at, case.decided_at or at)
    # Of an experience only dates after the slot's start are meant, as approval does.
    variants = [v for v in variants if v.session_start is None or v.session_start > starts_at]
    pools = {variant.pool_id: variant.pool for variant in variants}
    free = {pk: pool.free - waiting.get(pk, 0) for pk, pool in pools.items()}
    left = free if case.decided_at else _left(variants, proposal, free)
    rows = tuple(
        replace(
            _check(variant, known.get(variant.pk), case, starts_at),
            left=_items(left, variant),
        )
        for variant in variants
    )
    if case.decided_at:
        return Check(tuple(replace(row, sentence="") for row in rows), (), ())
    problems = [*problems_of(case, rows, left), *places.problems(case)]
    warnings = () if must_beat(slot) else tuple(sentences(rows))
    return Check(rows, tuple(dict.fromkeys(problems)), warnings)


def _check(
    variant: Variant, terms: VariantTerms | None, case: Case, starts_at: datetime
) -> VariantCheck:
    proposal, zone = case.proposal, case.slot.festival.zone
    regular = regular_price(terms, starts_at) if terms else None
    before = prior_sale(terms, starts_at) if terms else None
    price = _price(variant, regular, proposal)
    prior = before[1] if before else None
    sentence = ""
    if price is not None and before and price >= before[1]:
        sentence = dearer(price, before[1], before[0], zone)
    is_percent = proposal.rule == Nomination.Rule.PERCENT and price is not None
    rise = first_rise(terms.regular, starts_at, case.slot.ends_at) if terms and is_percent else None
    return VariantCheck(
        variant=variant,
        regular=regular,
        price=price,
        prior=prior,
        percent=percent_off(price, prior) if price is not None else None,
        payout=None if price is None else price - _commission(price, case.enrolment),
        allotment=proposal.allotments.get(variant.pk),
        sentence=sentence,
        rise=rising(rise, zone) if rise else "",
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


def _items(left: Mapping[int, int], variant: Variant) -> int:
    return max(0, left[variant.pool_id]) // variant.units_per_item
