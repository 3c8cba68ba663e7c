"""What the rows of one product ask for: its words, its sizes, its pictures; and what is wrong.

It is worked out of the cells alone, so that it is the same when it is checked and when it is
written. What a sheet says nothing about is None or not there, and stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import product as combined
from typing import Any

from django.utils.translation import gettext as _

from shop.catalogue.fields.table import FIELDS
from shop.core.languages import listed
from shop.merchant.imports import values
from shop.merchant.imports.child import GLUED, LONGER
from shop.merchant.imports.headings import formats
from shop.merchant.imports.models import CatalogueRow
from shop.merchant.imports.plan import SheetPlan, made_up
from shop.merchant.imports.values import OtherCurrency, Unclear
from shop.storefront.listings.variants import MOST_ROWS

SKU = re.compile(r"^[A-Za-z0-9][A-Za-z0-9._/-]{0,39}$")
NOT_IN_SKU = re.compile(r"[^A-Za-z0-9._/-]+")
OPTIONS = 3
LONGEST_NAME, LONGEST_VALUE = 40, 60
KIND = "Kind"  # what can be chosen, where a sheet does not say; in the language of all options
NO_OPTION = "default title"  # what Shopify writes where nothing can be chosen
BETWEEN_PICTURES = re.compile(r"[,;|]\s+|[,|](?=https?://)|\n")
LONGEST_SOURCE, LONGEST_SUMMARY = 2_000, 200
VARIANT_FIELDS = ("sku", "price", "stock", "option1", "option2", "option3")
ASKED = -2
OUT_OF_STOCK = {"backorder": "0"}  # what WooCommerce writes beside 1 and 0
WEIGHTS = {"weight_g": "g", "weight_kg": "kg", "weight_lb": "lb", "weight_oz": "oz"}


@dataclass(frozen=True, slots=True)
class SheetProblem:
    """Something wrong: in which row, in which column (-1: in none), and what to do.

    What is asked once for all rows has the place ``ASKED``.
    """

    row: int
    place: int
    text: str


@dataclass(frozen=True, slots=True)
class WantedVariant:
    """A size as its row asks for it."""

    row: int
    sku: str
    options: tuple[str, ...] = ()
    price: int | None = None
    units: int | None = None
    weight_g: int | None = None
    is_in_stock: bool = False
    """The sheet says so, and not how many there are."""


@dataclass(slots=True)
class WantedProduct:
    """A product as its rows ask for it."""

    group: int
    rows: list[int]
    words: dict[str, Any] = field(default_factory=dict)
    texts: dict[str, dict[str, str]] = field(default_factory=dict)
    option_names: tuple[str, ...] | None = None
    variants: list[WantedVariant] = field(default_factory=list)
    pictures: list[tuple[str, str]] = field(default_factory=list)
    is_hidden: bool | None = None
    fill: Mapping[str, Any] = field(default_factory=dict)
    problems: list[SheetProblem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    currencies: list[str] = field(default_factory=list)
    in_stock: int | None = None


def wanted_of(rows: Sequence[CatalogueRow], plan: SheetPlan) -> WantedProduct:
    """Return what the rows of one product ask for, with everything that is wrong with them."""
    made = WantedProduct(rows[0].group, [row.number for row in rows], in_stock=plan.in_stock)
    whole = {LONGER: _("This row has more cells than there are headings. Perhaps two rows were "
                       "joined: divide them in your file."),
             GLUED: _("A cell of this row seems to hold other rows: a quotation mark was not "
                      "closed. Fix it in your file, or say that it is all one text.")}  # fmt: skip
    read = []
    for row in rows:
        if fault := row.cells.get("fault"):
            made.problems.append(SheetProblem(row.number, -1, whole[fault]))
        read.append((row.number, row.cells["cells"], plan.cells(row.cells["cells"])))
    if made.problems:
        return made
    _read_words(made, [(number, cells) for number, _row, cells in read], plan)
    _read_category(made, [(number, cells) for number, _row, cells in read], plan)
    _read_state(made, [(number, cells) for number, _row, cells in read], plan)
    _read_variants(made, read, plan)
    _read_pictures(made, read, plan)
    return made


type Cells = Sequence[tuple[int, dict[str, str]]]
type Lines = Sequence[tuple[int, list[str], dict[str, str]]]


def is_child(cells: Mapping[str, str]) -> bool:
    """Tell whether a row is a size of a product that another row tells about."""
    return cells.get("type", "").casefold().startswith("variation")


def _read_words(made: WantedProduct, rows: Cells, plan: SheetPlan) -> None:
    own = [(number, cells) for number, cells in rows if not is_child(cells)] or []
    reads: dict[str, Callable[[str], Any]] = {
        name: partial(values.of_type, row.type) for name, row in FIELDS.items() if row.column
    }
    for name, read in (reads | {"summary": values.plain_text}).items():
        if (value := _one(made, own, name, read, plan)) is not None:
            made.words[name] = value
    if summary := made.words.pop("summary", ""):  # is cut where others are refused
        made.words["summary"] = _fitting(made, " ".join(summary.split()))
    for language in formats.OTHER_LANGUAGES:
        for name in formats.TRANSLATED:
            value = _one(made, own, f"{name}:{language}", reads[name], plan)
            if value is not None:
                made.texts.setdefault(language, {})[name] = value


def _one(
    made: WantedProduct, rows: Cells, name: str, read: Callable[[str], Any], plan: SheetPlan
) -> Any:
    """Return the one value that the rows of a product have in a column, or None."""
    first = None
    for number, cells in rows:
        text = cells.get(name, "")
        if plan.format == formats.Format.WOOCOMMERCE:
            text = text.replace("\\n", "\n").replace("\\,", ",")
        elif plan.format == formats.Format.ETSY and name == "tags":
            text = text.replace("_", " ")  # as it writes the blanks within one
        if not text:
            continue
        if first is not None:
            if text != first:
                made.problems.append(SheetProblem(number, plan.place(name), _(
                    "All rows of one product say the same here."
                )))  # fmt: skip
            continue
        first = text
        try:
            value = read(text)
        except Unclear as refusal:
            made.problems.append(SheetProblem(number, plan.place(name), str(refusal)))
            return None
    return value if first is not None else None


def _fitting(made: WantedProduct, text: str) -> str:
    """Return a sentence that fits, and say so where something is left out."""
    most = LONGEST_SUMMARY
    if len(text) <= most:
        return text
    made.notes.append(_("In one sentence: only its first %(count)d letters fit.") % {
        "count": most
    })  # fmt: skip
    return text[: most - 1].rpartition(" ")[0].rstrip(",;:. ") + "…"


def _read_category(made: WantedProduct, rows: Cells, plan: SheetPlan) -> None:
    found = next(((number, cells["category"]) for number, cells in rows if "category" in cells),
                 None)  # fmt: skip
    if found is None:
        if plan.otherwise:
            made.words["otherwise"] = plan.otherwise
    elif category := plan.category_of(found[1]):
        made.words["category_id"] = category
    else:
        made.problems.append(SheetProblem(found[0], plan.place("category"), _(
            "Choose which of our categories this is, or write its path, like home/decor."
        )))  # fmt: skip
    category = made.words.get("category_id") or made.words.get("otherwise")
    made.fill = plan.fill.get(category, {}) if category else {}


def _read_state(made: WantedProduct, rows: Cells, plan: SheetPlan) -> None:
    for number, cells in rows:
        kind = cells.get("type", "").casefold()
        if plan.format == formats.Format.WOOCOMMERCE and re.search(
            r"grouped|external|virtual|downloadable", kind
        ):
            made.problems.append(SheetProblem(number, plan.place("type"), _(
                "This kind of product cannot be sold here: goods that are sent can."
            )))  # fmt: skip
        if is_child(cells):
            continue
        for name in ("published", "status", "visibility"):
            try:
                told = values.is_hidden(cells.get(name, ""))
            except Unclear as refusal:
                made.problems.append(SheetProblem(number, plan.place(name), str(refusal)))
                continue
            if told is not None:
                made.is_hidden = bool(made.is_hidden) or told


def _read_variants(made: WantedProduct, lines: Lines, plan: SheetPlan) -> None:
    """Read the rows that are sizes; those that only bring pictures or words are none."""
    sizes = [line for line in lines if _is_size(line, plan)] or list(lines[:1])
    if plan.format == formats.Format.WOOCOMMERCE and any(
        is_child(cells) for _n, _r, cells in lines
    ):
        sizes = [line for line in lines if is_child(line[2])]
    names = _option_names(made, lines, sizes, plan)
    made.option_names = names
    for number, row, cells in sizes:
        choices = _choices(made, number, row, cells, names, plan)
        if choices is not None:
            made.variants += _sizes(made, number, cells, choices, plan)
    if len(made.variants) > MOST_ROWS:
        text = _("A product has %(most)d variants at the most.") % {"most": MOST_ROWS}
        made.problems.append(SheetProblem(made.group, -1, text))
    if not names and not any(_has_choices(row, cells, plan) for _n, row, cells in sizes):
        made.option_names = () if len(made.variants) == 1 else None


def _is_size(line: tuple[int, list[str], dict[str, str]], plan: SheetPlan) -> bool:
    _number, row, cells = line
    return any(cells.get(name) for name in VARIANT_FIELDS) or bool(plan.many(row, formats.CHOICE))


def _has_choices(row: Sequence[str], cells: Mapping[str, str], plan: SheetPlan) -> bool:
    told = any(_told(cells, f"{part}{n}") for n in range(1, OPTIONS + 1)
               for part in ("option", "values"))  # fmt: skip
    return told or bool(plan.many(row, formats.CHOICE))


def _told(cells: Mapping[str, str], name: str) -> str:
    value = cells.get(name, "")
    return "" if value.casefold() == NO_OPTION else value


def _option_names(
    made: WantedProduct, lines: Lines, sizes: Lines, plan: SheetPlan
) -> tuple[str, ...]:
    """Return what can be chosen of a product: named in columns, or columns named so."""
    found: list[str] = []
    for n in range(1, OPTIONS + 1):
        for part in ("option", "values"):
            told = next((cells[f"{part}{n}_name"] for _n, _r, cells in lines
                         if cells.get(f"{part}{n}_name")), "")  # fmt: skip
            has = any(_told(cells, f"{part}{n}") for _n, _r, cells in sizes)
            if has:
                found.append(" ".join(told.split()) or KIND)
    places = {place for _n, row, _c in sizes for place, _text in plan.many(row, formats.CHOICE)}
    found += [" ".join(plan.headings[place].split()).capitalize() for place in sorted(places)]
    names = tuple(name[:LONGEST_NAME] for name in found)
    if len(names) > OPTIONS:
        text = _("At most %(most)d things can be chosen of a product.") % {"most": OPTIONS}
        made.problems.append(SheetProblem(made.group, -1, text))
    return names


def _choices(
    made: WantedProduct, number: int, row: Sequence[str], cells: Mapping[str, str],
    names: Sequence[str], plan: SheetPlan,
) -> list[tuple[str, ...]] | None:  # fmt: skip
    """Return the combinations of choices that a row stands for; None where one is wrong."""
    told: list[list[str]] = []
    for n in range(1, OPTIONS + 1):
        if value := _told(cells, f"option{n}"):
            told.append([value])
        if several := cells.get(f"values{n}"):
            told.append(list(values.listed_words(several, most=MOST_ROWS, longest=LONGEST_VALUE)))
    columns = dict(plan.many(row, formats.CHOICE))
    places = [place for place, name in enumerate(plan.fields) if name == formats.CHOICE]
    told += [list(values.listed_words(columns[place], most=MOST_ROWS, longest=LONGEST_VALUE))
             for place in places if place in columns]  # fmt: skip
    if any(len(value) > LONGEST_VALUE for words in told for value in words):
        text = _("A word has at most %(most)d letters.") % {"most": LONGEST_VALUE}
        made.problems.append(SheetProblem(number, plan.place("option1"), text))
        return None
    if len(told) != len(names) and names:
        text = _("Say of each row which size or kind it is: %(names)s.")
        made.problems.append(SheetProblem(number, plan.place("option1"), text % {
            "names": listed(names)
        }))  # fmt: skip
        return None
    return [tuple(" ".join(word.split()) for word in words) for words in combined(*told)]


def _sizes(
    made: WantedProduct, number: int, cells: Mapping[str, str],
    choices: Sequence[tuple[str, ...]], plan: SheetPlan,
) -> list[WantedVariant]:  # fmt: skip
    """Return the sizes that a row stands for: one, or one for each of its choices."""
    style = plan.style
    numbers: dict[str, int | None] = {"price": None, "units": None, "weight_g": None}
    reads: list[tuple[str, str, Callable[[str], int | None]]] = [
        ("price", "price",
         lambda text: values.price(text, style, cells.get("currency", ""), plan.money)),
        ("units", "stock", lambda text: values.units(text, style)),
        *(("weight_g", name, lambda text, unit=unit: values.grams(text, unit, style))
          for name, unit in WEIGHTS.items()),
    ]  # fmt: skip
    for what, name, read in reads:
        text = cells.get(name, "")
        if text and text.casefold() != "parent":
            try:
                numbers[what] = read(text)
            except OtherCurrency as other:
                made.currencies.append(other.code)
                made.problems.append(SheetProblem(number, ASKED, str(other)))
            except Unclear as refusal:
                made.problems.append(SheetProblem(number, plan.place(name), str(refusal)))
    if len(choices) > 1 and numbers["units"] is not None:
        numbers["units"] = None
        made.notes.append(_("The sheet has one stock for all sizes together: type each of them."))
    is_in_stock = None if cells.get("stock") else _is_in_stock(made, number, cells, plan)
    if is_in_stock is False:
        numbers["units"] = 0
    skus = _skus(made, number, cells, choices, plan)
    return [WantedVariant(number, sku, options, **numbers, is_in_stock=bool(is_in_stock))
            for sku, options in zip(skus, choices, strict=True)]  # fmt: skip


def _is_in_stock(
    made: WantedProduct, number: int, cells: Mapping[str, str], plan: SheetPlan
) -> bool | None:
    """Return whether a row without a number says that there are any; None where it says nothing."""
    try:
        is_out = values.is_hidden(OUT_OF_STOCK.get(text := cells.get("in_stock", ""), text))
    except Unclear:
        made.problems.append(SheetProblem(number, plan.place("in_stock"), _("Write 1 or 0.")))
        return None
    return None if is_out is None else not is_out


def _skus(
    made: WantedProduct, number: int, cells: Mapping[str, str],
    choices: Sequence[tuple[str, ...]], plan: SheetPlan,
) -> list[str]:  # fmt: skip
    """Return the SKUs of a row's sizes: its own, or codes that are the same the next time."""
    told = cells.get("sku", "")
    several = [part.strip() for part in told.split(",")]
    if len(choices) > 1 and len(several) == len(choices) and all(several):
        return [_as_sku(made, number, one, plan) for one in several]
    if told and len(choices) == 1:
        return [_as_sku(made, number, told, plan)]
    stem = several[0] or cells.get("product") or made.words.get("title", "")
    if not stem:
        made.problems.append(SheetProblem(number, plan.place("sku"), _(
            "There is no product with this SKU yet, and a new one needs a name."
        )))  # fmt: skip
    return [made_up(stem, *options) for options in choices]


