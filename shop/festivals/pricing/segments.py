"""Who gets which units at which price: a wanted line becomes segments."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime

from shop.festivals.pricing.goods import PricedUnits
from shop.festivals.pricing.items import deals_at, is_on_sale, regular_price
from shop.festivals.pricing.kinds import DealKind
from shop.festivals.pricing.terms import DealTerms, PoolTerms, WantedUnits


@dataclass(frozen=True, slots=True)
class Segment:
    """Some units of one variant at one price.

    ``reduced`` is what its deal takes off all of them, as a part of what is bought together.
    """

    wanted: WantedUnits
    quantity: int
    regular: int
    price: int
    deal: DealTerms | None = None
    festival_id: int | None = None
    reduced: int = 0

    @property
    def amount(self) -> int:
        """Return the price of all its units before benefits on the order."""
        return self.price * self.quantity - self.reduced

    @property
    def below_regular(self) -> int:
        """Return how much less all its units cost than at the regular price."""
        return self.regular * self.quantity - self.amount

    @property
    def counted_with(self) -> tuple[int, int, DealKind] | None:
        """Return the key shared by the segments that are counted together; None if alone."""
        if self.deal is None or not self.deal.rule.counts_together:
            return None
        return self.wanted.product_id, self.deal.nomination_id, self.deal.rule

    @property
    def units(self) -> PricedUnits:
        """Return what kinds of benefits see of it."""
        wanted, is_deal = self.wanted, self.deal is not None
        return PricedUnits(
            self.price,
            self.quantity,
            self.amount,
            is_deal,
            wanted.merchant_id,
            wanted.category_id,
            self.festival_id,
        )

    @property
    def pool_units(self) -> int:
        """Return the units that it takes from its pool."""
        return self.quantity * self.wanted.units_per_item

    @property
    def is_set_aside(self) -> bool:
        """Tell whether its units come from a deal's allotment and not from everyday stock."""
        return self.deal is not None and self.deal.left is not None

    @property
    def commission_bp(self) -> int:
        """Return the merchant's rate: the enrolment's for that festival's lines."""
        own = self.wanted.commission_bp
        if self.deal is not None and self.deal.commission_bp is not None:
            return self.deal.commission_bp
        if self.festival_id is None:
            return own
        return self.wanted.festival_commission_bp.get(self.festival_id, own)


@dataclass(slots=True)
class Taken:
    """The units that earlier lines of the same cart already use."""

    everyday: Counter[int] = field(default_factory=Counter)
    pool: Counter[int] = field(default_factory=Counter)
    deal: Counter[int] = field(default_factory=Counter)

    def note(self, segment: Segment) -> None:
        """Remember the units of a segment."""
        pool_id = segment.wanted.pool_id
        self.pool[pool_id] += segment.pool_units
        if segment.deal:
            self.deal[segment.deal.id] += segment.quantity
        if not segment.is_set_aside:
            self.everyday[pool_id] += segment.pool_units


def segments(
    wanted: WantedUnits,
    pool: PoolTerms,
    *,
    at: datetime,
    taken: Taken,
    is_together: bool = False,
) -> tuple[list[Segment], int]:
    """Give units to the best deals first, each within its limits; the rest at regular price.

    Args:
        taken: counts what earlier lines use; the units given here are added to it.
        is_together: deals that count units together come before lower prices.

    Returns:
        The segments, and how many units cannot be had at any price.
    """
    regular = regular_price(wanted.variant, at)
    need = wanted.quantity
    found: list[Segment] = []
    if regular is None or not is_on_sale(wanted.variant, at):
        return found, need
    deals = deals_at(wanted.variant, at, regular=regular)
    if is_together:
        deals.sort(key=lambda pair: not pair[1].rule.counts_together)
    for price, deal in deals:
        units = min(need, _room_in_deal(deal, wanted, pool, taken))
        if units > 0:
            found.append(Segment(wanted, units, regular, price, deal, deal.festival_id))
            taken.note(found[-1])
            need -= units
    units = min(need, _everyday_room(wanted, pool, taken))
    if units > 0:
        festival_id = wanted.festivals[0] if wanted.festivals else None
        found.append(Segment(wanted, units, regular, regular, None, festival_id))
        taken.note(found[-1])
        need -= units
    return found, need


def _room_in_deal(deal: DealTerms, wanted: WantedUnits, pool: PoolTerms, taken: Taken) -> int:
    if deal.left is None:
        room = _everyday_room(wanted, pool, taken)
    else:
        seats = (pool.free - taken.pool[wanted.pool_id]) // wanted.units_per_item
        room = min(deal.left - taken.deal[deal.id], seats)
    if deal.shopper_left is not None:
        room = min(room, deal.shopper_left - taken.deal[deal.id])
    return room


def _everyday_room(wanted: WantedUnits, pool: PoolTerms, taken: Taken) -> int:
    left = pool.free - pool.set_aside - taken.everyday[wanted.pool_id]
    # Allotments of which units are gone already may promise more than is there.
    there = pool.free - taken.pool[wanted.pool_id]
    return min(left, there) // wanted.units_per_item
