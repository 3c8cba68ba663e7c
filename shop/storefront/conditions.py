"""Turns filters into conditions of SQL. Values travel apart from it, always."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shop.storefront.filters import Filters

IN_FORCE = "s.starts_at <= %(at)s AND s.ends_at > %(at)s"
STORE = "l.merchant_id IN (SELECT id FROM shop_merchant WHERE slug = ANY(%(stores)s))"
# The few products with such deals are looked up; EXISTS would be asked for every product.
DEALS = """l.product_id = ANY(ARRAY(
  SELECT v.product_id FROM shop_deal d JOIN shop_variant v ON v.id = d.variant_id
  JOIN shop_slot t ON t.id = d.slot_id JOIN shop_festival f ON f.id = t.festival_id
  WHERE d.state = 'approved' AND f.state = 'published' AND {}
))"""
FLASH = DEALS.format("t.kind = 'flash' AND d.effective_from <= %(at)s AND d.effective_to > %(at)s")
SLOT = DEALS.format("t.id = %(slot)s")

# Chinese and Japanese are written without spaces: their parts are looked for as they stand.
UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")
# All words, the last of them perhaps unfinished; or the search as a person wrote it, with its
# quotation marks and minus signs.
WORDS = """(
  l.text @@ (nullif(plainto_tsquery('simple', unaccent(%(words)s))::text, '') || ':*')::tsquery
  OR l.text @@ websearch_to_tsquery('simple', unaccent(%(words)s))
)"""


@dataclass(frozen=True, slots=True)
class Conditions:
    """Conditions on ``s`` (the span in force) and ``l`` (the listing), with their values."""

    where: str
    values: dict[str, object]

    @classmethod
    def of(cls, filters: Filters, *, at: datetime, festivals: Sequence[int]) -> Conditions:
        """Return the conditions of filters at an instant."""
        return cls(
            where=" AND ".join([IN_FORCE, *_plain(filters), *_words(filters.words)]),
            values={
                "at": at,
                "festivals": list(festivals),
                "countries": list(filters.countries),
                "category": filters.category,
                "stores": list(filters.stores),
                "low": filters.low,
                "high": filters.high,
                "slot": filters.slot,
                "kind": filters.kind,
            }
            | _search_values(filters.words),
        )


def _plain(filters: Filters) -> list[str]:
    column = "l.category" if "/" in filters.category else "l.top_category"
    known = {
        "l.country = ANY(%(countries)s)": bool(filters.countries),
        f"{column} = %(category)s": bool(filters.category),
        STORE: bool(filters.stores),
        "s.price >= %(low)s": filters.low is not None,
        "s.price <= %(high)s": filters.high is not None,
        "l.festivals && %(festivals)s::bigint[]": filters.in_festival,
        FLASH: filters.in_flash,
        SLOT: filters.slot is not None,
        "l.kind = %(kind)s": bool(filters.kind),
        "l.is_available": filters.in_stock,
    }
    return [condition for condition, is_asked in known.items() if is_asked]


def _words(text: str) -> list[str]:
    found = [WORDS] if UNSPACED.sub("", text).strip() else []
    return found + [
        f"l.title || ' ' || l.titles::text || ' ' || l.store ILIKE %(part{number})s"
        for number, _ in enumerate(UNSPACED.findall(text))
    ]


def _search_values(text: str) -> dict[str, str]:
    parts = {f"part{number}": f"%{part}%" for number, part in enumerate(UNSPACED.findall(text))}
    return {"words": UNSPACED.sub(" ", text)} | parts
