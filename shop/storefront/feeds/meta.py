"""Products for Meta's catalogues (Facebook, Instagram): CSV with Meta's names.

Source: Meta, "Supported fields for products"
(developers.facebook.com/docs/commerce-platform/catalog/fields) and its template of a feed, looked
up in November 2026.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from shop.catalogue.fields.table import feed_keys
from shop.core.spreadsheets.formulas import as_text
from shop.storefront.feeds.items import FeedItem
from shop.storefront.feeds.values import LONGEST_TYPE, amount, cut, sale_time

TYPE = "text/csv; charset=utf-8"
LONGEST_TITLE, LONGEST_DESCRIPTION, LONGEST_BRAND = 150, 5_000, 100
MORE_PICTURES = 20
LONGEST_LINKS = 2_000
KEYS = feed_keys("meta")
AT_FIRST = (
    "id", "title", "description", "availability", "condition", "price", "link", "image_link",
    "brand", "additional_image_link", "sale_price", "sale_price_effective_date", "item_group_id",
    "mpn", "product_type", "gender", "age_group", "color", "size", "material", "shipping",
    "shipping_weight", "origin_country",
)  # fmt: skip
HEADINGS = (*AT_FIRST, *(key for key in KEYS.values() if key not in AT_FIRST))


def parts(_title: str, _link: str, found: Iterable[list[FeedItem]]) -> Iterator[bytes]:
    """Yield the file, some products at a time."""
    yield _lines([HEADINGS])
    for items in found:
        yield _lines([_cells(item) for item in items])


def _cells(item: FeedItem) -> list[str]:
    told = {
        "id": item.id, "title": cut(item.title, LONGEST_TITLE),
        "description": cut(item.description, LONGEST_DESCRIPTION),
        "availability": "in stock" if item.is_available else "out of stock", "condition": "new",
        "price": amount(item.price), "link": item.link, "image_link": item.images[0],
        "brand": cut(item.brand, LONGEST_BRAND), "additional_image_link": _more(item.images[1:]),
        "sale_price": "" if item.sale is None else amount(item.sale),
        "sale_price_effective_date": sale_time(item), "item_group_id": item.group,
        "mpn": item.mpn, "product_type": cut(item.product_type, LONGEST_TYPE),
        "shipping": _shipping(item),
        "shipping_weight": f"{item.weight_g} g" if item.weight_g else "",
        **{key: item.fields[name] for name, key in KEYS.items()},
        **{name: cut(text, 200) for name, text in item.facts.items()},
    }  # fmt: skip
    return [as_text(told.get(name, "")) for name in HEADINGS]


def _more(images: Sequence[str]) -> str:
    """Return more pictures, divided by commas, as many as fit."""
    told = ""
    for image in images[:MORE_PICTURES]:
        longer = f"{told},{image}" if told else image
        if len(longer) > LONGEST_LINKS:
            break
        told = longer
    return told


def _shipping(item: FeedItem) -> str:
    """Return what sending costs: country, region (none), way, price."""
    if item.shipping is None:
        return ""
    country, service, price = item.shipping
    return f"{country}::{service.capitalize()}:{amount(price)}"


def _lines(rows: Iterable[Sequence[str]]) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue().encode()
