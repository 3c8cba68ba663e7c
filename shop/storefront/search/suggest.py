"""The suggestions below the search field: products, categories, stores, countries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode

from shop.catalogue.delivery.names import country_name
from shop.core.languages import in_language, in_sql, order_key, sql_values
from shop.core.statements.prepared import ask
from shop.people.merchants.models import trading_sql
from shop.storefront.cache.catalogue_version import CatalogueVersion
from shop.storefront.listings.words import folded, spelled, tongue_of, words
from shop.storefront.search.filters import Filters, KnownFilters, read_filters
from shop.storefront.search.tsquery import QueryTerm, all_of, any_of, phrase, term, text_of

PRODUCTS, OTHERS = 5, 3
SHORTEST = 2  # letters; a Chinese sign is enough alone

# In the front of the shop first, then on its floor, and behind it only for what these lack.
STATEMENT = """
WITH front AS (
  SELECT l.product_id, l.popularity FROM shop_listing l
  WHERE l.is_front AND l.text @@ %(query)s::tsquery
  ORDER BY l.popularity DESC, l.product_id LIMIT {products}),
floor AS (
  SELECT l.product_id, l.popularity FROM shop_listing l
  WHERE l.is_floor AND l.text @@ %(query)s::tsquery
    AND (SELECT count(*) FROM front) < {products} LIMIT 200),
near AS (SELECT * FROM front UNION ALL SELECT * FROM floor),
rest AS (
  SELECT l.product_id, l.popularity FROM shop_listing l
  WHERE NOT l.is_front AND NOT l.is_floor AND l.text @@ %(query)s::tsquery
    AND (SELECT count(*) FROM near) < {products} LIMIT 200),
best AS (
  SELECT * FROM (SELECT * FROM near UNION ALL SELECT * FROM rest) AS hits
  ORDER BY popularity DESC, product_id LIMIT {products})
SELECT 'product', l.slug, l.title,
  {translated}, l.picture->>'small'
FROM (SELECT * FROM best ORDER BY popularity DESC, product_id) AS b
JOIN shop_listing l ON l.product_id = b.product_id
UNION ALL
(SELECT 'store', m.slug, m.name, NULL, m.country FROM shop_merchant m
 WHERE {trading} AND lower(unaccent(m.name)) ~ %(start)s
 ORDER BY lower(unaccent(m.name)), m.name LIMIT 3)
UNION ALL
SELECT DISTINCT 'country', m.country, '', NULL, NULL FROM shop_merchant m
WHERE {trading}
UNION ALL
(SELECT DISTINCT 'synonym', s.folded, '', NULL, NULL
 FROM shop_synonym a JOIN shop_synonym s ON s."group" = a."group" AND s.folded <> a.folded
 WHERE a.folded = %(said)s LIMIT 12)
"""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A line of the list: its address, its words and its kind."""

    url: str
    label: str
    kind: str
    picture: str = ""


def read_words(data: QueryDict, known: KnownFilters) -> Filters:
    """Return the filters of the suggestions: the words typed so far, and no others."""
    return Filters(words=read_filters(data, known).words)


def suggest(typed: str, *, version: CatalogueVersion, language: str) -> list[Suggestion]:
    """Return suggestions that begin like the words typed so far, none for too few letters.

    One statement; where no product has the words and there are synonyms, one more.
    """
    asked = words(typed)[:6]
    if not asked or (len("".join(asked)) < SHORTEST and asked[0].isascii()):
        return []
    rows = _rows(asked, language)
    if others := [slug for kind, slug, *_ in rows if kind == "synonym"]:
        rows += _instead(rows, others, asked, language)
    products = [
        Suggestion(reverse("product", args=[slug]), translated or title, "product", picture or "")
        for kind, slug, title, translated, picture in rows
        if kind == "product"
    ]
    stores = [
        Suggestion(reverse("store", args=[slug]), name, "store")
        for kind, slug, name, _, _ in rows
        if kind == "store"
    ]
    codes = [code for kind, code, *_ in rows if kind == "country"]
    return [
        *_categories(asked, version, language),
        *products,
        *stores,
        *_countries(asked, codes, language),
    ]


def _rows(asked: list[str], language: str) -> list[tuple[Any, ...]]:
    begun = any_of([term(asked[-1]), term(asked[-1], is_begun=True)])
    return _found(all_of([*(term(word) for word in asked[:-1]), begun]), asked, language)


def _instead(
    rows: list[tuple[Any, ...]], others: list[str], asked: list[str], language: str
) -> list[tuple[Any, ...]]:
    """Return products found by synonyms of the words, unless some have the words themselves."""
    if any(kind == "product" for kind, *_ in rows):
        return []
    found = _found(any_of([phrase(other.split()) for other in others]), asked, language)
    return [row for row in found if row[0] == "product"]


def _found(query: QueryTerm, asked: list[str], language: str) -> list[tuple[Any, ...]]:
    values = {
        "query": text_of(query, weights="AB", tongues=(tongue_of(language),)),
        "said": " ".join(asked),
        "start": r"\m" + r"\M.*\m".join(asked),
    } | sql_values(language)
    statement = STATEMENT.format(
        translated=in_sql("l.titles"), products=PRODUCTS, trading=trading_sql("m")
    )
    return ask(statement, values)


def _categories(asked: list[str], version: CatalogueVersion, language: str) -> Iterable[Suggestion]:
    path = reverse("products")
    named = ((in_language(names, language) or name, key) for key, name, names in version.tree)
    found = [(label, key) for label, key in named if _begins(label, asked)]
    return [
        Suggestion(f"{path}?{urlencode({'category': key})}", label, "category")
        for label, key in found[:OTHERS]
    ]


def _countries(asked: list[str], codes: list[str], language: str) -> Iterable[Suggestion]:
    path = reverse("products")
    named = [(country_name(code, language), code) for code in codes]
    named.sort(key=lambda pair: order_key(pair[0], language))
    found = [(label, code) for label, code in named if _begins(label, asked)]
    return [
        Suggestion(f"{path}?country={code}", label, "country") for label, code in found[:OTHERS]
    ]


def _begins(label: str, asked: list[str]) -> bool:
    """Tell whether a name holds all the words, the last one perhaps unfinished."""
    plain = folded(label)
    there = [word for _, word in spelled(label)]
    return all(word in there for word in asked[:-1]) and (
        any(word.startswith(asked[-1]) for word in there)
        or (not asked[-1].isascii() and asked[-1] in plain)
    )
