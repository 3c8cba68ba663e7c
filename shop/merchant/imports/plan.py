"""How a sheet is read: the field of each column, its numbers, its categories, its gaps."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.utils.text import slugify

from shop.catalogue.models import Category
from shop.core.languages import in_language
from shop.merchant.imports.headings.formats import REPEATED
from shop.merchant.imports.models import CatalogueSpreadsheet
from shop.merchant.imports.values import POINT, MoneyStyle, NumberStyle
from shop.storefront.listings.usual_prices import Usual

LONGEST_SKU, DIGEST, WHOLE_DIGEST = 40, 6, 10
FILLED_WORDS = ("hs_code", "origin")
FILLED = (*FILLED_WORDS, "weight_g")
"""What is asked once for all products of a category that lack it."""
"""What is asked once for all rows of a category."""


@dataclass(frozen=True, slots=True)
class SheetPlan:
    """How the rows of a sheet are read.

    Args:
        fields: the field of each column; empty where it is left out.
        categories: ids, by what stores or their systems call them, in small letters.
        paths: ids of our categories, by path.
        otherwise: the category of rows that name none.
        fill: what products of a category have that say nothing themselves, by category id.
        in_stock: how many there are of what is in stock without a number.
        usual: usual prices by category id, as they came up; kept while the work goes on.
    """

    format: str
    headings: Sequence[str]
    fields: Sequence[str]
    style: NumberStyle = field(default_factory=NumberStyle)
    categories: Mapping[str, int] = field(default_factory=dict)
    otherwise: int | None = None
    fill: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    money: MoneyStyle = field(default_factory=MoneyStyle)
    in_stock: int | None = None
    usual: dict[int, Usual | None] = field(default_factory=dict)

    def cells(self, row: Sequence[str]) -> dict[str, str]:
        """Return the cells of a row by field, but for fields that have many columns."""
        return {name: row[place] for place, name in self._places() if name not in REPEATED
                and place < len(row) and row[place]}  # fmt: skip

    def many(self, row: Sequence[str], name: str) -> list[tuple[int, str]]:
        """Return the filled cells of a field that has many columns, with their places."""
        return [(place, row[place]) for place, field in self._places()
                if field == name and place < len(row) and row[place]]  # fmt: skip

    def place(self, name: str) -> int:
        """Return the place of a field's column; -1 where it has none."""
        return next((place for place, field in self._places() if field == name), -1)

    def category_of(self, text: str) -> int | None:
        """Return the id of the category that a cell means, if that is known."""
        return self.categories.get(folded(text))

    def _places(self) -> Iterator[tuple[int, str]]:
        return ((place, name) for place, name in enumerate(self.fields) if name)


def plan_of(sheet: CatalogueSpreadsheet) -> SheetPlan:
    """Return how a sheet is read, as its store chose. One statement."""
    choices = sheet.choices
    rows = list(Category.objects.all())
    paths = {row.path: row.pk for row in rows}
    chosen = {text: paths[path] for text, path in choices.get("categories", {}).items()
              if path in paths}  # fmt: skip
    return SheetPlan(
        format=sheet.format, headings=sheet.headings, fields=sheet.fields,
        style=NumberStyle(choices.get("decimal", POINT)),
        categories=names_of(rows) | chosen,
        otherwise=paths.get(choices.get("otherwise", "")),
        fill={paths[path]: told for path, told in choices.get("fill", {}).items()
              if path in paths},
        money=MoneyStyle(choices.get("currency", ""), bool(choices.get("converts"))),
        in_stock=choices.get("in_stock"),
    )  # fmt: skip


def names_of(categories: Sequence[Category]) -> dict[str, int]:
    """Return the ids of categories by path, and by each name that only one of them has."""
    found: dict[str, int] = {}
    twice: set[str] = set()
    for row in categories:
        names = {row.name, *(in_language(row.names, code) or "" for code, _n in settings.LANGUAGES)}
        for name in {folded(name) for name in names if name}:
            if name in found:
                twice.add(name)
            found[name] = row.pk
    for name in twice:
        del found[name]
    return found | {folded(row.path): row.pk for row in categories}


def folded(text: str) -> str:
    """Return what a store or its system calls a category, as it is compared."""
    return " ".join(text.split()).casefold()[:200]


def made_up(*words: str) -> str:
    """Return a SKU for words: with their digest where letters of them are in no SKU."""
    code = _code_of(*words)
    if not code or any(not letter.isascii() and letter.isalnum()
                       for letter in unicodedata.normalize("NFKD", "".join(words))):  # fmt: skip
        digest = hashlib.sha256("\n".join(words).encode()).hexdigest()[:WHOLE_DIGEST].upper()
        code = f"{code}-{digest}" if code else f"P-{digest}"
    return _shortened(code)


def _shortened(code: str) -> str:
    if len(code) <= LONGEST_SKU:
        return code
    digest = hashlib.sha256(code.encode()).hexdigest()[:DIGEST].upper()
    return f"{code[: LONGEST_SKU - DIGEST - 1].rstrip('-')}-{digest}"


def _code_of(*words: str) -> str:
    """Return letters and digits that stand for words in a code: in capitals, divided by hyphens."""
    return slugify("-".join(words)).upper().replace("_", "-").strip("-")
