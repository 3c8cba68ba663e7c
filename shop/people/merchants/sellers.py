"""Who sells by law: a store, or the operator of the shop."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from shop.people.merchants.models import Merchant


@dataclass(frozen=True, slots=True)
class Seller:
    """A seller with what papers say of it; ``merchant`` is None for the operator."""

    merchant: Merchant | None
    name: str
    tax_number: str
    lines: tuple[str, ...]
    country: str
    prefix: str
    zone: str


def as_seller(store: Merchant) -> Seller:
    """Return a store as a seller."""
    lines = tuple(store.seller_lines)
    return Seller(
        store, store.seller_name, store.tax_number, lines, store.country, store.prefix, store.zone
    )


def operator() -> Seller:
    """Return the operator as a seller."""
    lines = tuple(line.strip() for line in settings.OPERATOR_ADDRESS.split(",") if line.strip())
    return Seller(
        None, settings.OPERATOR_NAME, settings.OPERATOR_TAX_NUMBER, lines,
        settings.OPERATOR_COUNTRY, settings.OPERATOR_PREFIX, settings.SHOP_ZONE,
    )  # fmt: skip
