"""The only writer of the certificates that shoppers see: the titles of those that count."""

from __future__ import annotations

from datetime import datetime

from shop.catalogue.models import Product
from shop.certificates.models import Certificate
from shop.festivals.prices.spans import mark_change
from shop.listings.refresh import refresh
from shop.merchants.models import Merchant


def show(merchant: Merchant, *, at: datetime) -> None:
    """Write the titles that count to a locked store; search finds its products by them."""
    rows = Certificate.objects.filter(merchant=merchant, state=Certificate.State.COUNTS)
    titles = sorted(rows.values_list("title", flat=True))
    if titles == merchant.certifications:
        return
    Merchant.objects.filter(pk=merchant.pk).update(certifications=titles)
    mark_change("store", at=at)
    products = Product.objects.filter(merchant=merchant).order_by("pk")
    refresh(list(products.values_list("pk", flat=True)), at=at)
