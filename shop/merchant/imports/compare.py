"""What a product's rows would change: compared with what the store has, as it wants it.

Everything of many products is read with the same number of statements.
"""

from __future__ import annotations

import html
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any

from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from shop.catalogue.fields.field_types import WordList
from shop.catalogue.fields.table import FIELDS, TypedWords
from shop.catalogue.models import Product, Variant
from shop.festivals.models import RegularPrice
from shop.merchant.imports import values
from shop.merchant.imports.parsed import SheetProblem, WantedProduct, WantedVariant
from shop.merchant.imports.plan import FILLED_WORDS
from shop.merchant.moderation.contents import Content, content_of
from shop.merchant.moderation.translate import wanted_words
from shop.people.merchants.models import Merchant
from shop.people.merchants.roles import Right
from shop.storefront.listings.variants import TypedVariant, row_errors

LISTS = tuple(name for name, row in FIELDS.items() if isinstance(row.type, WordList))


@dataclass(frozen=True, slots=True)
class StoredProduct:
    """A product as its store has it now: with its proposed change, its prices and its stock."""

    product: Product
    content: Content
    variants: Sequence[Variant]
    prices: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class SheetChange:
    """A change as it is shown: of which row, what, from what, to what."""

    row: int
    what: str
    before: str
    after: str


@dataclass(slots=True)
class Comparison:
    """What is written for one product: whole, so that it can be saved as its form would be."""

    wanted: WantedProduct
    stored: StoredProduct | None
    words: TypedWords
    rows: list[TypedVariant] = field(default_factory=list)
    prices: dict[int, int] = field(default_factory=dict)
    units: dict[int, int] = field(default_factory=dict)
    texts: dict[str, dict[str, Any]] = field(default_factory=dict)
    changes: list[SheetChange] = field(default_factory=list)
    problems: list[SheetProblem] = field(default_factory=list)
    is_edited: bool = False

    @property
    def is_new(self) -> bool:
        """Tell whether there is no such product yet."""
        return self.stored is None

    def note(self, row: int, what: str, before: object, after: object) -> None:
        """Put a change down."""
        self.changes.append(SheetChange(row, what, _shown(before), _shown(after)))


def stored_products(merchant: Merchant, skus: Collection[str]) -> dict[str, StoredProduct]:
    """Return the store's products that have some SKUs, by these in small letters. Five statements.

    AD-1 and ad-1 are one thing: systems differ in how they write it.
    """
    sizes = Variant.objects.alias(low=Lower("sku")).filter(merchant=merchant)
    ids = set(sizes.filter(low__in={sku.lower() for sku in skus}).values_list("product", flat=True))
    rows = Product.objects.filter(pk__in=ids).select_related("pending_change", "merchant")
    products = {row.pk: row for row in rows.prefetch_related("translations")}
    variants = list(
        Variant.objects.filter(product__in=ids).select_related("pool").order_by("position", "pk")
    )
    prices = RegularPrice.objects.filter(variant__in=variants).amounts()
    found: dict[str, StoredProduct] = {}
    for pk, product in products.items():
        own = [row for row in variants if row.product_id == pk]
        pending_change = getattr(product, "pending_change", None)
        stored = StoredProduct(product, content_of(product, pending_change), own, prices)
        found |= dict.fromkeys((row.sku.lower() for row in own), stored)
        found |= dict.fromkeys((row.sku.lower() for row in stored.content.variants), stored)
    return found


def compare(
    wanted: WantedProduct, known: Mapping[str, StoredProduct], rights: Collection[Right]
) -> Comparison:
    """Return what the rows of a product would change, with everything that is wrong.

    Args:
        known: the store's products by SKU.
        rights: of whoever brings the sheet in.
    """
    there = _stored_of(wanted, known)
    stored = there[0] if there else None
    made = Comparison(wanted, stored, _words_before(wanted, stored))
    made.problems += wanted.problems
    if Right.WORDS not in rights:
        text = _("Whoever sent this sheet may not change products of this store any more.")
        made.problems.append(SheetProblem(wanted.group, -1, text))
    if len(there) > 1:
        text = _("The SKUs of these rows belong to different products here.")
        made.problems.append(SheetProblem(wanted.group, -1, text))
    if made.problems:
        return made
    if stored is None:
        _as_new(made)
    else:
        _as_change(made, stored)
        _refuse_without(made, stored, rights)
    if not made.problems:
        is_approved = stored is not None and stored.product.state in Product.APPROVED
        shown = [row for row in made.rows if not row.is_off]
        wants = len(made.words.option_names)
        numbers = _numbers(made)
        for (number, _name), text in row_errors(
            shown, wanted=wants, is_approved=is_approved
        ).items():
            made.problems.append(SheetProblem(numbers.get(number, wanted.group), -1, text))
    return made


