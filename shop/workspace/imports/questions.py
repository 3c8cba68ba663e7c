"""What a person is asked about the prices of a sheet, before any of them is applied."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings

from shop.currencies import rate
from shop.imports.models import CatalogueSheet
from shop.imports.prices import ODD, answer_to, unanswered
from shop.workspace.imports.forms import currency_field

SHOWN = 20


@dataclass(frozen=True, slots=True)
class DatedRate:
    """How much of another currency is one unit of the shop's, and of which day that is."""

    code: str
    amount: Decimal
    day: date
    count: int = 0


@dataclass(frozen=True, slots=True)
class OddPrice:
    """A price that is far from the usual one; ``times`` is the larger of them by the smaller."""

    row: Any
    amount: int
    usual: int
    of: str

    @property
    def times(self) -> int:
        """Return how often the smaller price goes into the larger one."""
        return max(self.amount, self.usual) // min(self.amount, self.usual)

    @property
    def is_above(self) -> bool:
        """Tell whether it is too large rather than too small."""
        return self.amount > self.usual


@dataclass(frozen=True, slots=True)
class PriceQuestions:
    """The questions about the prices of a sheet.

    Args:
        told: other currencies that rows name, with their rates and how many rows that are.
        odd: the first odd prices of all rows.
        count: of rows with odd prices.
        answer: what a yes to these prices is.
        converted: the currency of which all prices are converted, by choice.
    """

    told: list[DatedRate]
    odd: list[OddPrice]
    count: int
    answer: str
    converted: DatedRate | None

    def currency(self) -> forms.BoundField:
        """Return the field for the currency that was meant."""
        form = forms.Form(auto_id="odd_%s")
        form.fields["currency"] = currency_field()
        return form["currency"]


def price_questions(sheet: CatalogueSheet) -> PriceQuestions:
    """Return what is to be asked about the prices of a sheet. Two statements."""
    ours, rows = settings.SHOP_CURRENCY, unanswered(sheet)
    told = [DatedRate(code, *rate(code, of=ours), count)
            for code, count in sheet.asked.get("currencies", {}).items()]  # fmt: skip
    odd = [OddPrice(row, amount, usual, of) for row in rows.order_by("number")[:SHOWN]
           for amount, usual, of in row.cells[ODD]]  # fmt: skip
    answer = answer_to(rows) if odd else ""
    code = sheet.choices.get("currency")
    converted = DatedRate(code, *rate(code, of=ours)) if code else None
    return PriceQuestions(told, odd[:SHOWN], rows.count() if odd else 0, answer, converted)
