"""The numbers that organizers type for benefits: each one field, with its words and its checks.

Nothing here knows Django: the organizers' form is made of these, in English.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

# The columns of a promotion that a kind may read, whoever copies or compares terms. A number of
# another sort is kept in one of these, or gets a column of its own here and in the models.
COLUMNS = ("value", "every", "max_steps", "min_spend", "cap")


class NumberKind(StrEnum):
    """How a number is typed and written."""

    AMOUNT = "amount"
    PERCENT = "percent"
    COUNT = "count"


@dataclass(frozen=True, slots=True)
class BenefitField:
    """A whole number that a kind of benefit asks for.

    Args:
        name: of the field in the form; two kinds share a field by sharing this object.
        column: in which the promotion keeps it, one of ``COLUMNS``.
        fact: how sentences name it; by its name where nothing is given.
        needed: said where it is missing; a field without it may be left out.
        wrong: said where it is outside its bounds; as ``needed`` where nothing is given.
    """

    name: str
    column: str
    sort: NumberKind
    label: str
    hint: str = ""
    fact: str = ""
    least: int = 1
    most: int | None = None
    needed: str = ""
    wrong: str = ""

    @property
    def is_amount(self) -> bool:
        """Return whether it is a sum of money."""
        return self.sort == NumberKind.AMOUNT

    @property
    def said_as(self) -> str:
        """Return its name in sentences."""
        return self.fact or self.name

    def problem(self, number: int | None) -> str:
        """Return the reason why a number cannot be kept, or nothing."""
        if not number and not self.needed:
            return ""
        if number is not None and self.least <= number <= (self.most or number):
            return ""
        bounds = f"{self.label}: from {self.least} to {self.most}."
        return self.wrong or self.needed or bounds


AMOUNT = BenefitField(
    "amount",
    "value",
    NumberKind.AMOUNT,
    "Amount off",
    "Where an amount is given.",
    needed="Say how much.",
    wrong="Give the amount that shoppers save.",
)
PERCENT = BenefitField(
    "percent",
    "value",
    NumberKind.PERCENT,
    "Percent off",
    fact="amount",
    most=99,
    needed="Say how much.",
    wrong="A percentage is a whole number between 1 and 99.",
)
EVERY = BenefitField(
    "every",
    "every",
    NumberKind.AMOUNT,
    "For every",
    "Of “so much of every”.",
    needed="Say for how much each step is.",
)
MAX_STEPS = BenefitField(
    "max_steps", "max_steps", NumberKind.COUNT, "At most so many times", most=100
)
MIN_SPEND = BenefitField(
    "min_spend", "min_spend", NumberKind.AMOUNT, "From a sum of", "After deals."
)
CAP = BenefitField("cap", "cap", NumberKind.AMOUNT, "At most", "Of a percentage, or a parcel.")

# What every benefit may have, and the form shows last.
BOUNDS = (MIN_SPEND, CAP)
# By column, the field in which it is typed for kinds that ask for nothing else there.
SHARED = {field.column: field for field in (EVERY, MAX_STEPS, *BOUNDS)}