def _stored_of(wanted: WantedProduct, known: Mapping[str, StoredProduct]) -> list[StoredProduct]:
    """Return the store's products that rows mean, and let the rows write SKUs as it does."""
    skus = [row.sku.lower() for row in wanted.variants]
    there = {known[sku].product.pk: known[sku] for sku in skus if sku in known}
    skus_of = (
        [*(row.sku for row in stored.variants), *(row.sku for row in stored.content.variants)]
        for stored in there.values()
    )
    spelt = {sku.lower(): sku for sku in chain.from_iterable(skus_of)}
    wanted.variants = [replace(row, sku=spelt.get(row.sku.lower(), row.sku))
                       for row in wanted.variants]  # fmt: skip
    return list(there.values())


def _numbers(made: Comparison) -> dict[int, int]:
    """Return the number of the row in the sheet by the number of a row of the grid."""
    by_sku = {row.sku: row.row for row in made.wanted.variants}
    return {row.number: by_sku[row.sku] for row in made.rows if row.sku in by_sku}


def _words_before(wanted: WantedProduct, stored: StoredProduct | None) -> TypedWords:
    if stored:
        return stored.content.words
    return TypedWords(title="", category_id=0)


def _as_new(made: Comparison) -> None:
    """Work out a product that is not there yet."""
    wanted = made.wanted
    told = {name: value for name, value in wanted.words.items() if name != "otherwise"}
    told.setdefault("category_id", wanted.words.get("otherwise"))
    if not told.get("title"):
        made.problems.append(SheetProblem(wanted.group, -1, _(
            "There is no product with this SKU yet, and a new one needs a name."
        )))  # fmt: skip
    if not told["category_id"]:
        made.problems.append(SheetProblem(wanted.group, -1, _("Choose a category")))
    if made.problems:
        return
    for name in FILLED_WORDS:
        told.setdefault(name, wanted.fill.get(name, ""))
    lists = {name: tuple(told[name]) for name in LISTS if name in told}
    made.words = TypedWords(**{**told, **lists, "option_names": wanted.option_names or ()})
    made.rows = [_new_row(n, row, wanted) for n, row in enumerate(wanted.variants)]
    made.texts = {language: dict(words) for language, words in wanted.texts.items()}
    for row in wanted.variants:
        made.note(row.row, "new", "", row.price if row.price is not None else "–")


def _as_change(made: Comparison, stored: StoredProduct) -> None:
    """Work out what changes of a product that is there."""
    _compare_words(made, stored)
    _compare_texts(made, stored)
    _compare_rows(made, stored)


def _compare_words(made: Comparison, stored: StoredProduct) -> None:
    before, wanted = made.words, made.wanted
    told = {name: value for name, value in wanted.words.items() if name != "otherwise"}
    for name in FILLED_WORDS:
        if not getattr(before, name) and wanted.fill.get(name):
            told.setdefault(name, wanted.fill[name])
    if wanted.option_names:
        told["option_names"] = wanted.option_names
    changed: dict[str, Any] = {}
    for name, value in told.items():
        now = getattr(before, name)
        new = tuple(value) if name in LISTS else value
        if new != (tuple(now) if name in LISTS else now) and not _is_all_that_is_read(new, now):
            changed[name] = new
            made.note(wanted.group, name, now, new)
    made.words = replace(before, **changed)
    made.is_edited = bool(changed)


def _is_all_that_is_read(new: Any, now: Any) -> bool:
    """Tell whether words are what is read of those that are there: a sheet can say no more.

    Blanks that stand twice, signs that nobody sees and what looks like markup are read by no sheet.
    """
    if isinstance(new, str) and isinstance(now, str):
        read = [values.plain_text(now), values.plain_text(html.escape(now))]
        return new in (*read, *(" ".join(words.split()) for words in read))
    if isinstance(new, tuple):
        return new == tuple(" ".join(values.plain_text(word).split()) for word in now)
    return False


def _compare_texts(made: Comparison, stored: StoredProduct) -> None:
    product = stored.product
    pending_change = getattr(product, "pending_change", None)
    for language, words in made.wanted.texts.items():
        now = wanted_words(product, language, pending_change)
        changed: dict[str, Any] = {
            name: text for name, text in words.items()
            if now.get(name, "") != text and not _is_all_that_is_read(text, now.get(name, ""))
        }  # fmt: skip
        if changed:
            made.texts[language] = {**now, **changed, "is_read": True}
            for name, text in changed.items():
                made.note(made.wanted.group, f"{name}:{language}", now.get(name, ""), text)


