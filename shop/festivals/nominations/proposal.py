"""The proposal of a merchant for a slot, and its effects: values, frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from shop.catalogue.models import Product, Variant
from shop.festivals.models import Enrolment, Nomination, Slot
from shop.festivals.pricing.kinds import KINDS, NUMBERS, DealKind, Percent


@dataclass(frozen=True, slots=True)
class Proposal:
    """The terms that a merchant types: one rule for all variants of a product in a slot.

    ``rule`` is the code of a kind of deal, ``numbers`` are those that it asks for, by name.
    ``prices`` are minor units by variant id; ``allotments`` units by variant id, none where the
    deal sells from everyday stock.
    """

    rule: str = Percent.code
    numbers: Mapping[str, int | None] = field(default_factory=dict)
    prices: Mapping[int, int] = field(default_factory=dict)
    allotments: Mapping[int, int] = field(default_factory=dict)
    per_shopper: int | None = None

    @property
    def kind(self) -> type[DealKind]:
        """Return the kind of deal that is proposed."""
        return KINDS[self.rule]

    def deal_for(self, variant_id: int) -> DealKind | None:
        """Return how the price of a variant would be lowered; None where it has no part.

        Units set aside for some variants leave the others out: these are sold out, or meant for
        the everyday price, and a deal of theirs would sell everyday stock without a limit.
        """
        if self.allotments and variant_id not in self.allotments:
            return None
        return self.kind.typed(self.numbers, self.prices.get(variant_id))

    @property
    def columns(self) -> dict[str, Any]:
        """Return the terms as a nomination keeps them, without the numbers of other kinds."""
        own = {number.name for number in self.kind.numbers}
        told = {n.name: self.numbers.get(n.name) if n.name in own else None for n in NUMBERS}
        return {
            "rule": str(self.rule),
            **told,
            "prices": _by_text(self.prices) if self.kind.names_prices else {},
            "allotments": _by_text(self.allotments),
            "per_shopper": self.per_shopper,
        }


@dataclass(frozen=True, slots=True)
class VariantCheck:
    """The effect of the proposal on one variant. Amounts are minor units.

    ``sentence`` says why the price cannot be called a reduction, ``beside`` that it cannot once
    another deal that waits is approved, ``rise`` that it would go up while the deal runs, else
    nothing. ``left`` are the units that stay for everyday sale. ``price`` is that of one unit when
    as many are bought as the deal asks for; ``single`` that of one alone.
    """

    variant: Variant
    regular: int | None
    price: int | None
    single: int | None
    prior: int | None
    percent: int | None
    payout: int | None
    allotment: int | None
    left: int = 0
    sentence: str = ""
    beside: str = ""
    rise: str = ""
    deal_text: str = ""

    @property
    def reduction(self) -> int:
        """Return how far the price lies below the regular one; 0 where it does not."""
        if self.price is None or self.regular is None:
            return 0
        return max(0, self.regular - self.price)


class Problem(str):
    """A reason, in words, why a proposal cannot be submitted, with its column and variant.

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
    """A proposal with its product, slot and enrolment.

    ``decided_at``: when it was decided. Then nothing is looked for that stands in its way, and what
    it sets aside is set aside already.
    """

    product: Product
    slot: Slot
    enrolment: Enrolment
    proposal: Proposal
    decided_at: datetime | None = None


def proposal_of(nomination: Nomination) -> Proposal:
    """Return the proposal that a nomination keeps, so that it can be checked and changed."""
    return Proposal(
        rule=nomination.rule,
        numbers=nomination.numbers,
        prices={int(pk): price for pk, price in nomination.prices.items()},
        allotments={int(pk): units for pk, units in nomination.allotments.items()},
        per_shopper=nomination.per_shopper,
    )


def _by_text(values: Mapping[int, int]) -> dict[str, int]:
    return {str(pk): value for pk, value in sorted(values.items())}
