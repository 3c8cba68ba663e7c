"""A list of products as its page shows it: cards, filters, and the ways on from here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shop.catalogue.models import Product
from shop.core.languages import listed
from shop.storefront.cache.catalogue_version import CatalogueVersion
from shop.storefront.cards import Card, cards
from shop.storefront.listing.applied_filters import Chip, address, applied
from shop.storefront.listing.facets import EXACT_TO, FacetOption, Facets, facets_of, shown
from shop.storefront.listing.hit_kinds import Hits, hits
from shop.storefront.listing.no_results import Nothing, SearchNote, notes, nothing
from shop.storefront.search.filters import BEST, Filters, Pairs, as_typed
from shop.storefront.search.find import FoundProducts, find
from shop.storefront.search.ranking import fits_all_parts
from shop.storefront.search.understand import Search, understand

NO_FACETS = Facets(0, False, (), (), (), {})
SHORT = 8  # choices of a filter that are open to see


@dataclass(frozen=True, slots=True)
class Choices:
    """The choices of one filter: the more frequent ones, and those behind "Show all"."""

    first: tuple[FacetOption, ...]
    rest: tuple[FacetOption, ...]


@dataclass(frozen=True, slots=True)
class ProductList:
    """Everything that the page of a list says; ``nothing`` stands for the cards of a search.

    ``is_near`` tells that nothing fits all of a search, and what is shown fits in part.
    """

    filters: Filters
    title: str
    crumbs: tuple[tuple[str, str], ...]
    cards: list[Card]
    total: str
    show: str
    chips: tuple[Chip, ...]
    countries: Choices
    categories: tuple[FacetOption, ...]
    stores: tuple[FacetOption, ...]
    sorts: tuple[FacetOption, ...]
    kept: Pairs
    low: str
    high: str
    currency: str
    clear_url: str
    notes: tuple[SearchNote, ...]
    hits: Hits
    nothing: Nothing | None
    is_near: bool
    previous: str
    next: str

    @property
    def head_title(self) -> str:
        """Return the title with all that narrows the list: no two lists are called alike."""
        return listed([self.title, *(c.label for c in self.chips if c.label != self.title)])


def product_list(
    filters: Filters, *, version: CatalogueVersion, at: datetime, language: str
) -> ProductList:
    """Return the page of a list.

    Two statements, one while counts are kept; of a search three, of a corrected one four.
    """
    festivals = [known.id for known in version.live]
    search = None
    if filters.words:
        search = understand(filters.words, language, is_exact=filters.is_exact)
    asked: dict[str, Any] = {
        "at": at,
        "festivals": festivals,
        "language": language,
        "search": search,
    }
    found = find(filters, **asked)
    is_mentioned = search is not None and bool(search.mentioned) and not filters.is_exact
    is_unfiltered = filters.cleared() == filters.changed()
    is_nothing = not found.rows and bool(filters.words) and (is_unfiltered or is_mentioned)
    is_near = _is_near(filters, search, found)
    # Where the words alone find nothing there is nothing to count.
    facets = NO_FACETS if is_nothing else facets_of(filters, since=version.starts_at, **asked)
    path = reverse("products")
    in_flash = filters.in_flash or filters.slot is not None
    return ProductList(
        filters=filters,
        title=_title(filters, facets),
        crumbs=_crumbs(filters, facets, path),
        cards=cards(found.rows, language, in_flash=in_flash),
        total=_counted(filters, facets, language),
        show=_show(facets),
        chips=applied(filters, facets, path, language),
        countries=shortened(facets.countries),
        categories=facets.categories,
        stores=facets.stores,
        sorts=sorts(filters),
        kept=[pair for pair in filters.pairs() if pair[0] != "sort"],
        low="" if filters.low is None else as_typed(filters.low),
        high="" if filters.high is None else as_typed(filters.high),
        currency=settings.SHOP_CURRENCY,
        clear_url=address(path, filters.cleared()),
        notes=notes(filters, search, path, is_near=is_near) if found.rows else (),
        hits=hits(filters, facets, path, language),
        nothing=nothing(filters, search, version, at=at, language=language) if is_nothing else None,
        is_near=is_near,
        **pager(path, filters, found),
    )


def _is_near(filters: Filters, search: Search | None, found: FoundProducts) -> bool:
    """Tell whether the first result of a search fits only a part of it."""
    if search is None or not search.relaxed or filters.sort != BEST or not found.rows:
        return False
    return not fits_all_parts(found.rows[0].key)


def pager(path: str, filters: Filters, found: FoundProducts) -> dict[str, str]:
    """Return the addresses of the pages before and after one, empty at an end."""
    places = {"previous": found.previous, "next": found.next}
    return {
        name: address(path, filters.changed(place=place)) if place else ""
        for name, place in places.items()
    }


def _title(filters: Filters, facets: Facets) -> str:
    if filters.words:
        return _("“%(query)s”") % {"query": filters.words}
    if filters.category:
        return facets.name(filters.category)
    if filters.in_flash or filters.slot is not None:
        return _("Flash deals")
    return _("Experiences") if filters.kind == "experience" else _("Products")


def _crumbs(filters: Filters, facets: Facets, path: str) -> tuple[tuple[str, str], ...]:
    found = [(reverse("home"), _("Festival"))]
    if _title(filters, facets) != _("Products"):
        found.append((path, _("Products")))
    top, _slash, below = filters.category.partition("/")
    if below and not filters.words:
        found.append((address(path, Filters(category=top)), facets.name(top)))
    return tuple(found)


def _counted(filters: Filters, facets: Facets, language: str) -> str:
    total = facets.total
    count = {"count": shown(total, language, is_least=facets.is_least)}
    if filters.kind == Product.Kind.EXPERIENCE:
        return ngettext("%(count)s experience", "%(count)s experiences", total) % count
    if filters.words and not filters.kind and facets.kinds.get(Product.Kind.EXPERIENCE):
        return ngettext("%(count)s item", "%(count)s items", total) % count
    return ngettext("%(count)s product", "%(count)s products", total) % count


def _show(facets: Facets) -> str:
    total = facets.total
    if total > EXACT_TO or facets.is_least:
        return _("Apply filters")
    return ngettext("Show %(count)d product", "Show %(count)d products", total) % {"count": total}


def sorts(filters: Filters) -> tuple[FacetOption, ...]:
    """Return the orders that a list can have; by likeness only where words are searched."""
    names = {BEST: _("Best match")} if filters.words else {}
    names |= {
        "popular": _("Most bought"),
        "price": _("Price, low to high"),
        "-price": _("Price, high to low"),
        "saving": _("Biggest saving"),
        "newest": _("Newest"),
    }
    return tuple(
        FacetOption(value, name, 0, value == filters.sort) for value, name in names.items()
    )


def shortened(options: tuple[FacetOption, ...], most: int = SHORT) -> Choices:
    """Return the choices that are open to see, the chosen and the frequent ones, and the rest."""
    frequent = sorted(options, key=lambda option: (not option.is_on, -option.count))[:most]
    is_first = {option.value for option in frequent} | {o.value for o in options if o.is_on}
    return Choices(
        first=tuple(option for option in options if option.value in is_first),
        rest=tuple(option for option in options if option.value not in is_first),
    )
