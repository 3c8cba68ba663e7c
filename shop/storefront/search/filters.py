"""The filters of a list of products: read from an address kindly, written back canonically.

Whatever cannot be understood, or is not there, is left out, so that no address of the list is an
error and no made-up parameter makes another copy in the cache.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.http import QueryDict
from django.utils.http import urlencode

from shop.catalogue.delivery.names import countries_by_name
from shop.core.currencies import currencies
from shop.core.forms.numbers import number_of

SORT_NAMES = ("popular", "price", "-price", "saving", "newest")
BEST = "best"  # the usual order of a search
KINDS = ("goods", "experience")
PLACE = re.compile(r"(-?\d{1,18})\.(\d{1,18})", re.ASCII)
LETTER = re.compile(r"[^\W_]")
CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
MOST_CHOICES = 60
MOST_LETTERS = 100
HIGHEST = 10**12  # minor units; what costs more is not asked for
CALENDARS = range(2**57)  # microseconds; a moment outside of them is none

Pairs = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class KnownFilters:
    """The values that lists can be filtered by: paths of categories, stores' slugs, slots' ids."""

    categories: frozenset[str] = frozenset()
    stores: frozenset[str] = frozenset()
    slots: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class ListPlace:
    """A row's place in a sorted list: the page begins after it, or ends before it."""

    key: int
    product_id: int
    is_before: bool = False

    def __str__(self) -> str:
        return f"{self.key}.{self.product_id}"


@dataclass(frozen=True, slots=True)
class Filters:
    """The filters, the order and the place in it; prices in minor units."""

    countries: tuple[str, ...] = ()
    category: str = ""
    stores: tuple[str, ...] = ()
    low: int | None = None
    high: int | None = None
    in_festival: bool = False
    in_flash: bool = False
    slot: int | None = None
    kind: str = ""
    in_stock: bool = False
    words: str = ""
    is_exact: bool = False
    sort: str = "popular"
    place: ListPlace | None = None
    has_bad_price: bool = False

    def pairs(self) -> Pairs:
        """Return names and values of the query, without the place, always in one order."""
        price = (("from", self.low), ("to", self.high))
        return [
            *(("country", code) for code in self.countries),
            *([("category", self.category)] if self.category else []),
            *(("store", slug) for slug in self.stores),
            *((name, as_typed(amount)) for name, amount in price if amount is not None),
            *([("from" if self.low is None else "to", "?")] if self.has_bad_price else []),
            *([("festival", "1")] if self.in_festival else []),
            *([("deal", "flash")] if self.in_flash else []),
            *([("slot", str(self.slot))] if self.slot is not None else []),
            *([("kind", self.kind)] if self.kind else []),
            *([("stock", "1")] if self.in_stock else []),
            *([("q", self.words)] if self.words else []),
            *([("exact", "1")] if self.is_exact else []),
            *([("sort", self.sort)] if self.sort != self.usual_sort else []),
        ]

    def query(self) -> str:
        """Return the canonical query."""
        pairs = self.pairs()
        if self.place:
            pairs.append(("before" if self.place.is_before else "after", str(self.place)))
        return urlencode(pairs)

    def changed(self, **changes: object) -> Filters:
        """Return other filters, from the first page on."""
        told: dict[str, Any] = {"place": None, "has_bad_price": False} | changes
        other = replace(self, **told)
        if other.words:
            return other
        sort = other.sort if other.sort in SORT_NAMES else other.usual_sort
        return replace(other, is_exact=False, sort=sort)

    def cleared(self) -> Filters:
        """Return the same search and order without a filter."""
        return Filters(words=self.words, is_exact=self.is_exact, sort=self.sort)

    @property
    def usual_sort(self) -> str:
        """Return the order of a list for which nobody asked for another one."""
        return BEST if self.words else SORT_NAMES[0]

    @property
    def can_be_kept(self) -> bool:
        """Tell whether all its filters are among those counted every minute."""
        is_of_deals = self.in_flash or self.slot is not None
        return not (self.has_no_end or is_of_deals)

    @property
    def has_no_end(self) -> bool:
        """Tell whether it holds something typed, of which there are as many as one likes."""
        has_price = self.low is not None or self.high is not None
        return bool(self.words) or self.is_exact or has_price or self.has_bad_price

    @property
    def is_plain_search(self) -> bool:
        """Tell whether it is a search and nothing else, as many make it at the same time."""
        return bool(self.words) and self == self.cleared()

    @property
    def listed(self) -> str | None:
        """Return the query under which search engines list the page, or None for not at all."""
        pairs = [(name, value) for name, value in self.pairs() if name != "sort"]
        return urlencode(pairs) if self.is_common else None

    @property
    def is_common(self) -> bool:
        """Tell whether many ask for just this, so that a copy of the answer is worth keeping.

        Filters can be put together in more ways than any cache holds, and places in a list are
        made up as easily as words. Common is the first page with two filters at most, and only
        one of those that have many values.
        """
        if self.has_no_end or self.place:
            return False
        many = len(self.countries) + len(self.stores) + bool(self.category)
        many += self.slot is not None
        few = self.in_festival + self.in_flash + bool(self.kind) + self.in_stock
        return many <= 1 and many + few <= 2


