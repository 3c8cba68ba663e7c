"""The kinds of benefits on the whole order. Each is one class: its form, its words, its sums.

A kind is registered by being defined. Nothing here knows Django: words for shoppers are marked, and
translated by whoever shows them; organizers read English.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import ClassVar, Protocol

from shop.core.money import divide
from shop.festivals.pricing.benefit_form import (
    AMOUNT,
    BOUNDS,
    CAP,
    COLUMNS,
    EVERY,
    MAX_STEPS,
    PERCENT,
    SHARED,
    BenefitField,
    NumberKind,
)
from shop.festivals.pricing.goods import Goods, PricedUnits
from shop.festivals.pricing.kinds import gettext_noop

type Written = Callable[[int, NumberKind], str]


class Group(StrEnum):
    """Benefits apply in this order; at most one of a group in each scope."""

    MERCHANT = "merchant"
    SAVE = "save"
    VOUCHER = "voucher"
    SHIPPING = "shipping"


class BenefitTerms(Protocol):
    """The terms of a promotion that its kind reads, in minor units, whole percent or counts."""

    @property
    def value(self) -> int: ...
    @property
    def every(self) -> int | None: ...
    @property
    def max_steps(self) -> int | None: ...
    @property
    def min_spend(self) -> int: ...
    @property
    def cap(self) -> int | None: ...


BENEFITS: dict[str, type[BenefitKind]] = {}


class BenefitKind:
    """How a promotion computes its benefit.

    Class attributes:
        code: the word in the database and in forms, at most 13 letters.
        choice: how organizers choose it, such as "an amount off".
        groups: the groups of benefits in which they may.
        is_proposed: whether a new form begins with it.
        fields: the numbers that it asks for, beside the least spend.
        is_stepped: whether more spent takes more off, step by step.
        said: how shoppers read it, from the facts of its fields, marked for translation.
        unearned: what they read of a voucher for which nothing in the cart counts, marked too.
    """

    code: ClassVar[str]
    choice: ClassVar[str]
    groups: ClassVar[tuple[Group, ...]] = (Group.SAVE, Group.VOUCHER, Group.MERCHANT)
    is_proposed: ClassVar[bool] = False
    fields: ClassVar[tuple[BenefitField, ...]] = ()
    is_stepped: ClassVar[bool] = False
    said: ClassVar[str] = gettext_noop("%(amount)s off")
    unearned: ClassVar[str] = gettext_noop("Nothing in your cart counts for this voucher.")

    def __init_subclass__(cls) -> None:
        BENEFITS[cls.code] = cls

    # Its sums.

    @classmethod
    def counts(cls, terms: BenefitTerms, units: PricedUnits) -> bool:
        """Return whether units of its store or festival count; all do unless a kind says no."""
        return True

    @classmethod
    def full(cls, terms: BenefitTerms, goods: Goods) -> int:
        """Return its reduction without its cap, once its minimum is spent."""
        return 0

    @classmethod
    def off_parcel(cls, terms: BenefitTerms, price: int) -> int:
        """Return its reduction of a parcel without its cap; for the group of delivery."""
        return 0

    @classmethod
    def next_target(cls, terms: BenefitTerms, spend: int) -> int:
        """Return the spend from which on it takes off more, whatever is bought for it.

        Shoppers are promised that. Where it depends on what is bought, return 0.
        """
        return terms.min_spend

    @classmethod
    def most_of_one(cls, terms: BenefitTerms) -> int | None:
        """Return the highest cost of one use; None where nothing limits it."""
        return terms.cap

    @classmethod
    def free_from(cls, terms: BenefitTerms) -> int | None:
        """Return the spend from which on it takes its whole value off; None where it grows."""
        return None

    @classmethod
    def amount(cls, terms: BenefitTerms, goods: Goods) -> int:
        """Return its reduction of goods, within its minimum, its cap and what is left of them."""
        if goods.spend < terms.min_spend:
            return 0
        return min(cls.full(terms, goods), _capped(terms, goods.room))

    @classmethod
    def amount_of_parcel(cls, terms: BenefitTerms, price: int) -> int:
        """Return its reduction of a parcel at a price, within its cap."""
        return min(cls.off_parcel(terms, price), _capped(terms, price))

    # Its form and its words.

    @classmethod
    def field(cls, column: str) -> BenefitField | None:
        """Return the field in which a column is typed; None where it has none."""
        own = (field for field in cls.fields if field.column == column)
        return next(own, SHARED.get(column))

    @classmethod
    def typed(cls, numbers: Mapping[str, int | None]) -> dict[str, int | None]:
        """Return the terms by column, from the numbers that were typed by field."""
        found = {column: cls.field(column) for column in COLUMNS}
        terms = {name: numbers.get(field.name) if field else None for name, field in found.items()}
        return terms | {name: terms[name] or 0 for name in ("value", "min_spend")}

    @classmethod
    def problems(cls, terms: BenefitTerms) -> list[str]:
        """Return the reasons why its terms make no sense, in the organizers' language."""
        found = (field.problem(getattr(terms, field.column)) for field in cls.fields)
        return [problem for problem in found if problem]

    @classmethod
    def facts(cls, terms: BenefitTerms, written: Written) -> dict[str, str]:
        """Return its numbers as sentences name them, each written by its sort."""
        return {
            field.said_as: written(getattr(terms, field.column) or 0, field.sort)
            for field in cls.fields
        }

    @classmethod
    def written(cls, terms: BenefitTerms, written: Written) -> str:
        """Write its reduction for organizers, in the words of shoppers unless a kind has others."""
        return cls.said % cls.facts(terms, written)


