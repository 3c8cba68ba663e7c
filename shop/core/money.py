"""Money: whole minor units and a currency. The only two operations that round live here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

HUNDRED_PERCENT_BP = 10_000


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in the minor units of its currency: ``Money(40_00, "USD")`` is 40 dollars.

    For the borders of the shop, where other currencies come in. Inside there is one, and amounts
    are plain whole numbers.
    """

    amount: int
    currency: str


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
