"""Money: whole minor units and a currency. The only two operations that round live here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

HUNDRED_PERCENT_BP = 10_000


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in the minor units of its currency: ``Money(40_00, "USD")`` is 40 dollars."""

    amount: int
    currency: str

    def __add__(self, other: Money) -> Money:
        return Money(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.amount - self._same(other), self.currency)

    def __mul__(self, times: int) -> Money:
        return Money(self.amount * times, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __bool__(self) -> bool:
        return self.amount != 0

    def share(self, rate_bp: int) -> Money:
        """Return this share of the amount, halves rounded away from zero.

        Args:
            rate_bp: basis points; 1,000 is 10 %.
        """
        return Money(share(self.amount, rate_bp), self.currency)

    def split(self, weights: Sequence[int]) -> list[Money]:
        """Divide the amount in proportion to ``weights``; nothing is lost.

        ``Money(100, "EUR").split([1, 1, 1])`` gives 34, 33, 33.
        """
        return [Money(part, self.currency) for part in split(self.amount, weights)]

    def _same(self, other: Money) -> int:
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} do not add up")
        return other.amount


def share(amount: int, rate_bp: int) -> int:
    """Return ``rate_bp`` basis points of ``amount``, halves away from zero.

    Away from zero, so that a refund mirrors its sale to the unit.
    """
    return divide(amount * rate_bp, HUNDRED_PERCENT_BP)


def divide(amount: int, by: int) -> int:
    """Return ``amount / by`` rounded to a whole unit, halves away from zero."""
    quotient = (2 * abs(amount) + by) // (2 * by)
    return quotient if amount >= 0 else -quotient


def split(amount: int, weights: Sequence[int]) -> list[int]:
    """Divide ``amount`` in proportion to ``weights`` by largest remainder.

    Ties go to the earlier weight. All weights zero share nothing unless the amount is zero.

    Raises:
        ValueError: a weight is negative, or there is an amount but no weight to carry it.
    """
    total = sum(weights)
    if any(weight < 0 for weight in weights):
        raise ValueError("a weight may not be negative")
    if total == 0:
        if amount:
            raise ValueError("nothing to split over")
        return [0] * len(weights)
    sign, size = (-1, -amount) if amount < 0 else (1, amount)
    parts = [size * weight // total for weight in weights]
    order = sorted(range(len(weights)), key=lambda i: (-(size * weights[i] % total), i))
    for i in order[: size - sum(parts)]:
        parts[i] += 1
    return [sign * part for part in parts]
