"""Products for Google Merchant Center: RSS 2.0 with Google's names.

XML and not tab-separated text, since pictures and ways of sending are several of each, and
descriptions have lines. A file that breaks off is no XML, and Google keeps the one before.

Left out on purpose: ``gtin``, which the shop does not know; ``google_product_category``, which
Google works out itself better than a table of ours would; ``adult``, which means sexual content.
The store is the brand, and its SKU the number that the maker gave.

Source: Google, "Product data specification" (support.google.com/merchants/answer/7052112) and "Use
the RSS 2.0 specification to upload products" (answer/160589), looked up in November 2026.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape

from shop.catalogue.fields.table import feed_keys
from shop.storefront.feeds.items import FeedItem
from shop.storefront.feeds.values import (
    LONGEST_BRAND,
    LONGEST_TITLE,
    LONGEST_TYPE,
    amount,
    cut,
    sale_time,
)

KEYS = feed_keys("google")
TYPE = "application/xml; charset=utf-8"
LONGEST_DESCRIPTION = 5_000
MORE_PICTURES = 10
# XML 1.0 knows no way to write these.
FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0">\n<channel>\n'
)
FOOT = "</channel>\n</rss>\n"


def parts(title: str, link: str, found: Iterable[list[FeedItem]]) -> Iterator[bytes]:
    """Yield the file, some products at a time."""
    about = _element("title", title) + _element("link", link) + _element("description", title)
    yield (HEAD + about + "\n").encode()
    for items in found:
        yield "".join(map(_item, items)).encode()
    yield FOOT.encode()


def _item(item: FeedItem) -> str:
    images = item.images
    told = [
        ("id", item.id),
        ("title", cut(item.title, LONGEST_TITLE)),
        ("description", cut(item.description, LONGEST_DESCRIPTION)),
        ("link", item.link),
        ("image_link", images[0]),
        *(("additional_image_link", image) for image in images[1 : 1 + MORE_PICTURES]),
        ("availability", "in_stock" if item.is_available else "out_of_stock"),
        ("price", amount(item.price)),
        ("sale_price", "" if item.sale is None else amount(item.sale)),
        ("sale_price_effective_date", sale_time(item)),
        ("condition", "new"),
        ("brand", cut(item.brand, LONGEST_BRAND)),
        ("mpn", item.mpn),
        ("item_group_id", item.group),
        ("product_type", cut(item.product_type, LONGEST_TYPE)),
        *((key, item.fields[name]) for name, key in KEYS.items()),
        *((name, cut(text, 100)) for name, text in item.facts.items()),
        ("shipping_weight", f"{item.weight_g} g"),
        ("ships_from_country", item.ships_from),
        ("min_handling_time", str(item.handling[0])),
        ("max_handling_time", str(item.handling[1])),
    ]
    lines = "".join(_element(f"g:{name}", text) for name, text in told if text)
    return f"<item>{lines}{_shipping(item)}</item>\n"


def _shipping(item: FeedItem) -> str:
    if item.shipping is None:
        return ""
    country, service, price = item.shipping
    inside = [("country", country), ("service", service.capitalize()), ("price", amount(price))]
    return (
        f"<g:shipping>{''.join(_element(f'g:{name}', text) for name, text in inside)}</g:shipping>"
    )


def _element(name: str, text: str) -> str:
    return f"<{name}>{escape(FORBIDDEN.sub('', text))}</{name}>"
