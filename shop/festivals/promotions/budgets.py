"""The most that a benefit may take, beside its budget."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Sum

from shop.festivals.models import Promotion


@dataclass(frozen=True, slots=True)
class Outlook:
    """The cost of a benefit if each expected use takes the most; amounts in minor units.

    ``budget`` is None where nothing limits it.
    """

    uses: int
    each: int
    budget: int | None

    @property
    def takes(self) -> int:
        """Return the sum of all uses."""
        return self.uses * self.each

    @property
    def pays_for(self) -> int:
        """Return how many uses the budget pays for."""
        return self.uses if self.budget is None else min(self.uses, self.budget // self.each)

    @property
    def is_short(self) -> bool:
        """Tell whether the budget pays for less than is expected."""
        return self.budget is not None and self.budget < self.takes


def outlook(promotion: Promotion, *, codes: int) -> Outlook | None:
    """Return the most that a benefit may take, or None where its uses or amount has no limit.

    Args:
        codes: how many unique codes it has, or will have.
    """
    limits = (promotion.max_uses, promotion.max_claims, codes)
    uses, each = min(filter(None, limits), default=0), promotion.rule.most_of_one(promotion)
    return Outlook(uses, each, promotion.budget) if uses and each else None


def code_count(promotion: Promotion) -> int:
    """Return how many unique codes a benefit has. One statement."""
    return promotion.batches.aggregate(size=Sum("size"))["size"] or 0
