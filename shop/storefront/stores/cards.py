"""Stores as cards: all of them, or a few from many countries."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from shop.catalogue.delivery.names import country_name
from shop.catalogue.models import Term
from shop.catalogue.words import BY_NAME, TERMS, TRANSLATED, ProductTerms
from shop.core.languages import beside, lang_mark, order_key, sql_values
from shop.core.statements.prepared import ask
from shop.people.merchants.models import trading_sql
from shop.storefront.listing.counts import LIVE
from shop.storefront.listing.facets import FacetOption
from shop.storefront.search.store_names import Named

# Stores with something to sell, the most bought from first. In a large shop their products are not
# counted here, but every minute.
TAGLINE = f"{TRANSLATED.format(of='merchant', id='m.id', **BY_NAME)}->>'tagline'"
CALLED = TERMS.format(words="m.certifications::text[]", **BY_NAME)
STATEMENT = f"""
WITH kept AS (
  SELECT merchant_id, sum(listings) AS products, sum(popularity) AS sold,
    array_agg(DISTINCT split_part(category, '/', 1)) AS tops
  FROM shop_listingcell GROUP BY merchant_id),
l AS (
  SELECT * FROM kept WHERE (SELECT sum(products) FROM kept) > %(live)s
  UNION ALL
  SELECT merchant_id, count(*), sum(popularity / 1000), array_agg(DISTINCT top_category::text)
  FROM shop_listing WHERE (SELECT coalesce(sum(products), 0) FROM kept) <= %(live)s
  GROUP BY merchant_id)
SELECT m.slug, m.name, m.city, m.country, m.tagline, m.cloth, l.products::bigint, l.tops,
  m.certifications, {TAGLINE},
  {CALLED}, m.created_at, %(festival)s::bigint IS NULL OR EXISTS (
    SELECT FROM shop_enrolment e
    WHERE e.merchant_id = m.id AND e.festival_id = %(festival)s AND e.state = 'accepted')
FROM shop_merchant m JOIN l ON l.merchant_id = m.id
WHERE {trading_sql("m")} ORDER BY l.sold DESC, l.products DESC, lower(unaccent(m.name)), m.name
"""  # noqa: S608 (columns of our own)


@dataclass(frozen=True, slots=True)
class StoreCard:
    """A store in a list; ``takes_part`` in the festival that was asked about, if one was.

    ``certificates`` are known by their English names; they are ``called`` so on the page.
    """

    url: str
    name: str
    country: str
    place: str
    line: str
    lang: str
    cloth: str
    products: int
    tops: tuple[str, ...] = ()
    certificates: tuple[str, ...] = ()
    called: tuple[str, ...] = ()
    since: datetime | None = None
    takes_part: bool = True


def store_cards(language: str, *, festival: int | None = None) -> list[StoreCard]:
    """Return all stores that have products, the most bought from first. One statement."""
    start = reverse("stores")
    rows = ask(STATEMENT, {"live": LIVE, "festival": festival} | sql_values(language))
    return [
        StoreCard(
            url=f"{start}{slug}/",
            name=name,
            country=country,
            place=place(city, country, language),
            line=translated or tagline,
            lang=lang_mark(translated, language),
            cloth=cloth,
            products=count,
            tops=tuple(tops),
            certificates=tuple(certificates),
            called=tuple(_called(certificates, called, language)),
            since=since,
            takes_part=takes_part,
        )
        for (
            slug,
            name,
            city,
            country,
            tagline,
            cloth,
            count,
            tops,
            certificates,
            translated,
            called,
            since,
            takes_part,
        ) in rows
    ]


def _called(words: list[str], called: str | None, language: str) -> Iterator[str]:
    terms = ProductTerms(language, json.loads(called or "{}"))
    for word in words:
        yield terms.called(Term.Kind.CERTIFICATE, word).text


def card_of(store: Named, language: str) -> StoreCard:
    """Return the card of a store that a search names."""
    return StoreCard(
        url=reverse("store", args=[store.slug]),
        name=store.name,
        country=store.country,
        place=place(store.city, store.country, language),
        line=store.translated or store.tagline,
        lang=lang_mark(store.translated, language),
        cloth=store.cloth,
        products=store.products,
    )


def by_country(stores: Iterable[StoreCard], language: str) -> list[FacetOption]:
    """Return the countries that stores come from, by name, with how many there are."""
    counts = Counter(store.country for store in stores)
    found = [
        FacetOption(code, country_name(code, language), count, False)
        for code, count in counts.items()
    ]
    return sorted(found, key=lambda option: order_key(option.label, language))


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
    return beside(city, country_name(country, language))
