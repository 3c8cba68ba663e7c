"""A store's catalogue as a sheet of ours: what goes out comes in again unchanged."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import batched
from typing import Any

from django.conf import settings
from django.db.models import Prefetch

from shop.catalogue.models import Product, ProductPicture, Variant
from shop.currencies import in_whole
from shop.festivals.models import RegularPrice
from shop.imports.formats import MOST_PICTURES, OTHER_LANGUAGES, OWN, PICTURE, TRANSLATED
from shop.languages import in_language
from shop.merchants.models import Merchant
from shop.spreadsheets import Cell, Table
from shop.workspace.access import products_of

PART = 100  # products that are read together
STATES: dict[str, str] = {
    Product.State.PUBLISHED: "on sale", Product.State.SUBMITTED: "submitted",
    Product.State.WITHDRAWN: "taken off sale",
}  # fmt: skip
EXAMPLE = {
    "product": "TOE", "name": "Toe-loop sandal", "category": "fashion/footwear",
    "option 1": "Size", "value 1": "38", "sku": "TOE-38", "price": "46.00", "stock": "9",
    "weight_g": "420", "materials": "cow leather; tyre rubber", "origin": "SN",
    "hs_code": "6403.59", "state": "draft", "image_1": "toe-38.jpg",
}  # fmt: skip
LEFT_OUT = {"currency", "image_alt"}


def headings() -> list[str]:
    """Return the columns of our sheets, in their order."""
    return [name for name in OWN if name not in LEFT_OUT]


def table(merchant: Merchant) -> Table:
    """Return the goods of a store, a row for each size; an example where it has none."""
    return headings(), _rows(merchant)


def _rows(merchant: Merchant) -> Iterator[Sequence[Cell]]:
    own = products_of(merchant).filter(kind=Product.Kind.GOODS)
    ids = list(own.order_by("pk").values_list("pk", flat=True))
    if not ids:
        yield [EXAMPLE.get(name, "") for name in headings()]
    for part in batched(ids, PART):
        yield from _some(part)


def _some(ids: Sequence[int]) -> Iterator[Sequence[Cell]]:
    """Yield the rows of some products. Five statements."""
    sizes = Variant.objects.filter(is_active=True).select_related("pool")
    covers = ProductPicture.objects.select_related("picture").order_by("position")
    rows = Product.objects.filter(pk__in=ids).select_related("category").prefetch_related(
        Prefetch("variants", sizes.order_by("position", "pk"), to_attr="sizes"),
        Prefetch("shown_pictures", covers, to_attr="shown"),
        "translations",
    )  # fmt: skip
    products: list[Any] = list(rows.order_by("pk"))
    variants = [variant for product in products for variant in product.sizes]
    prices = RegularPrice.objects.filter(variant__in=variants).amounts()
    for product in products:
        words = _words(product)
        for variant in product.sizes:
            yield _row(words, product, variant, prices.get(variant.pk))


def _row(
    words: dict[str, str], product: Product, variant: Variant, price: int | None
) -> list[Cell]:
    told = dict(words)
    for n, (name, value) in enumerate(zip(product.option_names, variant.options, strict=False), 1):
        told |= {f"option {n}": name, f"value {n}": value}
    told |= {
        "sku": variant.sku, "stock": str(variant.pool.on_hand),
        "weight_g": str(variant.weight_g or ""),
        "price": "" if price is None else str(in_whole(price, settings.SHOP_CURRENCY)),
    }  # fmt: skip
    return [told.get(name, "") for name in headings()]


def _words(product: Product) -> dict[str, str]:
    """Return the cells that all rows of a product have in common."""
    told = {
        "product": str(product.pk), "name": product.title, "summary": product.summary,
        "description": product.description, "category": product.category.path,
        "materials": _listed(product.materials), "tags": _listed(product.tags),
        "origin": product.origin, "hs_code": product.hs_code,
        "state": STATES.get(product.state, "draft"),
    }  # fmt: skip
    texts = {row.language: row.words for row in product.translations.all()}
    columns = {field: column for column, field in OWN.items() if field != PICTURE}
    for language in OTHER_LANGUAGES:
        long_ones: Mapping[str, str] = in_language(texts, language) or {}
        words = dict(long_ones)
        words["title"] = in_language(product.titles, language) or ""
        for name in TRANSLATED:
            told[columns[f"{name}:{language}"]] = words.get(name, "")
    shown = getattr(product, "shown", [])
    for n, row in enumerate(shown[:MOST_PICTURES], 1):
        sizes = row.picture.sizes.get("jpeg") or {"0": ""}
        told[f"image_{n}"] = settings.SITE_URL + sizes[max(sizes, key=int)]
    return told


def _listed(words: Sequence[str]) -> str:
    """Return words divided by semicolons; a comma in the only one is no divider either."""
    return "; ".join(words) + (";" if len(words) == 1 and "," in words[0] else "")
