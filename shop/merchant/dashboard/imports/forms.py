"""The forms of a sheet of products: its columns, what all rows lack, the cells to be mended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from babel import Locale
from django import forms
from django.conf import settings
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from shop.catalogue.fields.table import FIELDS
from shop.catalogue.models import Category
from shop.catalogue.stock.count import MOST
from shop.core.currencies import convertible
from shop.core.languages import beside, listed
from shop.merchant.dashboard.imports.words import field_names
from shop.merchant.imports.child import GLUED
from shop.merchant.imports.headings.formats import REPEATED
from shop.merchant.imports.models import CatalogueRow, CatalogueSpreadsheet
from shop.merchant.imports.parsed import ASKED
from shop.merchant.imports.plan import FILLED, FILLED_WORDS
from shop.merchant.imports.values import COMMA, POINT
from shop.storefront.listings.categories import usual_codes
from shop.storefront.listings.variants import HEAVIEST

NEEDED = ("sku", "title", "price")
LONGEST_CELL = 500


@dataclass(frozen=True, slots=True)
class ColumnLine:
    """A column as the form shows it."""

    field: forms.BoundField
    heading: str
    example: str
    state: str
    note: str


class ColumnsForm(forms.Form):
    """The field of each column, and how the numbers are written."""

    decimal = forms.ChoiceField(
        label=gettext_lazy("Decimals"),
        choices=[(POINT, gettext_lazy("Point, 46.00")), (COMMA, gettext_lazy("Comma, 46,00"))],
    )

    def __init__(self, sheet: CatalogueSpreadsheet, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sheet = sheet
        self.fields["decimal"].initial = sheet.choices.get("decimal", POINT)
        currency = sheet.choices.get("currency", "")
        self.fields["currency"] = currency_field(currency, none=settings.SHOP_CURRENCY)
        self.names = field_names()
        choices = [("", _("Not brought in")), *self.names.items()]
        for place, told in enumerate(sheet.fields):
            self.fields[f"column_{place}"] = forms.ChoiceField(
                label=sheet.headings[place] or str(place + 1), choices=choices, required=False,
                initial=told,
            )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Say where two columns mean the same, and that a SKU or a name has to be there."""
        told: dict[str, Any] = super().clean() or self.cleaned_data
        seen: set[str] = set()
        for place, name in enumerate(self.matched()):
            if name and name in seen and name not in REPEATED:
                text = _("Two columns are “%(name)s”. Leave one of them out.")
                self.add_error(f"column_{place}", text % {"name": self.names[name]})
            seen.add(name)
        if not seen & {"sku", "title"}:
            self.add_error(None, _("Choose the column with the SKU, or the one with the name."))
        return told

    def matched(self) -> list[str]:
        """Return the field of each column."""
        return [self.cleaned_data.get(f"column_{place}", "")
                for place in range(len(self.sheet.fields))]  # fmt: skip

    def lines(self) -> Iterator[ColumnLine]:
        """Yield each column with its field, an example, and how it was matched."""
        guesses = self.sheet.choices.get("guesses", [])
        for place, heading in enumerate(self.sheet.headings):
            bound = self[f"column_{place}"]
            value = bound.value() or ""
            is_guess = place < len(guesses) and guesses[place] and value == bound.initial
            state = "left" if not value else "guess" if is_guess else "matched"
            example = self.sheet.examples[place] if place < len(self.sheet.examples) else ""
            yield ColumnLine(bound, heading, example, state, self._note(value))

    def missing(self) -> str:
        """Return which fields that new products need have no column."""
        told = {self[f"column_{place}"].value() for place in range(len(self.sheet.fields))}
        return listed(self.names[name] for name in NEEDED if name not in told)

    def _note(self, name: str) -> str:
        if name in {"weight_kg", "weight_lb", "weight_oz"}:
            return _("Turned into grams.")
        if name == "price" and self.sheet.choices.get("decimal") == COMMA:
            return _("The comma is read as the decimal point.")
        return ""


def currency_field(initial: str = "", *, none: str = "–") -> forms.ChoiceField:
    """Return the field for the currency of a sheet's prices.

    Args:
        none: what is shown for no other currency than the shop's.
    """
    ours = settings.SHOP_CURRENCY
    names = Locale.parse(get_language() or "en", sep="-").currencies
    codes = [code for code in convertible() if code != ours]
    choices = [(code, beside(code, names.get(code, ""))) for code in codes]
    return forms.ChoiceField(
        label=_("Currency of the prices"), choices=[("", none), *choices], required=False,
        initial=initial,
    )  # fmt: skip


