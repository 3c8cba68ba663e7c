"""What a merchant proposes for a slot, and what it would mean: values, frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from shop.catalogue.models import Product, Variant
from shop.festivals.models import Enrolment, Nomination, Slot


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a merchant types: one rule for all variants of a product in a slot.

    ``prices`` are minor units by variant id; ``allotments`` units by variant id, none where the
    deal sells from everyday stock.
    """

    rule: str = Nomination.Rule.PERCENT
    percent: int | None = None
    prices: Mapping[int, int] = field(default_factory=dict)
    allotments: Mapping[int, int] = field(default_factory=dict)
    per_shopper: int | None = None


@dataclass(frozen=True, slots=True)
class VariantCheck:
    """What the proposal means for one variant. Amounts are minor units.

    ``sentence`` says why the price cannot be called a reduction, ``beside`` that it cannot once
    another deal that waits is approved, ``rise`` that it would go up while the deal runs, else
    nothing. ``left`` are the units that stay for everyday sale.
    """

    variant: Variant
    regular: int | None
    price: int | None
    prior: int | None
    percent: int | None
    payout: int | None
    allotment: int | None
    left: int = 0
    sentence: str = ""
    beside: str = ""
    rise: str = ""


class Problem(str):
    """What keeps a proposal from being submitted, in words, with what they are about.

    ``column`` is a field of the proposal or of what it is about; ``variant_id`` the variant, 0
    where it is all of them.
    """

    column: str
    variant_id: int

    @classmethod
    def at(cls, column: str, text: str, variant_id: int = 0) -> Problem:
        """Return a problem with a column, and perhaps with one variant."""
        made = cls(text)
        made.column, made.variant_id = column, variant_id
        return made


@dataclass(frozen=True, slots=True)
class ProposalCheck:
    """The whole answer: ``problems`` keep it from being submitted, ``warnings`` do not."""

    variants: tuple[VariantCheck, ...]
    problems: tuple[Problem, ...]
    warnings: tuple[str, ...]

    @property
    def is_clean(self) -> bool:
        """Tell whether it may be submitted and has nothing that a reviewer should weigh."""
        return not self.problems and not self.warnings


@dataclass(frozen=True, slots=True)
class Case:
    """A proposal with what it is about.

    ``decided_at``: when it was decided. Then nothing is looked for that stands in its way, and what
    it sets aside is set aside already.
    """

    product: Product
    slot: Slot
    enrolment: Enrolment
    proposal: Proposal
    decided_at: datetime | None = None