def _capped(terms: BenefitTerms, most: int) -> int:
    return most if terms.cap is None else min(most, terms.cap)


class AmountOff(BenefitKind):
    """An amount."""

    code = "amount"
    choice = "an amount off"
    fields = (AMOUNT,)

    @classmethod
    def full(cls, terms: BenefitTerms, goods: Goods) -> int:
        """Return the amount."""
        return terms.value

    @classmethod
    def most_of_one(cls, terms: BenefitTerms) -> int | None:
        """Return the amount."""
        return terms.value

    @classmethod
    def free_from(cls, terms: BenefitTerms) -> int | None:
        """Return its minimum."""
        return terms.min_spend


class PercentOff(BenefitKind):
    """A whole percentage of the amount that earlier benefits left."""

    code = "percent"
    choice = "a percentage off"
    fields = (PERCENT, CAP)

    @classmethod
    def full(cls, terms: BenefitTerms, goods: Goods) -> int:
        """Return the percentage of the amount that is left."""
        return divide(goods.room * terms.value, 100)


class AmountPerStep(BenefitKind):
    """An amount for every so much that is spent."""

    code = "step"
    choice = "save so much of every so much"
    groups = (Group.SAVE,)
    is_proposed = True
    fields = (AMOUNT, EVERY, MAX_STEPS, CAP)
    is_stepped = True
    said = gettext_noop("%(amount)s off for every %(every)s")

    @classmethod
    def full(cls, terms: BenefitTerms, goods: Goods) -> int:
        """Return the amount of the steps that were reached."""
        steps = goods.spend // terms.every if terms.every else 0
        return terms.value * (steps if terms.max_steps is None else min(steps, terms.max_steps))

    @classmethod
    def next_target(cls, terms: BenefitTerms, spend: int) -> int:
        """Return where the next step begins."""
        if not terms.every:
            return terms.min_spend
        if spend < terms.min_spend:
            return max(terms.min_spend, terms.every)
        return (spend // terms.every + 1) * terms.every

    @classmethod
    def most_of_one(cls, terms: BenefitTerms) -> int | None:
        """Return the amount of all its steps, within its cap."""
        if not terms.max_steps:
            return terms.cap
        most = terms.value * terms.max_steps
        return min(most, terms.cap or most)

    @classmethod
    def free_from(cls, terms: BenefitTerms) -> int | None:
        """Return the length of a step."""
        return terms.every or 0

    @classmethod
    def written(cls, terms: BenefitTerms, written: Written) -> str:
        """Write the amount, its step, and how often."""
        most = f", at most {terms.max_steps} times" if terms.max_steps else ""
        return "{amount} off every {every}".format(**cls.facts(terms, written)) + most


class FreeShipping(BenefitKind):
    """The price of parcels."""

    code = "free_shipping"
    choice = "free shipping"
    groups = (Group.SHIPPING,)
    fields = (CAP,)
    said = gettext_noop("Free delivery")

    @classmethod
    def off_parcel(cls, terms: BenefitTerms, price: int) -> int:
        """Return the price of the parcel."""
        return price

    @classmethod
    def written(cls, terms: BenefitTerms, written: Written) -> str:
        """Write that it is free."""
        return "Free shipping"


def fields_of_all() -> list[BenefitField]:
    """Return the fields of all kinds, each once: those of some kinds, then those of all."""
    own = (field for kind in BENEFITS.values() for field in kind.fields)
    return list(dict.fromkeys([*(field for field in own if field not in BOUNDS), *BOUNDS]))


BENEFIT_CHOICES: list[tuple[str, str]] = [
    (code, code.replace("_", " ").title()) for code in BENEFITS
]
DELIVERY_KINDS = tuple(code for code, kind in BENEFITS.items() if Group.SHIPPING in kind.groups)
