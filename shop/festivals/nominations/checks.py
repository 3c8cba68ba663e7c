"""The effects of a nomination, told while it is typed: nothing here writes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from shop.catalogue.models import Product, Variant
from shop.core.money import share
from shop.festivals.deals import reserved_stock
from shop.festivals.models import Deal, Enrolment, Slot
from shop.festivals.nominations.approval_checks import deals_of, waiting
from shop.festivals.nominations.entry_rules import (
    Places,
    besides,
    doubtful,
    must_beat,
    problems_of,
    read_places,
    sentences,
)
from shop.festivals.nominations.proposal import Case, Proposal, ProposalCheck, VariantCheck
from shop.festivals.prices.load import planned_prices, timelines
from shop.festivals.prices.reductions import beside, dearer, no_reduction_beside, rising
from shop.festivals.pricing.items import first_rise, percent_off, prior_sale, regular_price
from shop.festivals.pricing.kinds import DealKind
from shop.festivals.pricing.terms import VariantTerms
from shop.festivals.words import deal_text

__all__ = ["Case", "Proposal", "ProposalCheck", "VariantCheck", "check", "check_all"]


def check(
    product: Product,
    slot: Slot,
    enrolment: Enrolment,
    proposal: Proposal,
    *,
    decided_at: datetime | None = None,
    at: datetime,
) -> ProposalCheck:
    """Return the effect of a proposal on each variant and, unless decided, its problems."""
    return check_all([Case(product, slot, enrolment, proposal, decided_at)], at=at)[0]


def check_all(cases: Sequence[Case], *, at: datetime) -> list[ProposalCheck]:
    """Check many proposals at once. Eleven statements at the most, however many.

    What is a reduction by itself may be none beside what waits for another slot: that is a warning,
    since the other may be rejected.
    """
    products = {case.product.pk for case in cases}
    rows = Variant.objects.on_sale(at=at).filter(product__in=products)
    variants: dict[int, list[Variant]] = {pk: [] for pk in products}
    for variant in rows.select_related("pool").order_by("position", "pk"):
        variants[variant.product_id].append(variant)
    known = _timelines(variants, {case.slot.festival_id for case in cases}, at=at)
    around = _Around(
        reserved_stock.promised({v.pool_id for own in variants.values() for v in own}, at=at),
        read_places(cases, at=at),
        _waiting_deals(variants, at=at) if any(not case.decided_at for case in cases) else {},
    )
    return [
        _judge(case, variants[case.product.pk], known.get(case.product.pk, {}), around, at)
        for case in cases
    ]


@dataclass(frozen=True, slots=True)
class _Around:
    """The surroundings of proposals: units promised by pool, places, and deals that wait."""

    promised: Mapping[int, int]
    places: Places
    deals: Mapping[int, Sequence[Deal]]


def _waiting_deals(
    variants: Mapping[int, Sequence[Variant]], *, at: datetime
) -> dict[int, list[Deal]]:
    """Return the deals of waiting nominations if all were approved now, by variant."""
    found: dict[int, list[Deal]] = defaultdict(list)
    for row in waiting(product__in=variants.keys(), slot__ends_at__gt=at):
        starts_at = max(row.slot.starts_at, at)
        for deal in deals_of(row, variants[row.product_id], starts_at=starts_at):
            found[deal.variant_id].append(deal)
    return found


def _timelines(
    variants: Mapping[int, Sequence[Variant]], festivals: Collection[int], *, at: datetime
) -> dict[int, dict[int, VariantTerms]]:
    """Return the prices of products by variant; the planned ones of those not on sale yet."""
    known = timelines(variants.keys(), planned=festivals)
    fresh = [variant for pk, own in variants.items() if not known.get(pk) for variant in own]
    planned = planned_prices(fresh, at=at) if fresh else {}
    for variant in fresh:
        known.setdefault(variant.product_id, {})[variant.pk] = planned[variant.pk]
    return known


def _judge(
    case: Case,
    variants: Sequence[Variant],
    known: Mapping[int, VariantTerms],
    around: _Around,
    at: datetime,
) -> ProposalCheck:
    slot, proposal = case.slot, case.proposal
    starts_at = max(slot.starts_at, case.decided_at or at)
    # Only dates that can be bought when the slot starts are meant, as approval does.
    variants = [variant for variant in variants if variant.is_on_sale(starts_at)]
    pools = {variant.pool_id: variant.pool for variant in variants}
    free = {pk: pool.free - around.promised.get(pk, 0) for pk, pool in pools.items()}
    left = free if case.decided_at else _left(variants, proposal, free)
    rows = tuple(
        replace(
            _check(variant, known.get(variant.pk), case, starts_at, around.deals),
            left=_items(left, variant),
        )
        for variant in variants
    )
    if case.decided_at:
        return ProposalCheck(tuple(replace(row, sentence="", beside="") for row in rows), (), ())
    problems = [*problems_of(case, rows, left), *around.places.problems(case)]
    warnings = [*(() if must_beat(slot) else sentences(rows)), *besides(rows)]
    if proposal.kind.names_prices:
        warnings += doubtful(rows)
    return ProposalCheck(rows, tuple(dict.fromkeys(problems)), tuple(warnings))


def _check(
    variant: Variant,
    terms: VariantTerms | None,
    case: Case,
    starts_at: datetime,
    waiting_deals: Mapping[int, Sequence[Deal]],
) -> VariantCheck:
    proposal, zone = case.proposal, case.slot.festival.zone
    regular = regular_price(terms, starts_at) if terms else None
    before = prior_sale(terms, starts_at) if terms else None
    deal = proposal.deal_for(variant.pk)
    is_priced = deal is not None and (regular is not None or deal.names_prices)
    kind = cast("DealKind", deal)  # wherever there is a price
    price = kind.best_price(regular or 0) if is_priced else None
    prior = before[1] if before else None
    sentence = other = ""
    if price is not None and before and price >= before[1]:
        sentence = dearer(price, before[1], before[0], zone)
    elif price is not None and terms:
        others = [d for d in waiting_deals.get(variant.pk, ()) if d.slot.pk != case.slot.pk]
        found = beside(terms, price, starts_at, others)
        other = no_reduction_beside(*found, price) if found else ""
    rise = None
    if terms and price is not None and proposal.kind.follows_regular:
        rise = first_rise(terms.regular, starts_at, case.slot.ends_at)
    return VariantCheck(
        variant=variant,
        regular=regular,
        price=price,
        single=kind.price(regular or 0) if is_priced else None,
        prior=prior,
        percent=percent_off(cast("int", price), prior)
        if is_priced and not kind.counts_together
        else None,
        payout=None if price is None else price - _commission(price, case.enrolment),
        allotment=proposal.allotments.get(variant.pk),
        sentence=sentence,
        beside=other,
        rise=rising(rise, zone) if rise else "",
        deal_text=deal_text(kind) if is_priced else "",
    )


def _commission(price: int, enrolment: Enrolment) -> int:
    return share(price, enrolment.commission_bp)


def _left(
    variants: Sequence[Variant], proposal: Proposal, free: Mapping[int, int]
) -> dict[int, int]:
    """Return the units left in each pool after the allotments; below zero: too few."""
    left = dict(free)
    for variant in variants:
        left[variant.pool_id] -= proposal.allotments.get(variant.pk, 0) * variant.units_per_item
    return left


def _items(left: Mapping[int, int], variant: Variant) -> int:
    return max(0, left[variant.pool_id]) // variant.units_per_item