def _as_sku(made: WantedProduct, number: int, told: str, plan: SheetPlan) -> str:
    sku = NOT_IN_SKU.sub("-", told).strip("-._/")
    if not SKU.match(sku):
        made.problems.append(SheetProblem(number, plan.place("sku"), _(
            "A SKU has at most 40 letters, digits, dots and hyphens, like AD-TH-140"
        )))  # fmt: skip
    elif sku != told:
        made.notes.append(_("The SKU %(before)s is written %(after)s here.") % {
            "before": told, "after": sku,
        })  # fmt: skip
    return sku


def _read_pictures(made: WantedProduct, lines: Lines, plan: SheetPlan) -> None:
    """Collect the pictures in their order, each once, with the words that stand for them."""
    title = made.words.get("title", "")
    found: dict[str, str] = {}
    for number, row, cells in lines:
        alt = " ".join(values.plain_text(cells.get("image_alt", "")).split())
        for place, text in plan.many(row, formats.PICTURE):
            for source in filter(None, map(str.strip, BETWEEN_PICTURES.split(text))):
                if len(source) > LONGEST_SOURCE:
                    too_long = _("This address is too long.")
                    made.problems.append(SheetProblem(number, place, too_long))
                    continue
                found.setdefault(source, (alt or title)[:200])
    made.pictures = list(found.items())
