"""The goods of a cart as kinds of benefits see them: units at their prices after deals."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from shop.core.money import split


class PricedUnits(NamedTuple):
    """Some units of one variant at one price.

    ``price`` is that of one before ``amount``, what all cost together after deals, which may be
    less: a deal can count units together. ``festival_id`` is the festival for which they count.
    """

    price: int
    quantity: int
    amount: int
    is_deal: bool = False
    merchant_id: int = 0
    category_id: int = 0
    festival_id: int | None = None

    @property
    def prices(self) -> list[int]:
        """Return what each of them costs after deals, to the minor unit."""
        if self.amount == self.price * self.quantity:
            return [self.price] * self.quantity
        return split(self.amount, [1] * self.quantity)


class Goods(NamedTuple):
    """The units that count for a promotion.

    ``spend`` is what they cost after deals, ``room`` what earlier benefits left of it.
    """

    units: Sequence[PricedUnits]
    spend: int
    room: int

    @property
    def prices(self) -> list[int]:
        """Return what each unit costs after deals, the dearest first."""
        return sorted((price for units in self.units for price in units.prices), reverse=True)

    def with_more(self, amount: int) -> Goods:
        """Return the goods with one unit more at a price."""
        more = PricedUnits(amount, 1, amount)
        return Goods((*self.units, more), self.spend + amount, self.room + amount)
