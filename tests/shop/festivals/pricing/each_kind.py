"""Every kind of benefit that is defined, with terms that its form takes."""

from __future__ import annotations

import pytest

from shop.festivals.pricing.benefit_form import BenefitField, NumberKind
from shop.festivals.pricing.benefit_kinds import BENEFITS, BenefitKind

each_kind = pytest.mark.parametrize("kind", BENEFITS.values(), ids=list(BENEFITS))
each_choice = pytest.mark.parametrize(
    ("group", "kind"),
    [
        pytest.param(group, kind, id=f"{group}:{code}")
        for code, kind in BENEFITS.items()
        for group in kind.groups
    ],
)
EXAMPLES = {NumberKind.AMOUNT: 10_00, NumberKind.PERCENT: 15, NumberKind.COUNT: 3}


def needed(kind: type[BenefitKind]) -> dict[BenefitField, int]:
    """Return an example of each number that a kind needs."""
    return {
        field: max(field.least, min(EXAMPLES[field.sort], field.most or EXAMPLES[field.sort]))
        for field in kind.fields
        if field.needed
    }


def example(kind: type[BenefitKind], **numbers: int) -> dict[str, int | None]:
    """Return terms of a kind by column, with other numbers by field."""
    return kind.typed({field.name: number for field, number in needed(kind).items()} | numbers)
