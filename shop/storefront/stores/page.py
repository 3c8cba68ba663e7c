"""A store's own page: its cloth, its story, its products."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from shop.catalogue.delivery.names import country_name
from shop.catalogue.delivery.quote import delivery_options, parcel_of
from shop.catalogue.models import Term
from shop.catalogue.words import ProductTerms, called_column, translated_column
from shop.core import dates
from shop.core.errors import CannotDeliver
from shop.core.images.renditions import shared_file
from shop.core.languages import Wording, lang_mark
from shop.people.merchants.holidays import away_sentence, next_turn
from shop.people.merchants.models import Merchant
from shop.storefront.cache.catalogue_version import CatalogueVersion
from shop.storefront.cards import Card, cards
from shop.storefront.listing.applied_filters import address
from shop.storefront.listing.facets import FacetOption, Facets, facets_of, shown
from shop.storefront.listing.page import pager, sorts
from shop.storefront.listings.refresh import addresses
from shop.storefront.search.filters import Filters, KnownFilters, Pairs, read_filters
from shop.storefront.search.find import find
from shop.storefront.stores.cards import place

USUAL_PARCEL_G = 1_000  # grams; of what a store's promise to a country is said for


@dataclass(frozen=True, slots=True)
class KindLink:
    """A kind of product that the store has, as a link."""

    label: str
    url: str
    is_on: bool


class CertifiedShown(NamedTuple):
    """A certificate that an organizer has seen the paper of, for whoever wants to look it up."""

    name: Wording
    issuer: str
    number: str
    until: str


@dataclass(frozen=True, slots=True)
class StorePage:
    """Everything that the page says; ``lang`` marks a story without translation."""

    name: str
    place: str
    cloth: str
    banner: dict[str, str]
    banner_lang: str
    tagline: str
    tagline_lang: str
    paragraphs: tuple[str, ...]
    lang: str
    certifications: tuple[Wording, ...]
    certified: tuple[CertifiedShown, ...]
    founded: int | None
    makers: int | None
    packed_within: int
    sends: str
    is_host: bool
    kinds: tuple[KindLink, ...]
    sorts: tuple[FacetOption, ...]
    kept: Pairs
    path: str
    report_url: str
    away: str
    holds_until: datetime | None
    cards: list[Card]
    previous: str
    next: str


def _certified(fact: dict[str, str], terms: ProductTerms, language: str) -> CertifiedShown:
    return CertifiedShown(
        terms.called(Term.Kind.CERTIFICATE, fact["title"]),
        fact["issuer"],
        fact["number"],
        dates.day_of_year(date.fromisoformat(fact["until"]), language),
    )


def read_shelf(data: QueryDict, known: KnownFilters) -> Filters:
    """Return the filters in the address of a store's page: a category, an order, a place."""
    asked = read_filters(data, known)
    shelf = Filters(category=asked.category)
    return shelf.changed(sort=asked.sort, place=asked.place)


def read_store(slug: str, language: str) -> Merchant | None:
    """Return a store that sells, with its banner and its words in a language. One statement."""
    rows = Merchant.objects.select_related("banner").annotate(
        translated=translated_column("merchant", language),
        called=called_column("shop_merchant.certifications::text[]", language),
    )
    return rows.trading().filter(slug=slug).first()


def store_page(
    merchant: Merchant,
    taken: Filters,
    *,
    version: CatalogueVersion,
    at: datetime,
    language: str,
    country: str,
) -> StorePage:
    """Return the page of a store. Three statements, two while the counts are kept.

    Args:
        merchant: as ``read_store`` returns it.
        taken: what is taken from its address.
        country: of the shopper, to whom the store says how long a parcel takes.
    """
    path = reverse("store", args=[merchant.slug])
    filters = replace(taken, stores=(merchant.slug,))
    found = find(filters, at=at, festivals=(), language=language)
    facets = facets_of(filters, at=at, since=version.starts_at, festivals=(), language=language)
    own, terms = merchant.translated or {}, ProductTerms(language, merchant.called or {})
    story = own.get("story") or merchant.story
    is_host = not merchant.sells_goods
    return StorePage(
        name=merchant.name,
        place=place(merchant.city, merchant.country, language),
        cloth=merchant.cloth,
        banner=_banner(merchant),
        banner_lang=lang_mark(None, language),
        tagline=own.get("tagline") or merchant.tagline,
        tagline_lang=lang_mark(own.get("tagline"), language),
        paragraphs=tuple(part for part in story.split("\n") if part.strip()),
        lang=lang_mark(own.get("story"), language),
        certifications=tuple(
            terms.called(Term.Kind.CERTIFICATE, name) for name in merchant.certifications
        ),
        certified=tuple(_certified(fact, terms, language) for fact in merchant.certified),
        founded=merchant.founded,
        makers=merchant.makers,
        packed_within=merchant.dispatch_to,
        sends="" if is_host else _sends(merchant, country, language),
        is_host=is_host,
        kinds=_kinds(facets, path, taken, language),
        sorts=sorts(taken),
        kept=[pair for pair in taken.pairs() if pair[0] != "sort"],
        path=path,
        report_url=reverse("report-store", args=[merchant.slug]),
        away="" if is_host else away_sentence(merchant, language, at=at),
        holds_until=next_turn(merchant, at=at),
        cards=cards(found.rows, language),
        **pager(path, taken, found),
    )


def _banner(merchant: Merchant) -> dict[str, str]:
    """Return the addresses of the banner's files, of none while they are not made."""
    picture = merchant.banner
    if not picture or not picture.sizes.get("jpeg"):
        return {}
    return addresses(picture.sizes, picture.alt) | {"share": shared_file(picture.sizes)}


def _sends(merchant: Merchant, country: str, language: str) -> str:
    """Return how long a usual parcel is on its way to a country. One statement."""
    name = country_name(country, language)
    parcels = {merchant.pk: parcel_of(merchant, USUAL_PARCEL_G, country)}
    try:
        cheapest = delivery_options(parcels, country)[merchant.pk][0]
    except CannotDeliver:
        return _("Nothing can be sent to %(country)s at present") % {"country": name}
    return _("To %(country)s in %(from)d to %(to)d days") % {
        "country": name,
        "from": cheapest.days_from,
        "to": cheapest.days_to,
    }


def _kinds(facets: Facets, path: str, taken: Filters, language: str) -> tuple[KindLink, ...]:
    everything = sum(option.count for option in facets.categories if "/" not in option.value)
    all_of_it = f"{_('All')} {shown(everything, language, is_least=facets.is_least)}"
    kinds = [KindLink(all_of_it, address(path, taken.changed(category="")), not taken.category)]
    kinds += [
        KindLink(
            f"{option.label} {option.shown}",
            address(path, taken.changed(category=option.value)),
            option.is_on,
        )
        for option in facets.categories
    ]
    return tuple(kinds) if len(kinds) > 2 else ()
