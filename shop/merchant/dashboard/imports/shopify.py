"""A store's catalogue as Shopify's sheet of products, with its newer headings.

Source: Shopify Help Center, "Using CSV files to import and export products", looked up in November
2026. The reader of sheets knows these headings (``imports.headings``): what goes out comes in
again unchanged. What the sheet has no column for (materials, origin, customs code, other languages)
stays as it is here, and does not go along.
"""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from itertools import zip_longest

from shop.catalogue.fields.field_types import ChoiceType
from shop.catalogue.fields.table import FIELDS, TypedWords
from shop.catalogue.models import Product
from shop.core.spreadsheets.tables import Cell, Table
from shop.merchant.dashboard.imports.export import ExportedProduct, choices_of, exported, price_of
from shop.merchant.imports.parsed import NO_OPTION
from shop.merchant.imports.values import DIVIDED
from shop.people.merchants.models import Merchant
from shop.storefront.listings.variants import TypedVariant

FIELDS_HERE = {
    name: row.column.shopify
    for name, row in FIELDS.items()
    if row.column and row.column.shopify
}  # fmt: skip
HEADINGS = (
    "Title", "URL handle", "Description", "Vendor", "Product category", "Type", "Tags",
    "Published on online store", "Status", "SKU", "Barcode", "Option1 name", "Option1 value",
    "Option2 name", "Option2 value", "Option3 name", "Option3 value", "Price", "Compare-at price",
    "Charge tax", "Inventory tracker", "Inventory quantity",
    "Continue selling when out of stock", "Weight value (grams)", "Weight unit for display",
    "Requires shipping", "Fulfillment service", "Product image URL", "Image position",
    "Image alt text", "Gift card", "SEO title", "SEO description", *FIELDS_HERE.values(),
)  # fmt: skip
OF_EACH = {
    "Charge tax": "TRUE", "Inventory tracker": "shopify",
    "Continue selling when out of stock": "DENY", "Weight unit for display": "g",
    "Requires shipping": "TRUE", "Fulfillment service": "manual",
}  # fmt: skip
BETWEEN_TAGS = ", "  # of a file, whatever the language
STATUS: dict[str, str] = {Product.State.PUBLISHED: "Active", Product.State.WITHDRAWN: "Archived"}


def table(merchant: Merchant) -> Table:
    """Return the goods of a store, a row for each size and for each picture beyond these."""
    return HEADINGS, _rows(merchant)


def _rows(merchant: Merchant) -> Iterator[Sequence[Cell]]:
    for one in exported(merchant):
        first = _words(one, merchant.name)
        rows = zip_longest(one.sizes, enumerate(one.pictures, 1))
        for size, picture in rows:
            told = first | {"URL handle": one.product.slug}
            first = {}
            if size is not None:
                told |= _size(one, size)
            if picture is not None:
                place, (address, alt) = picture
                told |= {"Product image URL": address, "Image position": str(place),
                         "Image alt text": alt}  # fmt: skip
            yield [told.get(name, "") for name in HEADINGS]


def _words(one: ExportedProduct, vendor: str) -> dict[str, str]:
    """Return the cells that the first row of a product has and no other."""
    wanted, state = one.content.words, one.product.state
    return {
        "Title": wanted.title, "Description": _as_markup(wanted.description),
        "Vendor": vendor, "Type": one.category, "Tags": _tags(wanted.tags),
        "Published on online store": "TRUE" if state == Product.State.PUBLISHED else "FALSE",
        "Status": STATUS.get(state, "Draft"), "Gift card": "FALSE", "SEO title": wanted.title,
        "SEO description": wanted.summary,
        **{heading: _cell(name, wanted) for name, heading in FIELDS_HERE.items()},
    }  # fmt: skip


def _cell(name: str, wanted: TypedWords) -> str:
    """Return the value of a field: codes as Shopify writes them, with a capital letter."""
    kind, value = FIELDS[name].type, getattr(wanted, name)
    return kind.cell(value).title() if isinstance(kind, ChoiceType) else kind.cell(value)


def _size(one: ExportedProduct, size: TypedVariant) -> dict[str, str]:
    told = OF_EACH | {
        "SKU": size.sku, "Price": price_of(size), "Weight value (grams)": str(size.weight_g or ""),
        "Inventory quantity": "" if size.units is None else str(size.units),
    }  # fmt: skip
    choices = choices_of(one.content, size)
    for n, name, value in choices:
        told |= {f"Option{n} name": name, f"Option{n} value": value}
    if not choices:
        told |= {"Option1 name": "Title", "Option1 value": NO_OPTION.title()}
    return told


def _as_markup(text: str) -> str:
    """Return plain words as Shopify keeps them: paragraphs and lines in HTML."""
    parts = [html.escape(part, quote=False).replace("\n", "<br>")
             for part in text.split("\n\n") if part.strip()]  # fmt: skip
    return "".join(f"<p>{part}</p>" for part in parts)


def _tags(tags: Sequence[str]) -> str:
    """Return tags divided by commas; by semicolons, which the reader knows, where one has any."""
    if any(DIVIDED.search(tag) for tag in tags):
        return "; ".join(tags) + (";" if len(tags) == 1 else "")
    return BETWEEN_TAGS.join(tags)
