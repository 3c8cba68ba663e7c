"""Makes rows of the grid from options and their values, and fills many rows at once.

Both only write into the form: nothing is saved before somebody saves it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import product
from math import prod
from typing import Any

from django import forms
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shop.catalogue.stock.count import MOST
from shop.core.forms.fields import AmountField, LineField, ListField
from shop.storefront.listings.variants import MOST_ROWS

OPTIONS = 3
"""What shoppers can choose of a product: at most so many options."""
PLACES = ("first", "second", "third")[:OPTIONS]
MOST_VALUES = 40
CODE = re.compile(r"[^A-Z0-9]+")
SHORT, LONGEST_CODE = 4, 40
WHATS = (
    ("price", gettext_lazy("Price")), ("units", gettext_lazy("Stock")),
    ("weight_g", gettext_lazy("Packed weight, g")), ("is_off", gettext_lazy("Take away")),
)  # fmt: skip


class MakerForm(forms.Form):
    """Options with their values, and what all new variants have in common."""

    fields: dict[str, Any]

    name_1 = LineField(label=gettext_lazy("First option"), max_length=40, required=False)
    values_1 = ListField(label=gettext_lazy("Its values"), most=MOST_VALUES, longest=60,
                         max_length=1_000, required=False)  # fmt: skip
    name_2 = LineField(label=gettext_lazy("Second option"), max_length=40, required=False)
    values_2 = ListField(label=gettext_lazy("Its values"), most=MOST_VALUES, longest=60,
                         max_length=1_000, required=False)  # fmt: skip
    name_3 = LineField(label=gettext_lazy("Third option"), max_length=40, required=False)
    values_3 = ListField(label=gettext_lazy("Its values"), most=MOST_VALUES, longest=60,
                         max_length=1_000, required=False)  # fmt: skip
    code = LineField(
        label=gettext_lazy("SKUs begin with"), max_length=25, required=False,
        help_text=gettext_lazy("Empty: made from the name. Every SKU can be changed below."),
    )  # fmt: skip
    price = AmountField(label=gettext_lazy("Price of each"), required=False)
    units = forms.IntegerField(
        label=gettext_lazy("Stock of each"), min_value=0, max_value=MOST, required=False
    )
    weight_g = forms.IntegerField(
        label=gettext_lazy("Packed weight of each, g"), min_value=1, max_value=200_000,
        required=False,
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Ask for both the name of an option and its values."""
        told: dict[str, Any] = super().clean() or self.cleaned_data
        for n in range(1, OPTIONS + 1):
            name, values = told.get(f"name_{n}"), told.get(f"values_{n}")
            if values and not name:
                self.add_error(f"name_{n}", _("Say what can be chosen, like Size"))
            elif name and not values and f"values_{n}" not in self.errors:
                self.add_error(f"values_{n}", _("Enter its values, divided by commas"))
        if not self.errors and not self.options():
            self.add_error("name_1", _("Say what can be chosen, like Size"))
        if not self.errors and prod(len(values) for _name, values in self.options()) > MOST_ROWS:
            most = _("A product has %(most)d variants at the most.") % {"most": MOST_ROWS}
            self.add_error("values_1", most)
        return told

    def options(self) -> list[tuple[str, list[str]]]:
        """Return the options that were typed, each with its values."""
        told = [(self.cleaned_data.get(f"name_{n}"), self.cleaned_data.get(f"values_{n}"))
                for n in range(1, OPTIONS + 1)]  # fmt: skip
        return [(name, list(dict.fromkeys(values))) for name, values in told if name and values]

    def pairs(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """Return the fields of each option: its name, and its values."""
        return [(self[f"name_{n}"], self[f"values_{n}"]) for n in range(1, OPTIONS + 1)]


class FillForm(forms.Form):
    """Which rows are filled, in which column, and with what."""

    which = forms.CharField(max_length=60, required=False, strip=False)
    what = forms.ChoiceField(choices=WHATS)
    value = forms.CharField(max_length=20, required=False)

    def clean(self) -> dict[str, Any]:
        """Read the value as its column does."""
        told: dict[str, Any] = super().clean() or self.cleaned_data
        what, typed = told.get("what"), told.get("value", "").strip()
        if what == "is_off":
            told["value"] = True
        elif what and not typed:
            self.add_error("value", _("Enter a value to fill in."))
        elif what == "price":
            try:
                AmountField().clean(typed)
            except forms.ValidationError as wrong:
                self.add_error("value", wrong)
        elif what and not typed.isdecimal():
            self.add_error("value", _("Enter a whole number."))
        return told


def read_maker(data: Any) -> MakerForm:
    """Return the maker as it was sent."""
    return MakerForm(data, prefix="m")


def first_maker(options: Sequence[str], rows: Iterable[dict[str, Any]]) -> MakerForm:
    """Return the maker with the options and values that a product has."""
    rows = [row for row in rows if row.get("sku")]
    first: dict[str, Any] = {}
    for n, (name, place) in enumerate(zip(options, PLACES, strict=False), 1):
        first[f"name_{n}"] = name
        first[f"values_{n}"] = list(dict.fromkeys(filter(None, (r.get(place) for r in rows))))
    return MakerForm(initial=first, prefix="m")


def fits(maker: MakerForm, title: str, before: Sequence[dict[str, Any]]) -> bool:
    """Tell whether a valid maker makes no more rows than a product may have; else it says so."""
    if len(made_rows(maker, title, before)) <= MOST_ROWS:
        return True
    most = _("A product has %(most)d variants at the most.") % {"most": MOST_ROWS}
    maker.add_error("values_1", most)
    return False


def made_rows(
    maker: MakerForm, title: str, before: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return the rows that there were, and one for each combination that had none.

    Args:
        maker: a valid form.
        before: the rows as typed; those without anything are dropped.

    Returns:
        Perhaps more than a product may have: see ``fits``.
    """
    options = maker.options()
    kept = [row for row in before if any(row.get(name) for name in ("sku", "price", *PLACES))]
    for place, (_name, known) in zip(PLACES, options, strict=False):  # of an option that is new
        kept = [row if row.get(place) else row | {place: known[0]} for row in kept]
    there = {tuple(_label(row, place) for place in PLACES[: len(options)]) for row in kept}
    wanted = [values for values in product(*(values for _name, values in options))
              if tuple(value.casefold() for value in values) not in there]  # fmt: skip
    told = maker.cleaned_data
    beginning = told["code"] or slugify(title).upper()[:12].strip("-") or "SKU"
    taken = {str(row.get("sku", "")).casefold() for row in kept}
    made = []
    for values in wanted:
        sku = _code(beginning, values, taken)
        row = {"sku": sku, "price": _typed(told["price"]), "units": told["units"],
               "weight_g": told["weight_g"]}  # fmt: skip
        made.append(row | dict(zip(PLACES, values, strict=False)))
    return kept + made


def filled_rows(fill: FillForm, before: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return rows with a value in a column: all that say something, or those with a choice."""
    told = fill.cleaned_data
    value = told["value"]
    return [row | {told["what"]: value} if _fits(row, told["which"]) else row for row in before]


def values_of(rows: Iterable[dict[str, Any]]) -> list[str]:
    """Return the values of options that stand in the rows, once each."""
    found = (str(row.get(place) or "") for place in PLACES for row in rows)
    return list(dict.fromkeys(filter(None, found)))


def _fits(row: dict[str, Any], which: str) -> bool:
    if not row.get("sku"):
        return False
    return not which or which in [row.get(place) for place in PLACES]


def _label(row: dict[str, Any], place: str) -> str:
    return str(row.get(place) or "").casefold()


def _typed(amount: int | None) -> Any:
    """Return an amount as its field shows it."""
    return None if amount is None else AmountField().prepare_value(amount)


def _code(beginning: str, values: Sequence[str], taken: set[str]) -> str:
    """Return a SKU that no row has: the beginning, and the values shortened."""
    parts = [CODE.sub("", slugify(value).upper())[:SHORT] or str(ord(value[0]) % 1000)
             for value in values]  # fmt: skip
    stem = "-".join([beginning, *parts])[: LONGEST_CODE - 3]
    sku, n = stem, 2
    while sku.casefold() in taken:
        sku, n = f"{stem}-{n}", n + 1
    taken.add(sku.casefold())
    return sku
