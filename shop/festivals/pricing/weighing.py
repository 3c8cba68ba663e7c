"""The reduction that one promotion would give an order as it stands, or why it gives none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from shop.core.money import split
from shop.festivals.pricing.benefit_kinds import Group
from shop.festivals.pricing.goods import Goods, PricedUnits
from shop.festivals.pricing.terms import PromotionTerms


class Why(StrEnum):
    """The reason why a promotion is not used, or the step that would earn it."""

    NEEDS_MORE = "needs_more"
    BUDGET = "budget"
    USED_UP = "used_up"
    NOTHING_COUNTS = "nothing_counts"
    WORSE = "worse"
    NEXT_STEP = "next_step"
    MINIMUM = "minimum"


@dataclass(frozen=True, slots=True)
class Part:
    """The part of a benefit on one segment, or on the parcel of one merchant.

    ``place`` is the segment's index, or the merchant's id for delivery.
    """

    place: int
    amount: int
    organizer: int

    @property
    def merchant(self) -> int:
        """Return the merchant's share."""
        return self.amount - self.organizer


@dataclass(frozen=True, slots=True)
class Benefit:
    """A promotion in use, with its parts."""

    promotion: PromotionTerms
    parts: tuple[Part, ...]

    @property
    def amount(self) -> int:
        """Return its reduction in all."""
        return sum(part.amount for part in self.parts)

    @property
    def organizer(self) -> int:
        """Return the organizer's share of it."""
        return sum(part.organizer for part in self.parts)


@dataclass(frozen=True, slots=True)
class Note:
    """Something to tell the shopper about a promotion before paying.

    Args:
        missing: what to add to earn it.
        saves: what it would then take off.
        target: the amount at which it is earned.
    """

    promotion: PromotionTerms
    why: Why
    missing: int = 0
    saves: int = 0
    target: int = 0


def weigh(
    promotion: PromotionTerms, units: Sequence[PricedUnits], remaining: Sequence[int]
) -> tuple[Benefit | None, Note | None]:
    """Return the benefit of a promotion on goods, if any, and the note to show about it.

    Args:
        units: of each segment.
        remaining: what earlier groups left of each segment.
    """
    places = [i for i, own in enumerate(units) if _counts(promotion, own)]
    own, left = [units[i] for i in places], [remaining[i] for i in places]
    goods = Goods(own, sum([each.amount for each in own]), sum(left))
    amount = promotion.rule.amount(promotion, goods)
    if amount == 0:
        hint = _hint(promotion, goods, amount) if places else None
        return None, hint or _nothing_counts(promotion)
    if (refused := _limits(promotion, amount)) is not None:
        return None, refused
    shares = split(amount, left)
    parts = parts_of(promotion, zip(places, shares, strict=True))
    return Benefit(promotion, parts), _hint(promotion, goods, amount)


def weigh_delivery(
    promotion: PromotionTerms, parcels: Mapping[int, int], units: Sequence[PricedUnits]
) -> tuple[Benefit | None, Note | None]:
    """Return the benefit on delivery: its minimum is per parcel, its budget over all of them.

    Args:
        parcels: the price of each, by merchant id.
    """
    inside = list(_inside(promotion, parcels, units))
    earned = [(who, amount) for who, spend, amount in inside if spend >= promotion.min_spend]
    benefit = Benefit(promotion, parts_of(promotion, earned))
    if not earned:
        return None, _why_not_free(promotion, inside)
    if (refused := _limits(promotion, benefit.amount)) is not None:
        return None, refused
    return benefit, None


def parts_of(promotion: PromotionTerms, amounts: Iterable[tuple[int, int]]) -> tuple[Part, ...]:
    """Return the parts of a benefit by place, each with the organizer's share of it.

    The organizer's share of the whole benefit is rounded down, once: whoever gives the money
    never pays more than that share of the budget. Cumulative rounding shares it over the parts.
    """
    parts, taken, borne = [], 0, 0
    for place, amount in amounts:
        if not amount:
            continue
        taken += amount
        organizer = taken * promotion.organizer_share // 100 - borne
        borne += organizer
        parts.append(Part(place, amount, organizer))
    return tuple(parts)


def _counts(promotion: PromotionTerms, units: PricedUnits) -> bool:
    merchant = promotion.merchant_id
    if merchant is not None and units.merchant_id != merchant:
        return False
    if promotion.group != Group.MERCHANT and units.festival_id != promotion.festival_id:
        return False
    return promotion.rule.counts(promotion, units)


def _nothing_counts(promotion: PromotionTerms) -> Note | None:
    # A pick is never passed over in silence.
    return Note(promotion, Why.NOTHING_COUNTS) if promotion.is_picked else None


def _hint(promotion: PromotionTerms, goods: Goods, amount: int) -> Note | None:
    """Name the spending that would take off more than ``amount``, if its limits allow that."""
    target = promotion.rule.next_target(promotion, goods.spend)
    missing = target - goods.spend
    if missing <= 0:
        return None
    saves = promotion.rule.amount(promotion, goods.with_more(missing))
    if saves <= amount:
        return None
    if (refused := _limits(promotion, saves)) is not None:
        return refused if promotion.is_picked and amount == 0 else None
    why = Why.NEXT_STEP if promotion.rule.is_stepped else Why.NEEDS_MORE
    return Note(promotion, why, missing, saves, target)


def _limits(promotion: PromotionTerms, amount: int) -> Note | None:
    if promotion.uses_left is not None and promotion.uses_left < 1:
        return Note(promotion, Why.USED_UP)
    if promotion.budget_left is not None and promotion.budget_left < amount:
        return Note(promotion, Why.BUDGET, saves=amount)
    return None


def _inside(
    promotion: PromotionTerms, parcels: Mapping[int, int], units: Sequence[PricedUnits]
) -> Iterable[tuple[int, int, int]]:
    """Yield merchant, spend and possible reduction of each parcel that takes part."""
    for merchant_id, price in parcels.items():
        if promotion.merchant_id not in (None, merchant_id):
            continue
        own = [each for each in units if each.merchant_id == merchant_id]
        amount = promotion.rule.amount_of_parcel(promotion, price)
        if amount and any(each.festival_id == promotion.festival_id for each in own):
            yield merchant_id, sum(each.amount for each in own), amount


def _why_not_free(
    promotion: PromotionTerms, parcels: Sequence[tuple[int, int, int]]
) -> Note | None:
    if not promotion.is_picked or not parcels:
        return _nothing_counts(promotion)
    _, spend, amount = max(parcels, key=lambda parcel: parcel[1])
    missing = promotion.min_spend - spend
    refused = _limits(promotion, amount)
    return refused or Note(promotion, Why.NEEDS_MORE, missing, amount, promotion.min_spend)
