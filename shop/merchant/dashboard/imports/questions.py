"""What a person is asked about the prices of a sheet, before any of them is applied."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext as _

from shop.core.currencies import in_whole, rate
from shop.core.spreadsheets.tables import Cell, Table
from shop.core.states import StateQuerySet
from shop.merchant.dashboard.imports.forms import currency_field
from shop.merchant.imports.models import CatalogueRow, CatalogueSpreadsheet
from shop.merchant.imports.prices import ODD, answer_to, unanswered

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
        odd: the odd prices of the first rows.
        count: of rows with odd prices.
        left: how many of these rows are not shown.
        answer: what a yes to these prices is.
        converted: the currency of which all prices are converted, by choice.
    """

    told: list[DatedRate]
    odd: list[OddPrice]
    count: int
    left: int
    answer: str
    converted: DatedRate | None

    def currency(self) -> forms.BoundField:
        """Return the field for the currency that was meant."""
        form = forms.Form(auto_id="odd_%s")
        form.fields["currency"] = currency_field()
        return form["currency"]


def price_questions(sheet: CatalogueSpreadsheet) -> PriceQuestions:
    """Return what is to be asked about the prices of a sheet. Three statements."""
    ours, rows = settings.SHOP_CURRENCY, unanswered(sheet)
    told = [DatedRate(code, *rate(code, of=ours), count)
            for code, count in sheet.asked.get("currencies", {}).items()]  # fmt: skip
    shown = list(rows.order_by("number")[:SHOWN])
    odd = [one for row in shown for one in _odd_of(row)]
    answer = answer_to(rows) if odd else ""
    code = sheet.choices.get("currency")
    converted = DatedRate(code, *rate(code, of=ours)) if code else None
    count = rows.count() if odd else 0
    return PriceQuestions(told, odd, count, count - len(shown), answer, converted)


def odd_table(sheet: CatalogueSpreadsheet) -> Table:
    """Return all rows that are asked about as a table to take away. One statement."""
    head = [_("Row"), _("Product"), _("In your file"), _("Usual here"), _("Compared with"),
            _("Factor")]  # fmt: skip
    return head, _lines(unanswered(sheet))


def _lines(rows: StateQuerySet[CatalogueRow]) -> Iterator[list[Cell]]:
    code = settings.SHOP_CURRENCY
    for row in rows.order_by("number").iterator(chunk_size=500):
        name = " ".join(filter(None, (row.cells.get("title"), row.cells.get("size"))))
        for one in _odd_of(row):
            factor = f"{'×' if one.is_above else '÷'} {one.times}"
            amounts = (in_whole(one.amount, code), in_whole(one.usual, code))
            yield [row.number, name, *amounts, one.of, factor]


def _odd_of(row: CatalogueRow) -> list[OddPrice]:
    return [OddPrice(row, amount, usual, of) for amount, usual, of in row.cells[ODD]]
