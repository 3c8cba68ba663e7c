"""The stores that a search names: by their name, their town, or their line of text."""

from __future__ import annotations

import re
from typing import NamedTuple

from shop.catalogue.words import BY_NAME, TRANSLATED
from shop.core.languages import sql_values
from shop.people.merchants.models import trading_sql
from shop.storefront.listings.words import forms, is_unspaced, words
from shop.storefront.stores.counts import OF_STORE

MOST = 8  # stores; who looks for more looks in the directory
MOST_WORDS = 10

# One more than are shown, so that their number can be said to be at least that.
TAGLINE = f"{TRANSLATED.format(of='merchant', id='m.id', **BY_NAME)}->>'tagline'"
NAMED = f"""(
  SELECT json_agg(json_build_array(slug, name, city, country, tagline, translated, cloth, products)
                  ORDER BY is_name DESC, lower(unaccent(name)), name)::text
  FROM (
    SELECT m.*, {OF_STORE.format(id="m.id")} AS products
    FROM (
      SELECT m.*, t.translated, lower(unaccent(m.name)) ~ ALL(%(named)s::text[]) AS is_name
      FROM shop_merchant m, LATERAL (SELECT {TAGLINE} AS translated) AS t
      WHERE {trading_sql("m")} AND cardinality(%(named)s::text[]) > 0
        AND lower(unaccent(concat_ws(' ', m.name, m.tagline, t.translated, m.city)))
          ~ ALL(%(named)s::text[])
        AND EXISTS (SELECT 1 FROM shop_listing l WHERE l.merchant_id = m.id)
      ORDER BY is_name DESC, lower(unaccent(m.name)), m.name
      LIMIT {MOST + 1}) AS m) AS found)"""  # noqa: S608 (a column of our own)


class Named(NamedTuple):
    """A store that a search names."""

    slug: str
    name: str
    city: str
    country: str
    tagline: str
    translated: str | None
    cloth: str
    products: int


def naming(text: str, language: str) -> dict[str, object]:
    """Return the values of the statement: for each word of a search how a name may hold it.

    Words begin like those of a name; what is written without spaces may stand anywhere in it.
    """
    plain = " ".join(chunk for chunk in text.split() if chunk[0] not in "-−")
    patterns = [_pattern(word) for word in words(plain)[:MOST_WORDS]]
    told: dict[str, object] = {"named": patterns}
    return told | sql_values(language)


def _pattern(word: str) -> str:
    found = "|".join(re.escape(form) for form in forms(word))
    return f"({found})" if is_unspaced(word) else rf"\m({found})"
