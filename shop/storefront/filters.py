"""What a list of products was asked for: read from an address kindly, written back canonically.

Whatever cannot be understood is left out, so that no address of the list is an error and no
made-up parameter makes another copy in the cache.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from django.conf import settings
from django.http import QueryDict
from django.utils.http import urlencode

from shop.currencies import currencies
from shop.delivery.names import countries_by_name

SORTS = ("popular", "price", "-price", "saving", "newest")
KINDS = ("goods", "experience")
PATH = re.compile(r"[a-z0-9-]{1,40}(/[a-z0-9-]{1,40})?")
SLUG = re.compile(r"[-a-zA-Z0-9_]{1,80}")
PLACE = re.compile(r"(-?\d{1,18})\.(\d{1,18})")
LETTER = re.compile(r"\w")
CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
MOST_CHOICES = 60
MOST_LETTERS = 100
HIGHEST = 10**12  # minor units; what costs more is not asked for

Pairs = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Place:
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
    sort: str = "popular"
    place: Place | None = None
    has_bad_price: bool = False

    def pairs(self) -> Pairs:
        """Return names and values of the query, without the place, always in one order."""
        price = (("from", self.low), ("to", self.high))
        return [
            *(("country", code) for code in self.countries),
            *([("category", self.category)] if self.category else []),
            *(("store", slug) for slug in self.stores),
            *((name, as_typed(amount)) for name, amount in price if amount is not None),
            *([("from", "?")] if self.has_bad_price else []),
            *([("festival", "1")] if self.in_festival else []),
            *([("deal", "flash")] if self.in_flash else []),
            *([("slot", str(self.slot))] if self.slot else []),
            *([("kind", self.kind)] if self.kind else []),
            *([("stock", "1")] if self.in_stock else []),
            *([("q", self.words)] if self.words else []),
            *([("sort", self.sort)] if self.sort != "popular" else []),
        ]

    def query(self) -> str:
        """Return the canonical query."""
        pairs = self.pairs()
        if self.place:
            pairs.append(("before" if self.place.is_before else "after", str(self.place)))
        return urlencode(pairs)

    def changed(self, **changes: object) -> Filters:
        """Return other filters, from the first page on."""
        return replace(self, **{"place": None, "has_bad_price": False} | changes)

    def cleared(self) -> Filters:
        """Return the same search and order without a filter."""
        return Filters(words=self.words, sort=self.sort)

    @property
    def has_no_end(self) -> bool:
        """Tell whether it holds something typed, of which there are as many as one likes."""
        typed = (self.words, self.low, self.high, self.has_bad_price)
        return any(part not in (None, "", False) for part in typed)


def read_filters(data: QueryDict) -> Filters:
    """Return what a query asks for, as far as it can be understood."""
    low, high = _amount(data.get("from", "")), _amount(data.get("to", ""))
    if low is not None and high is not None and low > high:
        low, high = high, low
    typed = [value.strip() for name in ("from", "to") if (value := data.get(name))]
    return Filters(
        countries=_chosen(data.getlist("country"), is_country),
        category=_first(data.get("category", ""), PATH),
        stores=_chosen(data.getlist("store"), SLUG.fullmatch),
        low=low,
        high=high,
        in_festival=data.get("festival") == "1",
        in_flash=data.get("deal") == "flash",
        slot=_number(data.get("slot", "")),
        kind=_one_of(data.get("kind", ""), KINDS),
        in_stock=data.get("stock") == "1",
        words=_words(data.get("q", "")),
        sort=_one_of(data.get("sort", ""), SORTS) or "popular",
        place=_place(data),
        has_bad_price=sum(amount is not None for amount in (low, high)) < len(typed),
    )


def canonical(data: QueryDict) -> str:
    """Return the query of a list as it is written in one way only."""
    return read_filters(data).query()


def is_country(code: str) -> bool:
    """Tell whether this is the code of a country."""
    return code in dict(countries_by_name(settings.LANGUAGE_CODE))


def as_typed(amount: int) -> str:
    """Return an amount of the shop's currency as people type it: 12.50, or 12."""
    value = Decimal(amount).scaleb(-currencies()[settings.SHOP_CURRENCY].exponent)
    return f"{value:f}" if value % 1 else f"{value:.0f}"


def _words(text: str) -> str:
    text = CONTROL.sub(" ", text)[:MOST_LETTERS].strip()
    return text if LETTER.search(text) else ""


def _chosen(values: Iterable[str], is_good: Callable[[str], object]) -> tuple[str, ...]:
    return tuple(sorted({value for value in values if is_good(value)})[:MOST_CHOICES])


def _first(value: str, pattern: re.Pattern[str]) -> str:
    return value if pattern.fullmatch(value) else ""


def _one_of(value: str, known: tuple[str, ...]) -> str:
    return value if value in known else ""


def _number(value: str) -> int | None:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 16 else None


def _amount(text: str) -> int | None:
    try:
        value = Decimal(text.strip().replace(",", ".")) if text.isascii() else Decimal("NaN")
        exact = value.scaleb(currencies()[settings.SHOP_CURRENCY].exponent)
        return int(exact) if 0 <= exact <= HIGHEST else None
    except InvalidOperation:
        return None


def _place(data: QueryDict) -> Place | None:
    for name in ("after", "before"):
        if found := PLACE.fullmatch(data.get(name, "")):
            return Place(int(found[1]), int(found[2]), is_before=name == "before")
    return None
