"""The choices of a product: one list of variants, or a list for each of their options."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from django.http import QueryDict
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from shop.catalogue.models import Term
from shop.catalogue.words import ProductTerms
from shop.core.forms.numbers import number_of
from shop.core.languages import Wording
from shop.storefront.cards import money
from shop.storefront.product.date_month import day_asked
from shop.storefront.product.variants import VariantNow
from shop.storefront.search.filters import KnownFilters

MOST_OPTIONS = 3
MOST_LETTERS = 60


@dataclass(frozen=True, slots=True)
class AskedVariant:
    """The variant that the address of a product's page asks for, or options that make one."""

    kind: ClassVar[str] = ""  # a product's page is no list of a kind, or of flash deals
    in_flash: ClassVar[bool] = False

    listed: ClassVar[str] = ""  # whatever is chosen, search engines list the product alone

    variant: int | None = None
    options: tuple[str, ...] = ()
    day: date | None = None
    """Of an experience: the day whose dates are shown."""

    def query(self) -> str:
        """Return the canonical query."""
        pairs = [(f"option{place}", option) for place, option in enumerate(self.options)]
        day = [("day", self.day.isoformat())] if self.day else []
        return urlencode([*([("variant", self.variant)] if self.variant else pairs), *day])

    @property
    def is_common(self) -> bool:
        """Tell whether many ask for just this, so that a copy of the answer is worth keeping."""
        return not self.variant and not self.options and not self.day

    @property
    def is_plain_search(self) -> bool:
        """Tell that it is none."""
        return False


@dataclass(frozen=True, slots=True)
class Offered:
    """The variants of a product, the names of its options, and the variant that is chosen."""

    variants: Sequence[VariantNow]
    option_names: Sequence[str] = ()
    chosen: VariantNow | None = None


@dataclass(frozen=True, slots=True)
class Value:
    """One thing to choose; a sold-out one stays to see."""

    value: str
    label: str
    lang: str
    note: str
    is_buyable: bool
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Selector:
    """A question with its answers; ``name`` is its name in the form."""

    name: str
    legend: str
    lang: str
    values: tuple[Value, ...]


def read_asked(data: QueryDict, known: KnownFilters) -> AskedVariant:
    """Return the variant or options that an address asks for; a malformed variant is left out."""
    if (variant := number_of(data.get("variant", ""))) is not None:
        return AskedVariant(variant=variant, day=day_asked(data))
    return AskedVariant(options=posted_options(data), day=day_asked(data))


def posted_options(data: QueryDict) -> tuple[str, ...]:
    """Return the options that a form named, one for each of its questions."""
    found: list[str] = []
    while len(found) < MOST_OPTIONS and (name := f"option{len(found)}") in data:
        option: Any = data[name]
        found.append(option[:MOST_LETTERS])
    return tuple(found)


def variant_asked(variants: Sequence[VariantNow], asked: AskedVariant) -> VariantNow | None:
    """Return the variant that an address asks for, if the product has it and it has a price."""
    for variant in variants:
        is_it = variant.id == asked.variant or (
            bool(asked.options) and tuple(variant.options) == asked.options
        )
        if is_it and variant.price is not None:
            return variant
    return None


def selectors(offered: Offered, terms: ProductTerms) -> tuple[Selector, ...]:
    """Return the questions of a product: none where it has one variant."""
    variants, option_names = offered.variants, offered.option_names
    if len(variants) < 2:
        return ()
    count = len(option_names)
    if 2 <= count <= MOST_OPTIONS and all(len(v.options) == count for v in variants):
        return tuple(
            _of_option(place, name, offered, terms) for place, name in enumerate(option_names)
        )
    values = tuple(
        _value(str(variant.id), terms.label(variant.options), [variant], offered, terms)
        for variant in variants
    )
    legend = terms.all(Term.Kind.OPTION, option_names)
    return (Selector("variant", legend.text, legend.lang, values),)


def _of_option(place: int, name: str, offered: Offered, terms: ProductTerms) -> Selector:
    values = []
    for value in dict.fromkeys(variant.options[place] for variant in offered.variants):
        those = [variant for variant in offered.variants if variant.options[place] == value]
        called = terms.called(Term.Kind.VALUE, value)
        values.append(_value(value, called, those, offered, terms))
    legend = terms.called(Term.Kind.OPTION, name)
    return Selector(f"option{place}", legend.text, legend.lang, tuple(values))


def _value(
    value: str,
    called: Wording,
    those: Sequence[VariantNow],
    offered: Offered,
    terms: ProductTerms,
) -> Value:
    """Return an answer, which leaves a choice among those variants."""
    one_price = len({variant.price for variant in offered.variants}) == 1
    return Value(
        value=value,
        label=called.text,
        lang=called.lang,
        note=_note(those, terms.language, one_price=one_price),
        is_buyable=any(variant.is_buyable for variant in those),
        is_chosen=offered.chosen in those,
    )


def _note(variants: Sequence[VariantNow], language: str, *, one_price: bool) -> str:
    """Return the price of some variants where prices differ, or that all of them are sold out."""
    if not any(variant.is_buyable for variant in variants):
        return _("Sold out")
    prices = {variant.price for variant in variants if variant.price is not None}
    if one_price or not prices:
        return ""
    price = money(min(prices), language)
    return price if len(prices) == 1 else _("from %(price)s") % {"price": price}
