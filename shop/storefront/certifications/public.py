"""The only writer of the certificates that shoppers see: those that count."""

from __future__ import annotations

from datetime import datetime

from shop.catalogue.models import Product
from shop.festivals.prices.spans import mark_change
from shop.people.merchants.models import Merchant
from shop.storefront.certifications.models import Certification
from shop.storefront.listings.refresh import refresh


def fact_of(found: Certification) -> dict[str, str]:
    """Return what shoppers read of a certificate: what, from whom, its number, its last day."""
    until = found.until.isoformat() if found.until else ""
    return {"title": found.title, "issuer": found.issuer, "number": found.number, "until": until}


def show(merchant: Merchant, *, at: datetime) -> None:
    """Write what counts to a locked store; search finds its products by the titles."""
    rows = Certification.objects.filter(merchant=merchant, state=Certification.State.COUNTS)
    told = sorted((fact_of(row) for row in rows), key=lambda fact: fact["title"])
    titles = [fact["title"] for fact in told]
    if (titles, told) == (merchant.certifications, merchant.certified):
        return
    Merchant.objects.filter(pk=merchant.pk).update(certifications=titles, certified=told)
    mark_change("store", at=at)
    if titles == merchant.certifications:
        return
    products = Product.objects.filter(merchant=merchant).order_by("pk")
    refresh(list(products.values_list("pk", flat=True)), at=at)
