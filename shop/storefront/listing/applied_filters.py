"""The filters that are applied, each with the address of the list without it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from shop.catalogue.delivery.names import country_name
from shop.storefront.cards import money
from shop.storefront.listing.facets import Facets
from shop.storefront.search.filters import Filters

Applied = list[tuple[Any, dict[str, object]]]


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter that is applied, and the address of the list without it."""

    label: str
    url: str


def address(path: str, filters: Filters) -> str:
    """Return the address of a list."""
    query = filters.query()
    return f"{path}?{query}" if query else path


def applied(filters: Filters, facets: Facets, path: str, language: str) -> tuple[Chip, ...]:
    """Return the applied filters as chips, in the order of the form."""
    found = _single(filters, facets, language) + _several(filters, facets, language)
    return tuple(
        Chip(label, address(path, filters.changed(**changes))) for label, changes in found if label
    )


def _single(filters: Filters, facets: Facets, language: str) -> Applied:
    kinds = {"": "", "goods": _("Products"), "experience": _("Experiences")}
    flash = filters.in_flash or filters.slot is not None
    return [
        (filters.words and _("“%(query)s”") % {"query": filters.words}, {"words": ""}),
        (filters.in_festival and _("In the festival"), {"in_festival": False}),
        (flash and _("Flash deals"), {"in_flash": False, "slot": None}),
        (kinds[filters.kind], {"kind": ""}),
        (filters.in_stock and _("In stock only"), {"in_stock": False}),
        (filters.category and facets.name(filters.category), {"category": ""}),
        (_price_range(filters, language), {"low": None, "high": None}),
    ]


def _several(filters: Filters, facets: Facets, language: str) -> Applied:
    stores = {option.value: option.label for option in facets.stores}
    countries: Applied = [
        (country_name(code, language), {"countries": _without(filters.countries, code)})
        for code in filters.countries
    ]
    return countries + [
        (stores.get(slug, slug), {"stores": _without(filters.stores, slug)})
        for slug in filters.stores
    ]


def _without(values: tuple[str, ...], value: str) -> tuple[str, ...]:
    return tuple(other for other in values if other != value)


def _price_range(filters: Filters, language: str) -> str:
    low = "" if filters.low is None else money(filters.low, language)
    high = "" if filters.high is None else money(filters.high, language)
    if low and high:
        return _("%(low)s to %(high)s") % {"low": low, "high": high}
    if high:
        return _("Under %(price)s") % {"price": high}
    return low and _("from %(price)s") % {"price": low}
