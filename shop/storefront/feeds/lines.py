"""Products as JSON Lines: one object for each thing on sale, experiences included.

For partners without a format of their own. Amounts are texts in whole units of the currency,
instants are ISO 8601 with their zone. More keys may come; none goes or changes its meaning.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from django.conf import settings

from shop.catalogue.fields.table import feed_keys
from shop.core.currencies import in_whole
from shop.storefront.feeds.items import FeedItem

KEYS = feed_keys("lines")
TYPE = "application/jsonl; charset=utf-8"


def parts(_title: str, _link: str, found: Iterable[list[FeedItem]]) -> Iterator[bytes]:
    """Yield the file, some products at a time."""
    for items in found:
        yield "".join(f"{json.dumps(_told(item), ensure_ascii=False)}\n" for item in items).encode()


def _told(item: FeedItem) -> dict[str, Any]:
    shipping = None
    if item.shipping is not None:
        country, service, price = item.shipping
        shipping = {"country": country, "service": service, "price": _amount(price)}
    return {
        "id": item.id,
        "group": item.group or None,
        "kind": "goods" if item.is_goods else "experience",
        "title": item.title,
        "description": item.description,
        "link": item.link,
        "images": list(item.images),
        "currency": settings.SHOP_CURRENCY,
        "price": _amount(item.price),
        "sale_price": None if item.sale is None else _amount(item.sale),
        "sale_from": item.sale_from.isoformat() if item.sale_from else None,
        "sale_until": item.sale_until.isoformat() if item.sale_until else None,
        "is_available": item.is_available,
        "store": item.brand,
        "sku": item.mpn,
        "category": item.product_type,
        "weight_g": item.weight_g or None,
        "ships_from": item.ships_from or None,
        **{key: item.fields[name] or None for name, key in KEYS.items()},
        "shipping": shipping,
        "is_for_adults": item.is_for_adults,
        "starts": item.starts.isoformat() if item.starts else None,
        "zone": item.zone or None,
        "facts": dict(item.facts),
    }


def _amount(minor: int) -> str:
    return str(in_whole(minor, settings.SHOP_CURRENCY))
