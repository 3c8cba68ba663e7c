"""Benefits on the whole order: which promotions apply, in which order, and how they shrink."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from shop.core.money import split
from shop.festivals.pricing.benefit_kinds import Group
from shop.festivals.pricing.goods import PricedUnits
from shop.festivals.pricing.segments import Segment
from shop.festivals.pricing.terms import Basket, PromotionTerms
from shop.festivals.pricing.weighing import (
    Benefit,
    Note,
    Part,
    Why,
    parts_of,
    weigh,
    weigh_delivery,
)


@dataclass(slots=True)
class _Applied:
    """The benefits used so far, and the amount that remains of each segment."""

    remaining: list[int]
    used: list[Benefit] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    doubtful: list[PromotionTerms] = field(default_factory=list)


def benefits(
    segments: Sequence[Segment], basket: Basket
) -> tuple[list[Benefit], list[Note], list[int]]:
    """Apply the groups in order; return benefits, notes, and the rest of each segment.

    Thresholds look at one number only: the amounts after item deals, before any benefit. So
    using one voucher can never lose another.
    """
    if not basket.promotions:
        return [], [], [segment.amount for segment in segments]
    applied = _cheapest([segment.units for segment in segments], basket)
    return applied.used, applied.notes, applied.remaining


def shrink(used: Sequence[Benefit], cut: int) -> list[Benefit]:
    """Take ``cut`` back from the benefits, the last first, so that the rest can be charged."""
    kept: list[Benefit] = []
    for benefit in reversed(used):
        less = min(cut, benefit.amount)
        cut -= less
        if benefit.amount > less:
            kept.append(_without(less, benefit))
    return kept[::-1]


def _cheapest(units: Sequence[PricedUnits], basket: Basket) -> _Applied:
    """Leave a doubtful voucher out when the order is cheaper without it.

    In whole units a larger benefit may take one unit less off one of its lines. A later
    percentage of that line's festival then leaves more, and the order could end a unit dearer.
    """
    best = _apply(units, basket)
    for pick in best.doubtful:
        others = tuple(p for p in basket.promotions if p.id != pick.id)
        without = _cheapest(units, replace(basket, promotions=others))
        if sum(without.remaining) < sum(best.remaining):
            best = replace(without, notes=[*without.notes, Note(pick, Why.WORSE)])
    return best


def _apply(units: Sequence[PricedUnits], basket: Basket) -> _Applied:
    applied = _Applied([each.amount for each in units])
    for group in (Group.MERCHANT, Group.SAVE, Group.VOUCHER):
        for candidates in _scopes(basket.promotions, group):
            found = [weigh(promotion, units, applied.remaining) for promotion in candidates]
            for part in _use_best(found, applied):
                applied.remaining[part.place] -= part.amount
    delivery = [p for p in basket.promotions if p.group == Group.SHIPPING]
    parcels = basket.parcels
    _use_best([weigh_delivery(promotion, parcels, units) for promotion in delivery], applied)
    return applied


def _scopes(promotions: Iterable[PromotionTerms], group: Group) -> list[list[PromotionTerms]]:
    """Sort promotions by scope: one of a group per merchant, or per festival."""
    scopes: dict[int, list[PromotionTerms]] = {}
    for promotion in promotions:
        if promotion.group == group:
            merchant = promotion.merchant_id or 0
            scope = merchant if group == Group.MERCHANT else promotion.festival_id
            scopes.setdefault(scope, []).append(promotion)
    return [scopes[key] for key in sorted(scopes)]


def _use_best(
    weighed: Iterable[tuple[Benefit | None, Note | None]], applied: _Applied
) -> tuple[Part, ...]:
    """Use the best benefit of a scope and return its parts.

    A pick wins when it saves at least as much; then the smaller cost to the organizer.
    """
    found: list[Benefit] = []
    for benefit, note in weighed:
        applied.notes += [note] if note else []
        found += [benefit] if benefit else []
    if not found:
        return ()
    best, *others = sorted(found, key=_rank)
    applied.used.append(best)
    picks = [benefit for benefit in others if benefit.promotion.is_picked]
    applied.notes += [Note(b.promotion, Why.WORSE, saves=b.amount) for b in picks]
    if best.promotion.is_voucher and any(_takes_more_somewhere(b, best) for b in others):
        applied.doubtful.append(best.promotion)
    return best.parts


def _rank(benefit: Benefit) -> tuple[int, bool, int, int]:
    promotion = benefit.promotion
    return (-benefit.amount, not promotion.is_picked, benefit.organizer, promotion.id)


def _takes_more_somewhere(benefit: Benefit, best: Benefit) -> bool:
    taken = {part.place: part.amount for part in best.parts}
    return any(part.amount > taken.get(part.place, 0) for part in benefit.parts)


def _without(less: int, benefit: Benefit) -> Benefit:
    """Return the benefit less a cut, which is allocated over its parts."""
    cuts = split(less, [part.amount for part in benefit.parts])
    left = [(part.place, part.amount - cut) for part, cut in zip(benefit.parts, cuts, strict=True)]
    return replace(benefit, parts=parts_of(benefit.promotion, left))
