"""The results of a search by kind: products, experiences, and the stores that it names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shop.catalogue.models import Product
from shop.core.languages import listed
from shop.storefront.listing.applied_filters import address
from shop.storefront.listing.facets import Facets, shown
from shop.storefront.search.filters import Filters
from shop.storefront.search.store_names import MOST, Named
from shop.storefront.stores.cards import StoreCard, card_of

GOODS, EXPERIENCE = Product.Kind.GOODS.value, Product.Kind.EXPERIENCE.value


@dataclass(frozen=True, slots=True)
class HitKind:
    """Things of a kind that a search found, as a link to them alone."""

    label: str
    url: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class Hits:
    """How much a search found: in a sentence, as links by kind, and the stores themselves."""

    summary: str
    kinds: tuple[HitKind, ...]
    stores: tuple[StoreCard, ...]


NO_HITS = Hits("", (), ())


def hits(filters: Filters, facets: Facets, path: str, language: str) -> Hits:
    """Return the results of a search by kind; stores only on its first, unfiltered page."""
    if not filters.words:
        return NO_HITS
    goods, experiences = (facets.kinds.get(kind, 0) for kind in (GOODS, EXPERIENCE))
    is_plain = filters.cleared() == filters.changed() and not filters.place
    named = facets.named[:MOST]
    parts = [_products(goods, facets, language)] if goods or not experiences else []
    parts += [_stores(facets.named, language)] if named else []
    parts += [_experiences(experiences, facets, language)] if experiences else []
    return Hits(
        summary=_list(parts),
        kinds=_kinds(filters, facets, path, language),
        stores=tuple(card_of(store, language) for store in named) if is_plain else (),
    )


def _kinds(filters: Filters, facets: Facets, path: str, language: str) -> tuple[HitKind, ...]:
    """Return a link for each kind that was found; none where there is but one."""
    counts = {kind: facets.kinds.get(kind, 0) for kind in (GOODS, EXPERIENCE)}
    names = {GOODS: _("Products"), EXPERIENCE: _("Experiences")}
    found = [kind for kind, count in counts.items() if count or kind == filters.kind]
    is_mixed = len(found) > 1 or bool(filters.kind)

    def link(name: str, kind: str, count: int) -> HitKind:
        label = f"{name} {shown(count, language, is_least=facets.is_least)}"
        return HitKind(label, address(path, filters.changed(kind=kind)), kind == filters.kind)

    links = [link(_("All"), "", sum(counts.values()))] if is_mixed else []
    links += [link(names[kind], kind if is_mixed else "", counts[kind]) for kind in found]
    if facets.named:
        label = f"{_('Stores')} {_at_most(facets.named, language)}"
        links.insert(len(links) - (EXPERIENCE in found), _to_stores(label, filters, path))
    return tuple(links) if len(links) > 1 else ()


def _to_stores(label: str, filters: Filters, path: str) -> HitKind:
    return HitKind(label, f"{address(path, filters.cleared())}#stores", is_on=False)


def _at_most(named: Iterable[Named], language: str) -> str:
    count = len(tuple(named))
    return shown(min(count, MOST), language, is_least=count > MOST)


def _products(count: int, facets: Facets, language: str) -> str:
    text = shown(count, language, is_least=facets.is_least)
    return ngettext("%(count)s product", "%(count)s products", count) % {"count": text}


def _stores(named: tuple[Named, ...], language: str) -> str:
    text = _at_most(named, language)
    return ngettext("%(count)s store", "%(count)s stores", len(named)) % {"count": text}


def _experiences(count: int, facets: Facets, language: str) -> str:
    text = shown(count, language, is_least=facets.is_least)
    return ngettext("%(count)s experience", "%(count)s experiences", count) % {"count": text}


def _list(parts: list[str]) -> str:
    """Return counts in a row, as a sentence where there is one of each kind."""
    if len(parts) == 3:
        names = dict(zip(("products", "stores", "experiences"), parts, strict=True))
        return _("%(products)s, %(stores)s and %(experiences)s") % names
    return listed(parts)
