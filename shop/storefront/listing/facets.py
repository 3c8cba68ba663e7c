"""Counts of products beside each choice of a filter, as if that choice were made."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache, partial

from babel import Locale
from babel.numbers import format_decimal

from shop.catalogue.delivery.names import country_name
from shop.core.languages import in_language, order_key
from shop.storefront.listing.counts import AllCells, cells_of, count
from shop.storefront.search.filters import Filters
from shop.storefront.search.store_names import Named
from shop.storefront.search.understand import Search

EXACT_TO = 5_000
MOST_STORES = 12


@dataclass(frozen=True, slots=True)
class FacetOption:
    """One choice of a filter."""

    value: str
    label: str
    count: int
    is_on: bool
    shown: str = ""


@dataclass(frozen=True, slots=True)
class Branch:
    """A category with the products that lie in it, not below it."""

    path: str
    label: str
    count: int
    position: int

    @property
    def top(self) -> str:
        """Return the path of the top of the tree above it."""
        return self.path.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Facets:
    """The choices of the filters that have counts, and how many products pass them all."""

    total: int
    is_least: bool
    countries: tuple[FacetOption, ...]
    categories: tuple[FacetOption, ...]
    stores: tuple[FacetOption, ...]
    names: dict[str, str]
    kinds: Mapping[str, int] = field(default_factory=dict)
    named: tuple[Named, ...] = ()

    def name(self, path: str) -> str:
        """Return the name of a category, or its path if there is none."""
        return self.names.get(path, path)


def shown(count: int, language: str, *, is_least: bool = False) -> str:
    """Return a count as lists show it: exact to 5,000, or "at least" with a plus sign."""
    if count > EXACT_TO:
        return f"{whole(EXACT_TO, language)}+"
    return whole(count, language) + ("+" if is_least and count else "")


@lru_cache(maxsize=10_000)
def whole(number: int, language: str) -> str:
    """Return a whole number as people of a language write it: 1,000 or 1 000."""
    return format_decimal(number, locale=Locale.parse(language, sep="-"))


def facets_of(
    filters: Filters,
    *,
    at: datetime,
    since: datetime,
    festivals: Sequence[int],
    language: str,
    search: Search | None = None,
) -> Facets:
    """Return the choices beside a list. One statement, or none while the counts are kept.

    Args:
        since: when the present version of the catalogue began.
        search: what the words among the filters ask for.
    """
    known = cells_of(
        filters, at=at, since=since, festivals=festivals, search=search, language=language
    )
    counts = count(known.cells, filters)
    by_label = partial(_by_label, language=language)
    option = partial(_option, language=language, is_least=known.is_least)
    branches = [
        Branch(
            place.path,
            in_language(place.names, language) or place.name,
            counts.categories[place.path],
            place.position,
        )
        for place in known.categories
    ]
    return Facets(
        total=_total(counts.total, known, filters, search),
        is_least=known.is_least,
        countries=by_label(
            option(code, country_name(code, language), counts.countries[code],
                   is_on=code in filters.countries)
            for code in {*counts.countries, *filters.countries}
        ),
        categories=tuple(_tree(branches, filters.category, option)),
        stores=by_label(
            option(slug, known.stores.get(slug, slug), counts.stores[slug],
                   is_on=slug in filters.stores)
            for slug in _frequent(counts.stores, known.stores, filters.stores)
        ),
        names={branch.path: branch.label for branch in branches},
        kinds=counts.kinds,
        named=known.named,
    )  # fmt: skip


def _frequent(counts: Counter[str], names: dict[str, str], chosen: Sequence[str]) -> set[str]:
    """Return the chosen stores, and those with the most products beside them."""
    rest = sorted(counts.keys() - chosen, key=lambda slug: (-counts[slug], names.get(slug, slug)))
    return {*chosen, *rest[: max(0, MOST_STORES - len(chosen))]}


def _tree(
    branches: list[Branch], chosen: str, option: Callable[..., FacetOption]
) -> Iterator[FacetOption]:
    """Yield the top categories that hold something, and the categories below the chosen one."""
    tops: dict[str, list[Branch]] = defaultdict(list)
    for branch in sorted(branches, key=lambda branch: (branch.position, branch.path)):
        tops[branch.top].append(branch)
    labels = {branch.path: branch.label for branch in branches}
    for top, below in tops.items():
        count = sum(branch.count for branch in below)
        is_open = top == chosen.partition("/")[0]
        if count or is_open:
            label = labels.get(top, top)
            yield option(top, label, count, is_on=top == chosen)
        for branch in below if is_open else ():
            if branch.path != top and (branch.count or branch.path == chosen):
                is_on = branch.path == chosen
                yield option(branch.path, branch.label, branch.count, is_on=is_on)


def _option(
    value: str, label: str, count: int, *, language: str, is_on: bool, is_least: bool
) -> FacetOption:
    return FacetOption(value, label, count, is_on, shown(count, language, is_least=is_least))


def _total(total: int, known: AllCells, filters: Filters, search: Search | None) -> int:
    """Return how many there are; of one word alone it is known even where not all are counted."""
    is_alone = search is not None and filters.cleared() == filters.changed()
    return max(total, search.listings) if search and known.is_least and is_alone else total


def _by_label(options: Iterable[FacetOption], *, language: str) -> tuple[FacetOption, ...]:
    return tuple(sorted(options, key=lambda option: order_key(option.label, language)))