class AskedForm(forms.Form):
    """What is asked once for many rows: which categories they mean, and what they all lack."""

    def __init__(self, sheet: CatalogueSpreadsheet, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.categories = list(Category.objects.order_by("path"))
        self.asked = sheet.asked
        choices = [("", "–"), *((row.path, _indented(row)) for row in self.categories)]
        before = sheet.choices
        self.texts = list(self.asked.get("categories", {}))
        for number, text in enumerate(self.texts):
            label = text or _("Rows that name no category")
            self.fields[f"category_{number}"] = forms.ChoiceField(
                label=label, choices=choices, required=False,
            )  # fmt: skip
        self.paths = [path for path, told in self.asked.get("lacking", {}).items()
                      if any(told.values()) or path in before.get("fill", {})]  # fmt: skip
        if "in_stock" in self.asked:
            self.fields["in_stock"] = forms.IntegerField(
                label=_("How many of each are there?"), min_value=0, max_value=MOST,
                required=False, initial=before.get("in_stock"),
            )  # fmt: skip
        for path in self.paths:
            fill = before.get("fill", {}).get(path, {})
            for name in FILLED_WORDS:
                row = FIELDS[name]
                self.fields[f"{name}_{path}"] = row.type.form_field(
                    label=row.label, required=False, initial=fill.get(name)
                )
            self.fields[f"weight_g_{path}"] = forms.IntegerField(
                label=gettext_lazy("Packed weight, g"), min_value=1, max_value=HEAVIEST,
                required=False, initial=fill.get("weight_g"),
            )  # fmt: skip

    def is_needed(self) -> bool:
        """Tell whether anything is asked."""
        return bool(self.texts or self.paths or "in_stock" in self.fields)

    def names(self) -> list[tuple[forms.BoundField, int]]:
        """Return the fields that ask for categories, with how many products each concerns."""
        counts = self.asked.get("categories", {})
        return [(self[f"category_{n}"], counts[text]) for n, text in enumerate(self.texts)]

    def gaps(self) -> list[dict[str, Any]]:
        """Return each category with what its products lack, and the codes that are usual there."""
        by_path = {row.path: row for row in self.categories}
        return [
            {"category": by_path[path], "counts": self.asked["lacking"][path],
             "usual": listed(usual_codes(by_path[path])),
             "fields": [self[f"{name}_{path}"] for name in FILLED]}
            for path in self.paths if path in by_path
        ]  # fmt: skip

    def choices(self, before: Mapping[str, Any]) -> dict[str, Any]:
        """Return how the sheet is read from now on."""
        told = self.cleaned_data
        found = dict(before)
        categories = dict(found.get("categories", {}))
        for number, text in enumerate(self.texts):
            if path := told.get(f"category_{number}"):
                if text:
                    categories[text] = path
                else:
                    found["otherwise"] = path
        fill = dict(found.get("fill", {}))
        for path in self.paths:
            own = {name: told.get(f"{name}_{path}") for name in FILLED}
            fill[path] = {name: value for name, value in own.items() if value}
        return found | {"categories": categories, "fill": fill, "in_stock": told.get("in_stock")}


class MendForm(forms.Form):
    """The cells of rows that have to be mended."""

    def __init__(
        self, sheet: CatalogueSpreadsheet, rows: Sequence[CatalogueRow], *args: Any, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.sheet, self.rows = sheet, rows
        if sheet.asked.get("categories"):  # asked once, above
            asked = {place for place, name in enumerate(sheet.fields) if name == "category"}
            for row in rows:
                row.problems = [one for one in row.problems if one[0] not in asked]
        for row in rows:
            row.problems = [one for one in row.problems if one[0] != ASKED]
            if row.cells.get("fault") == GLUED:
                self.fields[f"whole_{row.number}"] = forms.BooleanField(
                    label=_("It is all one text"), required=False
                )
            for place, _text in row.problems:
                if place >= 0 and _is_line(cell := _cell(row, place)):
                    self.fields[f"cell_{row.number}_{place}"] = forms.CharField(
                        required=False, max_length=LONGEST_CELL, initial=cell
                    )

    def lines(self) -> list[dict[str, Any]]:
        """Return each problem with its field, if a cell can be typed."""
        found = []
        for row in self.rows:
            for place, text in row.problems:
                heading = self.sheet.headings[place] if place >= 0 else ""
                name = f"cell_{row.number}_{place}"
                field = self[name] if name in self.fields else None
                whole = f"whole_{row.number}"
                found.append({"row": row, "heading": heading, "field": field, "text": text,
                              "whole": self[whole] if whole in self.fields else None})  # fmt: skip
        return found

    def is_whole(self, row: CatalogueRow) -> bool:
        """Tell whether a row whose cell looked like several was said to be one text."""
        return bool(self.cleaned_data.get(f"whole_{row.number}"))

    def mended(self) -> dict[int, dict[int, str]]:
        """Return the cells that were typed anew, by row and place."""
        found: dict[int, dict[int, str]] = {}
        for row in self.rows:
            for place, _text in row.problems:
                typed = self.cleaned_data.get(f"cell_{row.number}_{place}")
                if typed is not None:
                    found.setdefault(row.number, {})[place] = typed.strip()
        return found


def _cell(row: CatalogueRow, place: int) -> str:
    cells: list[str] = row.cells["cells"]
    return cells[place] if place < len(cells) else ""


def _is_line(cell: str) -> bool:
    """Tell whether a cell can be mended in a field of one line; others are in their file."""
    return len(cell) <= LONGEST_CELL and "\n" not in cell


def _indented(category: Category) -> str:
    return f"{'– ' * category.path.count('/')}{category.shown_name}"
