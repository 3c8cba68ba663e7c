"""Suggests SKUs for rows of the grid that have none: made of the name and of what is chosen."""

from __future__ import annotations

from collections.abc import Iterator

from django.http import QueryDict

from shop.catalogue.models import Variant
from shop.core.forms.numbers import number_of
from shop.merchant.dashboard.products.making import PLACES
from shop.merchant.imports.plan import LONGEST_SKU, made_up
from shop.people.merchants.models import Merchant
from shop.storefront.listings.variants import MOST_ROWS

SAID = (*PLACES, "price", "units", "weight_g")
ENDING = 4
"""Letters that a number behind a SKU may take."""


def with_skus(typed: QueryDict, merchant: Merchant) -> QueryDict:
    """Return a sent grid with a SKU in each new row that says anything and has none.

    No statement where nothing is missing, else one.
    """
    title = typed.get("title", "").strip()
    rows = list(_bare_rows(typed))
    if not title or not rows:
        return typed
    own = Variant.objects.filter(merchant=merchant, sku__istartswith=made_up(title)[:3])
    taken = {sku.casefold() for sku in own.values_list("sku", flat=True)}
    taken |= {str(typed[name]).casefold() for name in typed if name.endswith("-sku")}
    filled = typed.copy()
    for row in rows:
        chosen = [text for place in PLACES if (text := typed.get(f"{row}-{place}", "").strip())]
        filled[f"{row}-sku"] = _free(made_up(title, *chosen), taken)
    return filled


def _bare_rows(typed: QueryDict) -> Iterator[str]:
    """Yield the prefixes of rows that say something, are new and have no SKU."""
    count = number_of(typed.get("v-TOTAL_FORMS", "")) or 0
    for n in range(min(count, MOST_ROWS)):
        told = {name: typed.get(f"v-{n}-{name}", "").strip()
                for name in ("id", "sku", "is_off", *SAID)}  # fmt: skip
        if any(told[name] for name in SAID) and not (told["id"] or told["sku"] or told["is_off"]):
            yield f"v-{n}"


def _free(sku: str, taken: set[str]) -> str:
    found, n = sku, 2
    while found.casefold() in taken:
        found, n = f"{sku[: LONGEST_SKU - ENDING].rstrip('-')}-{n}", n + 1
    taken.add(found.casefold())
    return found