def read_filters(data: QueryDict, known: KnownFilters) -> Filters:
    """Return the filters that a query asks for; values that are unknown are left out."""
    low, high = _amount(data.get("from", "")), _amount(data.get("to", ""))
    if low is not None and high is not None and low > high:
        low, high = high, low
    typed = [value for name in ("from", "to") if (value := data.get(name, "").strip())]
    words = _words(data.get("q", ""))
    usual = BEST if words else SORT_NAMES[0]
    sort = _one_of(data.get("sort", ""), (*SORT_NAMES, usual)) or usual
    return Filters(
        countries=_chosen(data.getlist("country"), is_country),
        category=_one_of(data.get("category", ""), known.categories),
        stores=_chosen(data.getlist("store"), known.stores.__contains__),
        low=low,
        high=high,
        in_festival=data.get("festival") == "1",
        in_flash=data.get("deal") == "flash",
        slot=_slot(data.get("slot", ""), known.slots),
        kind=_one_of(data.get("kind", ""), KINDS),
        in_stock=data.get("stock") == "1",
        words=words,
        is_exact=data.get("exact") == "1",
        sort=sort,
        place=possible(_place(data), sort),
        has_bad_price=sum(amount is not None for amount in (low, high)) < len(typed),
    )


def possible(place: ListPlace | None, sort: str) -> ListPlace | None:
    """Return a place unless its key lies outside of all calendars in an order by moments."""
    return None if place and sort == "newest" and place.key not in CALENDARS else place


def is_country(code: str) -> bool:
    """Tell whether this is the code of a country."""
    return code in dict(countries_by_name(settings.LANGUAGE_CODE))


def as_typed(amount: int) -> str:
    """Return an amount of the shop's currency as people type it: 12.50, or 12."""
    value = Decimal(amount).scaleb(-currencies()[settings.SHOP_CURRENCY].exponent)
    return f"{value:f}" if value % 1 else f"{value:.0f}"


def _words(text: str) -> str:
    text = " ".join(CONTROL.sub(" ", text[: 10 * MOST_LETTERS]).split())[:MOST_LETTERS].strip()
    return text if LETTER.search(text) else ""


def _chosen(values: Iterable[str], is_good: Callable[[str], object]) -> tuple[str, ...]:
    return tuple(sorted({value for value in values if is_good(value)})[:MOST_CHOICES])


def _one_of(value: str, known: Container[str]) -> str:
    return value if value in known else ""


def _slot(value: str, known: Container[int]) -> int | None:
    number = number_of(value)
    return number if number in known else None


def _amount(text: str) -> int | None:
    try:
        value = Decimal(text.strip().replace(",", ".")) if text.isascii() else Decimal("NaN")
        exact = value.scaleb(currencies()[settings.SHOP_CURRENCY].exponent)
        return int(exact) if 0 <= exact <= HIGHEST else None
    except ArithmeticError:  # of every kind that a number can be made up to cause
        return None


def _place(data: QueryDict) -> ListPlace | None:
    for name in ("after", "before"):
        if found := PLACE.fullmatch(data.get(name, "")):
            return ListPlace(int(found[1]), int(found[2]), is_before=name == "before")
    return None
