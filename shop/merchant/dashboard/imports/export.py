"""A store's catalogue as a sheet of ours: what goes out comes in again unchanged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import batched
from typing import Any

from django.conf import settings
from django.db.models import Prefetch

from shop.catalogue.fields.table import FIELDS
from shop.catalogue.models import Category, Product, ProductPicture, Variant
from shop.core.currencies import in_whole
from shop.core.spreadsheets.tables import Cell, Table
from shop.festivals.models import RegularPrice
from shop.merchant.dashboard.access import products_of
from shop.merchant.imports.headings.formats import (
    MOST_PICTURES,
    OTHER_LANGUAGES,
    OWN,
    PICTURE,
    TRANSLATED,
)
from shop.merchant.moderation.contents import Content, content_of
from shop.merchant.moderation.translate import wanted_words
from shop.people.merchants.models import Merchant
from shop.storefront.listings.variants import TypedVariant

PART = 100  # products that are read together
STATES: dict[str, str] = {
    Product.State.PUBLISHED: "on sale", Product.State.SUBMITTED: "submitted",
    Product.State.WITHDRAWN: "taken off sale",
}  # fmt: skip
EXAMPLE = {row.column.heading: row.column.example for row in FIELDS.values() if row.column} | {
    "product": "TOE", "category": "fashion/footwear", "option 1": "Size", "value 1": "38",
    "sku": "TOE-38", "price": "46.00", "stock": "9", "weight_g": "420", "state": "draft",
    "image_1": "toe-38.jpg",
}  # fmt: skip
LEFT_OUT = {"currency", "image_alt"}


@dataclass(frozen=True, slots=True)
class ExportedProduct:
    """A product as its store wants it: its words, the path of its category, sizes, pictures.

    A picture is its whole address and the words that stand for it.
    """

    product: Product
    content: Content
    category: str
    sizes: list[TypedVariant]
    pictures: list[tuple[str, str]]


def headings() -> list[str]:
    """Return the columns of our sheets, in their order."""
    return [name for name in OWN if name not in LEFT_OUT]


def table(merchant: Merchant) -> Table:
    """Return the goods of a store, a row for each size; an example where it has none."""
    return headings(), _rows(merchant)


def _rows(merchant: Merchant) -> Iterator[Sequence[Cell]]:
    is_empty = True
    for one in exported(merchant):
        is_empty = False
        told = _words(one)
        for size in one.sizes:
            yield _row(told, one.content, size)
    if is_empty:
        yield [EXAMPLE.get(name, "") for name in headings()]


def exported(merchant: Merchant) -> Iterator[ExportedProduct]:
    """Yield the goods of a store, in the order in which they were made, some at a time."""
    own = products_of(merchant).filter(kind=Product.Kind.GOODS)
    ids = list(own.order_by("pk").values_list("pk", flat=True))
    for part in batched(ids, PART):
        yield from _some(part)


def _some(ids: Sequence[int]) -> Iterator[ExportedProduct]:
    """Yield some products, as their store wants them. Seven statements."""
    sizes = Variant.objects.filter(is_active=True).select_related("pool")
    covers = ProductPicture.objects.select_related("picture").order_by("position")
    rows = Product.objects.filter(pk__in=ids).select_related("pending_change").prefetch_related(
        Prefetch("variants", sizes.order_by("position", "pk"), to_attr="sizes"),
        Prefetch("shown_pictures", covers, to_attr="shown"),
        "translations",
    )  # fmt: skip
    products: list[Any] = list(rows.order_by("pk"))
    variants = [variant for product in products for variant in product.sizes]
    prices = RegularPrice.objects.filter(variant__in=variants).amounts()
    paths = dict(Category.objects.values_list("pk", "path"))
    for product in products:
        content = content_of(product, getattr(product, "pending_change", None))
        own = [
            TypedVariant(0, variant.pk, variant.sku,
                         tuple(content.options.get(variant.pk, variant.options)), variant.weight_g,
                         prices.get(variant.pk), variant.pool.on_hand)
            for variant in product.sizes
        ]  # fmt: skip
        pictures = [
            (settings.SITE_URL + largest(row.picture.sizes), row.picture.alt)
            for row in product.shown[:MOST_PICTURES]
        ]
        path = paths[content.words.category_id]
        yield ExportedProduct(product, content, path, [*own, *content.variants], pictures)


def largest(sizes: Mapping[str, Mapping[str, str]]) -> str:
    """Return the address of the largest JPEG of a picture; empty where there is none."""
    found = sizes.get("jpeg") or {"0": ""}
    return found[max(found, key=int)]


def price_of(size: TypedVariant) -> str:
    """Return a price as sheets write it, like 46.00; empty where there is none yet."""
    return "" if size.price is None else str(in_whole(size.price, settings.SHOP_CURRENCY))


def choices_of(content: Content, size: TypedVariant) -> list[tuple[int, str, str]]:
    """Return what is chosen of a size: the number, the name and the value of each choice."""
    pairs = zip(content.words.option_names, size.options, strict=False)
    return [(n, name, value) for n, (name, value) in enumerate(pairs, 1)]


def _row(words: dict[str, str], content: Content, size: TypedVariant) -> list[Cell]:
    told = dict(words)
    for n, name, value in choices_of(content, size):
        told |= {f"option {n}": name, f"value {n}": value}
    told |= {
        "sku": size.sku, "stock": "" if size.units is None else str(size.units),
        "weight_g": str(size.weight_g or ""), "price": price_of(size),
    }  # fmt: skip
    return [told.get(name, "") for name in headings()]


def _words(one: ExportedProduct) -> dict[str, str]:
    """Return the cells that all rows of a product have in common."""
    product, wanted = one.product, one.content.words
    told = {
        "product": str(product.pk),
        "category": one.category,
        "state": STATES.get(product.state, "draft"),
    }
    for name, row in FIELDS.items():
        if row.column:
            told[row.column.heading] = row.type.cell(getattr(wanted, name))
    columns = {field: column for column, field in OWN.items() if field != PICTURE}
    for language in OTHER_LANGUAGES:
        words = wanted_words(product, language, getattr(product, "pending_change", None))
        for name in TRANSLATED:
            told[columns[f"{name}:{language}"]] = words.get(name, "")
    for n, (address, _alt) in enumerate(one.pictures, 1):
        told[f"image_{n}"] = address
    return told
