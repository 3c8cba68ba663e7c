"""The kinds of benefits on the whole order. Each is one class: its reduction and its conditions.

Nothing here knows Django: words for shoppers are marked, and translated by whoever shows them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, Protocol

from shop.core.money import divide
from shop.festivals.pricing.kinds import gettext_noop

type Written = Callable[[int], str]


class BenefitTerms(Protocol):
    """The terms of a promotion that its kind reads, in minor units or whole percent."""

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


class BenefitKind:
    """How a promotion computes its benefit.

    Class attributes:
        code: the word in the database and in forms.
        asks: the fields of the form that it alone, or with others, needs.
        typed_as: the field in which its value is typed; empty where it has none.
        is_stepped: whether more spent takes more off, step by step.
        is_money: whether its value is an amount.
        said: how shoppers read it, from ``amount`` and ``every``, marked for translation.
    """

    code: ClassVar[str]
    asks: ClassVar[tuple[str, ...]] = ()
    typed_as: ClassVar[str] = ""
    is_stepped: ClassVar[bool] = False
    is_money: ClassVar[bool] = True
    said: ClassVar[str] = gettext_noop("%(amount)s off")

    @classmethod
    def full(cls, terms: BenefitTerms, spend: int, room: int) -> int:
        """Return its reduction without its cap, once its minimum is spent.

        Args:
            spend: the goods that count, after deals.
            room: what earlier benefits left of them.
        """
        return 0

    @classmethod
    def amount(cls, terms: BenefitTerms, spend: int, room: int) -> int:
        """Return its reduction when so much is spent and so much of that is left."""
        if spend < terms.min_spend:
            return 0
        most = room if terms.cap is None else min(room, terms.cap)
        return min(cls.full(terms, spend, room), most)

    @classmethod
    def next_target(cls, terms: BenefitTerms, spend: int) -> int:
        """Return the spend from which on it takes off more."""
        return terms.min_spend

    @classmethod
    def most_of_one(cls, terms: BenefitTerms) -> int | None:
        """Return the highest cost of one use; None where nothing limits it."""
        return terms.cap

    @classmethod
    def problems(cls, terms: BenefitTerms) -> list[str]:
        """Return the reasons why its terms make no sense, in the language of the desk."""
        return []

    @classmethod
    def free_from(cls, terms: BenefitTerms) -> int | None:
        """Return the spend from which on it takes its whole value off; None where it grows."""
        return None

    @classmethod
    def written(cls, terms: BenefitTerms, money: Written) -> str:
        """Write its reduction in the language of the desk."""
        return f"{money(terms.value)} off"


class AmountOff(BenefitKind):
    """An amount."""

    code, asks, typed_as = "amount", ("amount",), "amount"

    @classmethod
    def full(cls, terms: BenefitTerms, spend: int, room: int) -> int:
        """Return the amount."""
        return terms.value

    @classmethod
    def most_of_one(cls, terms: BenefitTerms) -> int | None:
        """Return the amount."""
        return terms.value

    @classmethod
    def problems(cls, terms: BenefitTerms) -> list[str]:
        """Ask for the amount."""
        return [] if terms.value >= 1 else ["Give the amount that shoppers save."]

    @classmethod
    def free_from(cls, terms: BenefitTerms) -> int | None:
        """Return its minimum."""
        return terms.min_spend


class PercentOff(BenefitKind):
    """A whole percentage of the amount that earlier benefits left."""

    code, asks, typed_as = "percent", ("percent", "cap"), "percent"
    is_money = False

    @classmethod
    def full(cls, terms: BenefitTerms, spend: int, room: int) -> int:
        """Return the percentage of the amount that is left."""
        return divide(room * terms.value, 100)

    @classmethod
    def problems(cls, terms: BenefitTerms) -> list[str]:
        """Ask for a percentage that can be one."""
        if 1 <= terms.value <= 99:
            return []
        return ["A percentage is a whole number between 1 and 99."]

    @classmethod
    def written(cls, terms: BenefitTerms, money: Written) -> str:
        """Write the percentage."""
        return f"{terms.value} % off"


class AmountPerStep(BenefitKind):
    """An amount for every so much that is spent."""

    code, asks, typed_as = "step", ("amount", "every", "max_steps", "cap"), "amount"
    is_stepped = True
    said = gettext_noop("%(amount)s off for every %(every)s")

    @classmethod
    def full(cls, terms: BenefitTerms, spend: int, room: int) -> int:
        """Return the amount of the steps that were reached."""
        steps = spend // terms.every if terms.every else 0
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
    def problems(cls, terms: BenefitTerms) -> list[str]:
        """Ask for the step, and for the amount."""
        missing = [] if terms.every else ["Say for how much each step is."]
        return missing + AmountOff.problems(terms)

    @classmethod
    def free_from(cls, terms: BenefitTerms) -> int | None:
        """Return the length of a step."""
        return terms.every or 0

    @classmethod
    def written(cls, terms: BenefitTerms, money: Written) -> str:
        """Write the amount, its step, and how often."""
        most = f", at most {terms.max_steps} times" if terms.max_steps else ""
        return f"{money(terms.value)} off every {money(terms.every or 0)}{most}"


class FreeShipping(BenefitKind):
    """The price of parcels; ``weigh_delivery`` computes it, since it looks at no goods."""

    code, asks = "free_shipping", ("cap",)
    said = gettext_noop("Free delivery")

    @classmethod
    def written(cls, terms: BenefitTerms, money: Written) -> str:
        """Write that it is free."""
        return "Free shipping"


BENEFITS: dict[str, type[BenefitKind]] = {
    kind.code: kind for kind in (AmountOff, PercentOff, AmountPerStep, FreeShipping)
}
BENEFIT_CHOICES: list[tuple[str, str]] = [
    (code, code.replace("_", " ").title()) for code in BENEFITS
]
