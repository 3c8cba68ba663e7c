"""A store's own page: its cloth, its story, its products."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from shop.merchants.models import Merchant
from shop.storefront.cards import Card, cards, lang_mark
from shop.storefront.chips import address
from shop.storefront.epoch import Epoch
from shop.storefront.facets import Facets, facets_of
from shop.storefront.filters import Filters, Known, read_filters
from shop.storefront.finding import find
from shop.storefront.product_list import pager
from shop.storefront.stores import place


@dataclass(frozen=True, slots=True)
class Shelf:
    """A kind of product that the store has, as a link."""

    label: str
    url: str
    is_on: bool


@dataclass(frozen=True, slots=True)
class StorePage:
    """Everything that the page says; ``lang`` marks the store's own words."""

    name: str
    place: str
    cloth: str
    tagline: str
    lang: str
    paragraphs: tuple[str, ...]
    certifications: tuple[str, ...]
    founded: int | None
    makers: int | None
    packed_within: int
    is_host: bool
    shelves: tuple[Shelf, ...]
    cards: list[Card]
    previous: str
    next: str


def read_shelf(data: QueryDict, known: Known) -> Filters:
    """Return what a store's page takes from its address: a category, and the place in it."""
    asked = read_filters(data, known)
    return Filters(category=asked.category, place=asked.place)


def store_page(
    merchant: Merchant, taken: Filters, *, epoch: Epoch, at: datetime, language: str
) -> StorePage:
    """Return the page of a store. Two statements, one while the counts are kept.

    Args:
        taken: what is taken from its address.
    """
    path = reverse("store", args=[merchant.slug])
    filters = replace(taken, stores=(merchant.slug,))
    found = find(filters, at=at, festivals=(), language=language)
    facets = facets_of(filters, at=at, since=epoch.starts_at, festivals=(), language=language)
    return StorePage(
        name=merchant.name,
        place=place(merchant.city, merchant.country, language),
        cloth=merchant.cloth,
        tagline=merchant.tagline,
        lang=lang_mark(None, language),
        paragraphs=tuple(part for part in merchant.story.split("\n") if part.strip()),
        certifications=tuple(merchant.certifications),
        founded=merchant.founded,
        makers=merchant.makers,
        packed_within=merchant.dispatch_to,
        is_host=merchant.kind == Merchant.Kind.EXPERIENCES,
        shelves=_shelves(facets, path, taken.category),
        cards=cards(found.rows, language),
        **pager(path, taken, found),
    )


def _shelves(facets: Facets, path: str, chosen: str) -> tuple[Shelf, ...]:
    kinds = [Shelf(_("All"), path, not chosen)]
    kinds += [
        Shelf(
            f"{option.label} {option.shown}",
            address(path, Filters(category=option.value)),
            option.is_on,
        )
        for option in facets.categories
    ]
    return tuple(kinds) if len(kinds) > 2 else ()
