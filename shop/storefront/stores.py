"""Stores as cards: all of them, those of a country, or a few from many countries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shop.delivery.names import country_name
from shop.storefront.cards import lang_mark
from shop.storefront.facets import Option
from shop.storefront.filters import Filters, Known, is_country

# Stores with something to sell, the most bought from first.
STATEMENT = """
SELECT m.slug, m.name, m.city, m.country, m.tagline, m.cloth, l.products
FROM shop_merchant m JOIN (
  SELECT merchant_id, count(*) AS products, sum(popularity / 1000) AS sold
  FROM shop_listing GROUP BY merchant_id
) AS l ON l.merchant_id = m.id
WHERE m.state = 'approved' ORDER BY l.sold DESC, l.products DESC, m.name
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
class StoreList:
    """The page of all stores, or of those of one country."""

    title: str
    crumbs: tuple[tuple[str, str], ...]
    country: str
    countries: list[Option]
    stores: list[StoreCard]


def read_country(data: QueryDict, known: Known) -> Filters:
    """Return what the page of all stores takes from its address: a country."""
    code = data.get("country", "")
    return Filters(countries=(code,)) if is_country(code) else Filters()


def store_list(filters: Filters, language: str) -> StoreList:
    """Return the page of all stores, or of those of the country asked for. One statement."""
    chosen = next(iter(filters.countries), "")
    everyone = store_cards(language)
    countries = by_country(everyone, chosen, language)
    shown = [store for store in everyone if chosen in ("", store.country)]
    return StoreList(
        title=_title(len(everyone), len(countries)),
        crumbs=((reverse("home"), _("Festival")),),
        country=chosen,
        countries=countries,
        stores=shown,
    )


def store_cards(language: str) -> list[StoreCard]:
    """Return all stores that have products, the most bought from first. One statement."""
    start = reverse("stores")
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT)
        rows = cursor.fetchall()
    return [
        StoreCard(
            url=f"{start}{slug}/",
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


def place(city: str, country: str, language: str) -> str:
    """Return a town and its country: Abeokuta, Nigeria."""
    parts = {"first": city, "second": country_name(country, language)}
    return _("%(first)s, %(second)s") % parts


def _title(stores: int, countries: int) -> str:
    parts = {
        "stores": ngettext("%(count)d store", "%(count)d stores", stores) % {"count": stores},
        "countries": ngettext("%(count)d country", "%(count)d countries", countries)
        % {"count": countries},
    }
    return _("%(stores)s, %(countries)s") % parts