def _compare_rows(made: Comparison, stored: StoredProduct) -> None:
    """Return the grid of a product: its sizes as they are, with what the sheet says over them."""
    wanted = {row.sku: row for row in made.wanted.variants}
    labels = stored.content.options
    rows: list[TypedVariant] = []
    for variant in stored.variants:
        options = tuple(labels.get(variant.pk, variant.options))
        row = TypedVariant(len(rows), variant.pk, variant.sku, options, variant.weight_g,
                           is_off=not variant.is_active)  # fmt: skip
        asked = wanted.pop(variant.sku, None)
        if asked and row.is_off:
            made.wanted.notes.append(
                _("%(sku)s is off sale and stays so: put it back on its page.") % {"sku": row.sku}
            )
        elif asked:
            row = _changed_row(made, row, asked, variant, stored)
        rows.append(row)
    for kept in stored.content.variants:
        new = replace(kept, number=len(rows))
        if asked := wanted.pop(kept.sku, None):
            new = _over(made, new, asked, now=kept)
        rows.append(new)
    for asked in wanted.values():
        rows.append(_new_row(len(rows), asked, made.wanted))
        made.note(asked.row, "new", "", asked.price if asked.price is not None else "–")
        made.is_edited = True
    made.rows = rows


def _changed_row(
    made: Comparison, row: TypedVariant, asked: WantedVariant, variant: Variant,
    stored: StoredProduct,
) -> TypedVariant:  # fmt: skip
    """Return the row of a size with what the sheet says; prices and stock on sale are apart."""
    price, units = stored.prices.get(variant.pk), variant.pool.on_hand
    if variant.listed_at is None:
        return _over(made, row, asked, now=replace(row, price=price, units=units))
    if asked.price is not None and asked.price != price:
        made.prices[variant.pk] = asked.price
        made.note(asked.row, "price", price, asked.price)
    if asked.units is not None and asked.units != units:
        made.units[variant.pool_id] = asked.units
        made.note(asked.row, "stock", units, asked.units)
    return _over(made, row, replace(asked, price=None, units=None), now=row)


def _over(
    made: Comparison, row: TypedVariant, asked: WantedVariant, *, now: TypedVariant
) -> TypedVariant:
    """Return a row with the values that a sheet says; what differs is put down."""
    weight = asked.weight_g or (None if now.weight_g else made.wanted.fill.get("weight_g"))
    told = {"price": asked.price, "units": asked.units, "weight_g": weight,
            "options": asked.options or None}  # fmt: skip
    names = {"units": "stock", "weight_g": "weight", "options": "option"}
    changed: dict[str, Any] = {name: value for name, value in told.items()
               if value is not None and value != _plain(getattr(now, name))}  # fmt: skip
    for name, value in changed.items():
        made.note(asked.row, names.get(name, name), _plain(getattr(now, name)), value)
    if changed:
        made.is_edited = True
    return replace(row, **{"price": now.price, "units": now.units} | changed)


def _new_row(number: int, asked: WantedVariant, wanted: WantedProduct) -> TypedVariant:
    weight = asked.weight_g or wanted.fill.get("weight_g") or 0
    units = wanted.in_stock if asked.is_in_stock else asked.units
    return TypedVariant(number, None, asked.sku, asked.options, weight, asked.price, units)


def _refuse_without(made: Comparison, stored: StoredProduct, rights: Collection[Right]) -> None:
    """Refuse what cannot be changed at present, or by this person."""
    product, wanted = stored.product, made.wanted
    if product.kind == Product.Kind.EXPERIENCE:
        text = _("This is an experience: its dates are changed under Dates.")
        made.problems.append(SheetProblem(wanted.group, -1, text))
    elif product.state == Product.State.SUBMITTED and made.changes:
        text = _("It waits for a review. Take it back first, then bring this row in.")
        made.problems.append(SheetProblem(wanted.group, -1, text))
    rows = {change.row for change in made.changes if change.what == "price"}
    if made.prices and Right.PRICES not in rights:
        text = _("Your role does not change prices of what is on sale.")
        made.problems += [SheetProblem(row, -1, text) for row in sorted(rows)]
    rows = {change.row for change in made.changes if change.what == "stock"}
    if made.units and Right.STOCK not in rights:
        text = _("Your role does not change stock.")
        made.problems += [SheetProblem(row, -1, text) for row in sorted(rows)]


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _shown(value: object) -> str:
    """Return a value as it is kept to be shown."""
    if value is None:
        return ""
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value))[:300]
    return str(value)[:300]
