"""The data of a product for search engines: schema.org's Product, with its price of this moment.

Prices to come stay out: whoever could read them would know them before they are announced.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from shop.catalogue.models import Product
from shop.core.currencies import currencies
from shop.storefront.product.variants import VariantNow
from shop.storefront.product.words import ProductWords

# Inside a script element these would end it or begin another.
ESCAPES = {ord(">"): "\\u003E", ord("<"): "\\u003C", ord("&"): "\\u0026"}


def offer_data(
    product: Product,
    variants: Sequence[VariantNow],
    words: ProductWords,
    *,
    url: str,
    pictures: Sequence[str],
) -> SafeString:
    """Return the element that describes a product and its variants to machines."""
    data = {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": words.title.text,
        "description": words.said["summary"].text or words.said["description"].text[:300],
        "url": url,
        "image": [_absolute(address) for address in pictures],
        "brand": {"@type": "Brand", "name": product.merchant.name},
        "offers": [
            _offer(product, variant, words, url)
            for variant in variants
            if variant.price is not None
        ],
    }
    text = json.dumps(data, ensure_ascii=False).translate(ESCAPES)
    return mark_safe(f'<script type="application/ld+json">{text}</script>')  # noqa: S308 (escaped)


def _offer(
    product: Product, variant: VariantNow, words: ProductWords, url: str
) -> dict[str, object]:
    there = "InStock" if variant.is_buyable else "OutOfStock"
    exponent = currencies()[settings.SHOP_CURRENCY].exponent
    price: Any = variant.price
    return {
        "@type": "Offer",
        "name": words.terms.label(variant.options).text or words.title.text,
        "price": str(Decimal(price).scaleb(-exponent)),
        "priceCurrency": settings.SHOP_CURRENCY,
        "availability": f"https://schema.org/{there}",
        "url": url,
        "seller": {"@type": "Organization", "name": product.merchant.name},
    }


def _absolute(address: str) -> str:
    return address if "://" in address else f"{settings.SITE_URL}{address}"
