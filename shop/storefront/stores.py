"""Stores as lists and their own pages show them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _

from shop.delivery.names import country_name
from shop.merchants.models import Merchant
from shop.storefront.cards import lang_mark
from shop.storefront.facets import Option

# Stores with something to sell, the most bought from first.
STATEMENT = """
SELECT m.slug, m.name, m.city, m.country, m.tagline, m.cloth, count(*)
FROM shop_merchant m JOIN shop_listing l ON l.merchant_id = m.id
WHERE m.state = 'approved'
GROUP BY m.id ORDER BY sum(l.popularity) DESC, count(*) DESC, m.name
"""


@dataclass(frozen=True, slots=True)
class StoreCard:
    """A store in a list."""

    url: str
    name: str
    country: str
    place: str
    line: str
    lang: str
    cloth: str
    products: int
    rating: str = ""


@dataclass(frozen=True, slots=True)
class StoreHead:
    """A store at the head of its own page; texts are in the language of the store."""

    name: str
    place: str
    cloth: str
    tagline: str
    paragraphs: tuple[str, ...]
    lang: str
    certifications: tuple[str, ...]
    founded: int | None
    makers: int | None
    sends_from: str
    dispatch_to: int
    is_host: bool


def store_cards(language: str) -> list[StoreCard]:
    """Return all stores that have products, the most bought from first. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT)
        rows = cursor.fetchall()
    return [
        StoreCard(
            url=reverse("store", args=[slug]),
            name=name,
            country=country,
            place=place(city, country, language),
            line=tagline,
            lang=lang_mark(None, language),
            cloth=cloth,
            products=count,
        )
        for slug, name, city, country, tagline, cloth, count in rows
    ]


def by_country(stores: Iterable[StoreCard], chosen: str, language: str) -> list[Option]:
    """Return the countries that stores come from, by name, with how many there are."""
    counts = Counter(store.country for store in stores)
    found = [
        Option(code, country_name(code, language), count, code == chosen)
        for code, count in counts.items()
    ]
    return sorted(found, key=lambda option: option.label)


def spread(stores: Iterable[StoreCard], most: int) -> list[StoreCard]:
    """Return a few stores from as many countries as possible."""
    firsts: dict[str, StoreCard] = {}
    rest = []
    for store in stores:
        if store.country in firsts:
            rest.append(store)
        else:
            firsts[store.country] = store
    return [*firsts.values(), *rest][:most]


def store_head(merchant: Merchant, language: str) -> StoreHead:
    """Return what a store's own page says of it."""
    where = place(merchant.city, merchant.country, language)
    return StoreHead(
        name=merchant.name,
        place=where,
        cloth=merchant.cloth,
        tagline=merchant.tagline,
        paragraphs=tuple(part for part in merchant.story.split("\n") if part.strip()),
        lang=lang_mark(None, language),
        certifications=tuple(merchant.certifications),
        founded=merchant.founded,
        makers=merchant.makers,
        sends_from=where,
        dispatch_to=merchant.dispatch_to,
        is_host=merchant.kind == Merchant.Kind.EXPERIENCES,
    )


def place(city: str, country: str, language: str) -> str:
    """Return a town and its country: Abeokuta, Nigeria."""
    parts = {"first": city, "second": country_name(country, language)}
    return _("%(first)s, %(second)s") % parts
