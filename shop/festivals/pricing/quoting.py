"""The priced cart at one moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

from shop.festivals.pricing.benefits import benefits, shrink
from shop.festivals.pricing.segments import Segment, Taken, segments
from shop.festivals.pricing.terms import Basket, Group
from shop.festivals.pricing.weighing import Benefit, Note, Part, Why


@dataclass(frozen=True)
class Quote:
    """What a cart costs at an instant and how that comes about; nothing in it is promised.

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
        """Return what the shopper pays for all parcels."""
        return sum(self.parcel_prices.values())

    @cached_property
    def total(self) -> int:
        """Return what would be charged."""
        return self.goods - self.discount + self.delivery

    @cached_property
    def regular_total(self) -> int:
        """Return the lines at their regular prices."""
        return sum(segment.regular * segment.quantity for segment in self.segments)

    @cached_property
    def parcel_prices(self) -> dict[int, int]:
        """Return what the shopper pays for each merchant's parcel, free shipping taken off."""
        prices = dict(self.basket.parcels)
        for benefit in self.benefits:
            if benefit.promotion.group == Group.SHIPPING:
                for part in benefit.parts:
                    prices[part.place] -= part.amount
        return prices

    @cached_property
    def paid(self) -> tuple[int, ...]:
        """Return what the shopper pays for each segment, all benefits on goods taken off."""
        taken = self._taken(lambda part: part.amount)
        return tuple(s.amount - taken[i] for i, s in enumerate(self.segments))

    @cached_property
    def funded(self) -> tuple[int, ...]:
        """Return what the organizer pays to the merchant for each segment."""
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
    taken = Taken()
    found: list[Segment] = []
    missing: dict[int, int] = {}
    for wanted in basket.wanted:
        given, short = segments(wanted, basket.pools[wanted.pool_id], at=at, taken=taken)
        found += given
        if short:
            missing[wanted.variant.id] = short
    used, notes, _ = benefits(found, basket)
    priced = Quote(at, basket, tuple(found), tuple(used), tuple(notes), missing)
    return _charged(priced, used)


def subsidy(segment: Segment) -> int:
    """Return what the organizer adds for a segment's deal: never more than it lowers the price."""
    if segment.deal is None:
        return 0
    return min(segment.deal.subsidy, segment.regular - segment.price) * segment.quantity


def _charged(priced: Quote, used: Sequence[Benefit]) -> Quote:
    """Give benefits back until the rest can be charged, and say which are given back whole."""
    short = priced.basket.minimum - priced.total
    if short <= 0 or not used or not priced.segments:
        return priced
    kept = shrink(used, short)
    left = {benefit.promotion.id for benefit in kept}
    gone = [Note(b.promotion, Why.MINIMUM) for b in used if b.promotion.id not in left]
    return replace(priced, benefits=tuple(kept), notes=(*priced.notes, *gone))
