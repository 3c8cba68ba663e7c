"""Turns filters into conditions of SQL. Values travel apart from it, always."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from shop.festivals.models.deals import in_time_sql
from shop.festivals.models.prices import in_force_sql
from shop.storefront.search.filters import Filters
from shop.storefront.search.parts import FEW
from shop.storefront.search.tsquery import all_of, mark, text_of
from shop.storefront.search.understand import Search

IN_FORCE = in_force_sql("s")
ONE_STORE = "l.merchant_id{} = (SELECT id FROM shop_merchant WHERE slug = %(store)s)"
STORE = "l.merchant_id IN (SELECT id FROM shop_merchant WHERE slug = ANY(%(stores)s))"
# The few products with such deals are looked up; EXISTS would be asked for every product. The slots
# come first, as an array: with joins alone all variants are read to find a dozen.
DEALS = """l.product_id = ANY(ARRAY(
  SELECT v.product_id FROM shop_deal d JOIN shop_variant v ON v.id = d.variant_id
  WHERE {deals} AND d.slot_id = ANY(ARRAY(
    SELECT t.id FROM shop_slot t JOIN shop_festival f ON f.id = t.festival_id
    WHERE f.state = 'published' AND {slots}))
))"""
FLASH = DEALS.format(deals=in_time_sql("d"), slots="t.kind = 'flash'")
SLOT = DEALS.format(deals="d.state = 'approved'", slots="t.id = %(slot)s")

WORDS = "l.text @@ %(query)s::tsquery"
# Where hardly anything fits in every part of a search, what fits in its chief part is found too.
# The front is looked at first, then the floor: an index yields all that fits, or nothing.
FITS = """(SELECT count(*) FROM (
    SELECT 1 FROM shop_listing z WHERE {where} z.text @@ %(query)s::tsquery LIMIT {few}
  ) AS fits) >= {few}"""
ASKED = f"""asked AS MATERIALIZED (
  SELECT CASE
    WHEN {FITS.format(where="z.is_front AND", few=FEW)} THEN %(query)s::tsquery
    WHEN {FITS.format(where="z.is_floor AND", few=FEW)} THEN %(query)s::tsquery
    WHEN {FITS.format(where="", few=FEW)} THEN %(query)s::tsquery
    ELSE %(relaxed)s::tsquery END AS query)"""
RELAXED = "l.text @@ (SELECT query FROM asked)"


@dataclass(frozen=True, slots=True)
class Conditions:
    """Conditions on ``s`` (the span in force) and ``l`` (the listing), with their values.

    ``asked`` is what they need in the statement's WITH, empty for nothing. Where they bound the
    price no plan is good for all values.
    """

    where: str
    values: dict[str, object]
    asked: str = ""
    bounds_price: bool = False

    @classmethod
    def of(
        cls,
        filters: Filters,
        *,
        at: datetime,
        festivals: Sequence[int],
        search: Search | None = None,
    ) -> Conditions:
        """Return the conditions of filters at an instant.

        Args:
            search: what the words among the filters ask for.
        """
        plain = plain_conditions(filters, is_marked=search is not None)
        return cls(
            where=" AND ".join([IN_FORCE, *plain, *_words(filters, search)]),
            values={
                "at": at,
                "festivals": list(festivals),
                "countries": list(filters.countries),
                "category": filters.category,
                "stores": list(filters.stores),
                "store": next(iter(filters.stores), ""),
                "low": filters.low,
                "high": filters.high,
                "slot": filters.slot,
                "kind": filters.kind,
            }
            | _search_values(filters, search),
            asked=ASKED if search and search.relaxed else "",
            bounds_price=filters.low is not None or filters.high is not None,
        )


def plain_conditions(filters: Filters, *, is_marked: bool = False) -> list[str]:
    """Return the conditions of all but words.

    Args:
        is_marked: words are looked up together with a single country, category or store: to look
            these up as well, among all products, takes longer than to compare them.
    """
    column = "l.category" if "/" in filters.category else "l.top_category"
    plainly = " || ''" if is_marked else ""
    by_country = plainly if len(filters.countries) == 1 else ""
    by_store = " + 0" if is_marked else ""
    known = {
        f"l.country{by_country} = ANY(%(countries)s)": bool(filters.countries),
        f"{column}{plainly} = %(category)s": bool(filters.category),
        ONE_STORE.format(by_store): len(filters.stores) == 1,
        STORE: len(filters.stores) > 1,
        "s.price >= %(low)s": filters.low is not None,
        "s.price <= %(high)s": filters.high is not None,
        "l.festivals && %(festivals)s::bigint[]": filters.in_festival,
        FLASH: filters.in_flash,
        SLOT: filters.slot is not None,
        "l.kind = %(kind)s": bool(filters.kind),
        "l.is_available": filters.in_stock,
    }
    return [condition for condition, is_asked in known.items() if is_asked]


def _words(filters: Filters, search: Search | None) -> list[str]:
    if not filters.words:
        return []
    if search is None:
        return ["false"]
    bounds = {"s.price >= %(low_said)s": search.low, "s.price <= %(high_said)s": search.high}
    said = [condition for condition, amount in bounds.items() if amount is not None]
    return [RELAXED if search.relaxed else WORDS, *said]


def _search_values(filters: Filters, search: Search | None) -> dict[str, object]:
    if search is None:
        return {}
    # What can be looked up together with the words is: rare neighbours are found at once.
    marked = all_of([mark(text) for text in _marks(filters)])
    narrow = f" & {text_of(marked)}" if marked.parts or marked.word else ""
    return {
        "query": search.query + narrow,
        "relaxed": search.relaxed + narrow,
        "strong": search.strong,
        "parts": search.every_part,
        "units": [query for query, _weight in search.units],
        "weights": [weight for _query, weight in search.units],
        "low_said": search.low,
        "high_said": search.high,
    }


def _marks(filters: Filters) -> list[str]:
    single = [
        (filters.kind, "kind"),
        (filters.category, "category"),
        (filters.countries[0] if len(filters.countries) == 1 else "", "country"),
        (filters.stores[0] if len(filters.stores) == 1 else "", "store"),
    ]
    return [f"#{name}:{value}" for value, name in single if value]
