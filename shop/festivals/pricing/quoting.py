"""The priced cart at one moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from shop.festivals.pricing.benefit_kinds import Group
from shop.festivals.pricing.benefits import benefits, shrink
from shop.festivals.pricing.segments import Segment, Taken, segments
from shop.festivals.pricing.terms import Basket
from shop.festivals.pricing.together import contested, reduce_together
from shop.festivals.pricing.weighing import Benefit, Note, Part, Why


@dataclass(frozen=True)
class Quote:
    """The price of a cart at an instant and how that comes about; nothing in it is promised.

    ``missing`` counts, by variant id, the units that cannot be had at any price.
    """

    at: datetime
    basket: Basket
    segments: tuple[Segment, ...]
    benefits: tuple[Benefit, ...]
    notes: tuple[Note, ...]
    missing: dict[int, int]

    @cached_property
    def goods(self) -> int:
        """Return the lines after item deals, before benefits."""
        return sum(segment.amount for segment in self.segments)

    @cached_property
    def discount(self) -> int:
        """Return the benefits on goods."""
        return sum(b.amount for b in self.benefits if b.promotion.group != Group.SHIPPING)

    @cached_property
    def delivery(self) -> int:
        """Return the price of all parcels for the shopper."""
        return sum(self.parcel_prices.values())

    @cached_property
    def total(self) -> int:
        """Return the amount that would be charged."""
        return self.goods - self.discount + self.delivery

    @cached_property
    def parcel_prices(self) -> dict[int, int]:
        """Return the price of each merchant's parcel for the shopper, free shipping taken off."""
        prices = dict(self.basket.parcels)
        for benefit in self.benefits:
            if benefit.promotion.group == Group.SHIPPING:
                for part in benefit.parts:
                    prices[part.place] -= part.amount
        return prices

    @cached_property
    def paid(self) -> tuple[int, ...]:
        """Return the shopper's payment for each segment, all benefits on goods taken off."""
        taken = self._taken(lambda part: part.amount)
        return tuple(s.amount - taken[i] for i, s in enumerate(self.segments))

    @cached_property
    def funded(self) -> tuple[int, ...]:
        """Return the organizer's payment to the merchant for each segment."""
        given = self._taken(lambda part: part.organizer)
        return tuple(given[i] + subsidy(s) for i, s in enumerate(self.segments))

    @cached_property
    def hold_minutes(self) -> int:
        """Return how long a checkout may hold: the shortest of its slots."""
        held = [s.deal.hold_minutes for s in self.segments if s.deal]
        return min([self.basket.hold_minutes, *held])

    @property
    def is_below_minimum(self) -> bool:
        """Tell whether it is too little to be charged, with no benefit left to give back."""
        return self.total < self.basket.minimum

    def _taken(self, of: Callable[[Part], int]) -> Counter[int]:
        taken: Counter[int] = Counter()
        for benefit in self.benefits:
            if benefit.promotion.group != Group.SHIPPING:
                for part in benefit.parts:
                    taken[part.place] += of(part)
        return taken


def quote(basket: Basket, *, at: datetime) -> Quote:
    """Price a cart at an instant. Writes nothing and reads nothing but its arguments."""
    found, missing = _cheapest(basket, at)
    used, notes, _ = benefits(found, basket)
    priced = Quote(at, basket, tuple(found), tuple(used), tuple(notes), missing)
    return _charged(priced, used)


def subsidy(segment: Segment) -> int:
    """Return the organizer's subsidy for a segment's deal: at most the reduction of the price."""
    if segment.deal is None:
        return 0
    return min(segment.deal.subsidy * segment.quantity, segment.below_regular)


def _cheapest(basket: Basket, at: datetime) -> tuple[list[Segment], dict[int, int]]:
    """Give out the units; of a product with both kinds of deals by the one that costs less."""
    together: frozenset[int] = frozenset()
    best = _given(basket, together, at)
    for product_id in contested(basket.wanted, at):
        other = _given(basket, together | {product_id}, at)
        if _cost(other) < _cost(best):
            best, together = other, together | {product_id}
    return best


def _cost(given: tuple[list[Segment], dict[int, int]]) -> tuple[int, int]:
    """Return how many units are missing, and the price of the others: the first weighs more."""
    found, missing = given
    return sum(missing.values()), sum(segment.amount for segment in found)


def _given(
    basket: Basket, together: Collection[int], at: datetime
) -> tuple[list[Segment], dict[int, int]]:
    """Return the units that are given at their prices, and those missing by variant id.

    Args:
        together: products whose units are counted together before any gets a lower price.
    """
    taken = Taken()
    found: list[Segment] = []
    missing: dict[int, int] = {}
    for wanted in basket.wanted:
        pool, is_together = basket.pools[wanted.pool_id], wanted.product_id in together
        given, short = segments(wanted, pool, at=at, taken=taken, is_together=is_together)
        found += given
        if short:
            missing[wanted.variant.id] = short
    return reduce_together(found), missing


def _charged(priced: Quote, used: Sequence[Benefit]) -> Quote:
    """Give benefits back until the rest can be charged, and say which are given back whole."""
    short = priced.basket.minimum - priced.total
    if short <= 0 or not used or not priced.segments:
        return priced
    kept = shrink(used, short)
    left = {benefit.promotion.id for benefit in kept}
    gone = [Note(b.promotion, Why.MINIMUM) for b in used if b.promotion.id not in left]
    return replace(priced, benefits=tuple(kept), notes=(*priced.notes, *gone))
