"""How channels want amounts, times and texts written.

Source: Google, "Product data specification" (support.google.com/merchants/answer/7052112); Meta
takes the same forms ("Supported fields for products"). Looked up in November 2026.
"""

from __future__ import annotations

from datetime import UTC, datetime

from django.conf import settings

from shop.core.currencies import in_whole
from shop.storefront.feeds.items import FeedItem

LONGEST_TITLE = 150
LONGEST_BRAND = 70
LONGEST_TYPE = 750


def amount(minor: int) -> str:
    """Return an amount with its currency: 12.50 EUR."""
    return f"{in_whole(minor, settings.SHOP_CURRENCY)} {settings.SHOP_CURRENCY}"


def moment(at: datetime) -> str:
    """Return an instant to the minute, in UTC: 2027-05-10T00:00+0000."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M%z}"


def sale_time(item: FeedItem) -> str:
    """Return the time in which a deal lowers the price; empty where there is none."""
    if item.sale is None or item.sale_from is None or item.sale_until is None:
        return ""
    return f"{moment(item.sale_from)}/{moment(item.sale_until)}"


def cut(text: str, most: int) -> str:
    """Return a text that has at most so many letters; one that is longer ends with three dots."""
    if len(text) <= most:
        return text
    return text[: most - 1].rstrip(" ,;:.–") + "…"
