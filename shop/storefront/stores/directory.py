"""The directory of stores: narrowed by country, category and certificate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shop.catalogue.delivery.names import country_name
from shop.core.forms.numbers import number_of
from shop.core.languages import in_language, listed, order_key
from shop.storefront.cache.catalogue_version import CatalogueVersion
from shop.storefront.listing.facets import FacetOption
from shop.storefront.listing.page import Choices, shortened
from shop.storefront.search.filters import MOST_CHOICES, KnownFilters, Pairs, is_country
from shop.storefront.stores.cards import StoreCard, store_cards

PAGE = 24
COUNTRIES = 12  # that are open to see
SORTS = ("popular", "newest", "name")
LONGEST = 60  # letters of a certificate
FARTHEST = 1_000


@dataclass(frozen=True, slots=True)
class StoreFilters:
    """The filters, the order and the page of the directory."""

    countries: tuple[str, ...] = ()
    category: str = ""
    certificates: tuple[str, ...] = ()
    sort: str = SORTS[0]
    page: int = 1

    is_plain_search: ClassVar[bool] = False  # there are no words to search for

    def pairs(self) -> Pairs:
        """Return names and values of the query, always in one order."""
        return [
            *(("country", code) for code in self.countries),
            *([("category", self.category)] if self.category else []),
            *(("certificate", name) for name in self.certificates),
            *([("sort", self.sort)] if self.sort != SORTS[0] else []),
            *([("page", str(self.page))] if self.page > 1 else []),
        ]

    def query(self) -> str:
        """Return the canonical query."""
        return urlencode(self.pairs())

    @property
    def listed(self) -> str | None:
        """Return the query under which search engines list the page, or None for not at all."""
        pairs = [(name, value) for name, value in self.pairs() if name != "sort"]
        return urlencode(pairs) if self.is_common else None

    @property
    def is_common(self) -> bool:
        """Tell whether many ask for just this: see ``filters.Filters``."""
        count = len(self.countries) + bool(self.category)
        return count <= 1 and not self.certificates and self.page == 1


@dataclass(frozen=True, slots=True)
class Directory:
    """Everything that the page of all stores says; ``head_title`` names all that narrows it."""

    filters: StoreFilters
    title: str
    head_title: str
    crumbs: tuple[tuple[str, str], ...]
    total: str
    countries: Choices
    categories: tuple[FacetOption, ...]
    certificates: tuple[FacetOption, ...]
    sorts: tuple[FacetOption, ...]
    kept: Pairs
    stores: list[StoreCard]
    previous: str
    next: str

    @property
    def chosen(self) -> int:
        """Return how many filters are applied."""
        filters = self.filters
        return len(filters.countries) + bool(filters.category) + len(filters.certificates)


def read_stores(data: QueryDict, known: KnownFilters) -> StoreFilters:
    """Return the filters in the directory's address; impossible values are left out."""
    category = data.get("category", "")
    sort = data.get("sort", "")
    names = {name[:LONGEST] for name in data.getlist("certificate") if name.isprintable() and name}
    return StoreFilters(
        countries=tuple(sorted({code for code in data.getlist("country") if is_country(code)}))[
            :MOST_CHOICES
        ],
        category=category if category in known.categories and "/" not in category else "",
        certificates=tuple(sorted(names))[:6],
        sort=sort if sort in SORTS else SORTS[0],
        page=min(number_of(data.get("page", "")) or 1, FARTHEST),
    )


def directory(filters: StoreFilters, *, version: CatalogueVersion, language: str) -> Directory:
    """Return the page of the stores that pass the filters. One statement."""
    everyone = store_cards(language)
    shown = _sorted([s for s in everyone if _passes(s, filters)], filters.sort, language)
    start = (filters.page - 1) * PAGE
    path = reverse("stores")

    def options(counted: StoreFilters, of: Callable[[StoreCard], Iterable[str]]) -> Counter[str]:
        return Counter(value for s in everyone if _passes(s, counted) for value in of(s))

    countries = options(replace(filters, countries=()), lambda s: [s.country])
    tops = options(replace(filters, category=""), lambda s: s.tops)
    certificates = options(replace(filters, certificates=()), lambda s: set(s.certificates))
    called = {
        name: said for s in everyone for name, said in zip(s.certificates, s.called, strict=True)
    }
    return Directory(
        filters=filters,
        title=_title(len(everyone), len({s.country for s in everyone})),
        crumbs=((reverse("home"), _("Festival")),),
        head_title=listed(
            [
                _("Stores"),
                *(country_name(code, language) for code in filters.countries),
                *(
                    in_language(names, language) or name
                    for top, name, names in version.tree
                    if top == filters.category
                ),
                *(called.get(name, name) for name in filters.certificates),
            ]
        ),
        total=_stores(len(shown)),
        countries=shortened(
            _options(
                countries, filters.countries, lambda code: country_name(code, language), language
            ),
            COUNTRIES,
        ),
        categories=tuple(
            FacetOption(
                top, in_language(names, language) or name, tops[top], top == filters.category
            )
            for top, name, names in version.tree
            if "/" not in top and (tops[top] or top == filters.category)
        ),
        certificates=_options(
            certificates,
            filters.certificates,
            lambda name: called.get(name, name),
            language,
        ),
        sorts=_sorts(filters.sort),
        kept=[pair for pair in filters.pairs() if pair[0] not in ("sort", "page")],
        stores=shown[start : start + PAGE],
        previous=_page(path, filters, filters.page - 1) if filters.page > 1 else "",
        next=_page(path, filters, filters.page + 1) if len(shown) > start + PAGE else "",
    )


def _passes(store: StoreCard, filters: StoreFilters) -> bool:
    return (
        (not filters.countries or store.country in filters.countries)
        and (not filters.category or filters.category in store.tops)
        and all(name in store.certificates for name in filters.certificates)
    )


def _since(store: StoreCard) -> Any:
    return store.since


def _sorted(stores: list[StoreCard], sort: str, language: str) -> list[StoreCard]:
    if sort == "name":
        return sorted(stores, key=lambda store: order_key(store.name, language))
    if sort == "newest":
        return sorted(stores, key=_since, reverse=True)
    return stores


def _options(
    counts: Counter[str], chosen: tuple[str, ...], name: Callable[[str], str], language: str
) -> tuple[FacetOption, ...]:
    values = {*counts, *chosen}
    found = [FacetOption(value, name(value), counts[value], value in chosen) for value in values]
    return tuple(sorted(found, key=lambda option: order_key(option.label, language)))


def _sorts(chosen: str) -> tuple[FacetOption, ...]:
    names = {"popular": _("Most bought"), "newest": _("Newest"), "name": _("Name, A to Z")}
    return tuple(FacetOption(value, label, 0, value == chosen) for value, label in names.items())


def _page(path: str, filters: StoreFilters, page: int) -> str:
    query = replace(filters, page=page).query()
    return f"{path}?{query}" if query else path


def _title(stores: int, countries: int) -> str:
    parts = {
        "stores": _stores(stores),
        "countries": ngettext("%(count)d country", "%(count)d countries", countries)
        % {"count": countries},
    }
    return _("%(stores)s, %(countries)s") % parts


def _stores(count: int) -> str:
    return ngettext("%(count)d store", "%(count)d stores", count) % {"count": count}
