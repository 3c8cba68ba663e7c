"""The buying part of a product's page: price, deal, choice of variants."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shop.catalogue.words import ProductTerms
from shop.core import dates
from shop.core.currencies import convert, written
from shop.core.languages import beside, listed
from shop.festivals import local_time
from shop.festivals.words import deal_note, deal_text
from shop.storefront.cards import ClaimBar, claim_of, deal_in_words, money, percent_off, price_label
from shop.storefront.product.choice import Offered, Selector, selectors
from shop.storefront.product.delivery import Reader
from shop.storefront.product.variants import VariantNow, preselected, together

MOST = 99  # of one thing; who wants more changes the number in the cart


@dataclass(frozen=True, slots=True)
class Facts:
    """The price of a variant and its reasons, its stock, and its delivery."""

    price: str
    prior: str
    price_label: str
    low: str
    percent: str
    note: str
    has_deal: bool
    deal_text: str
    deal_note: str
    deal_ends: datetime | None
    zone: str | None
    ends_text: str
    ends_own: str
    lowest: str
    claim: ClaimBar | None
    limit: str
    needs_account: str
    stock: str
    is_buyable: bool
    most: int
    weight_g: int


@dataclass(frozen=True, slots=True)
class Panel(Facts):
    """The facts of one of several variants; ``options`` are written as JSON."""

    id: int
    options: str
    is_shown: bool


@dataclass(frozen=True, slots=True)
class Buying(Facts):
    """The facts of the chosen variant, and the choices there are.

    While nothing is chosen (``is_open``) they are those of the cheapest that can be bought, its
    price a *from*; ``panels`` are then those that the choice brings. ``deals`` name the variants
    that have a deal, where not all of them cost the same.
    """

    variant: VariantNow
    selectors: tuple[Selector, ...]
    panels: tuple[Panel, ...]
    deals: tuple[str, ...]
    hint: str
    may_add: bool
    is_open: bool
    is_from: bool


def buying(
    offered: Offered, terms: ProductTerms, *, where: str, reader: Reader, at: datetime
) -> Buying | None:
    """Return the buying part, or None when nothing of the product has a price.

    Args:
        terms: what its options are called, in the language of the page.
        where: the town that goods are sent from.
    """
    variants, asked = offered.variants, offered.chosen
    lead = asked or preselected(variants)
    if lead is None:
        return None
    is_open = asked is None and len(variants) > 1
    facts = partial(_facts, where=where, reader=reader, at=at)
    prices = {variant.price for variant in variants if variant.price is not None}
    is_from = is_open and len(prices) > 1
    claimed = together(variants, lead) if is_open else _own(lead)
    questions = selectors(offered, terms)
    panels = [variant for variant in variants if len(variants) > 1 and variant.price is not None]
    return Buying(
        **facts(lead, claimed),
        variant=lead,
        selectors=questions,
        panels=tuple(
            Panel(
                **facts(variant, _own(variant)),
                id=variant.id,
                options=json.dumps(variant.options),
                is_shown=variant is asked,
            )
            for variant in panels
        ),
        deals=tuple(deals_in_words(variants, terms)) if is_from else (),
        may_add=any(variant.is_buyable for variant in ([asked] if asked else variants)),
        hint=_hint(questions) if is_open else "",
        is_open=is_open,
        is_from=is_from,
    )


def deals_in_words(variants: Sequence[VariantNow], terms: ProductTerms) -> Iterator[str]:
    """Yield each variant that has a deal, with its price and the units left of it."""
    for variant in variants:
        if variant.has_deal and variant.price is not None:
            left = None if variant.allotment is None else variant.deal_left
            rule = variant.rule
            if left is None and rule is not None and rule.counts_together:
                continue  # it costs what it always does, and nothing of it is running out
            label = terms.label(variant.options).text
            yield deal_in_words(label, variant.price, left, terms.language)


def _facts(
    variant: VariantNow,
    claimed: tuple[int, int, int, int] | None,
    *,
    where: str,
    reader: Reader,
    at: datetime,
) -> dict[str, Any]:
    language = reader.language
    percent, before = variant.percent, variant.prior_price
    is_flash, rule = variant.kind == "flash", variant.rule
    price: Any = variant.price
    prior = money(before, language) if percent and before else ""
    low = _("Lowest price in the 30 days before: %(price)s")
    is_lower = rule is not None and not rule.counts_together
    return {
        "price": money(price, language),
        "prior": prior,
        "price_label": price_label(is_flash=is_flash) if prior else "",
        "low": low % {"price": prior} if prior else "",
        "percent": percent_off(percent, language) if percent and before else "",
        "note": _about(price, reader),
        "has_deal": variant.has_deal,
        "deal_text": deal_text(rule) if rule else "",
        "deal_note": deal_note(rule) if rule else "",
        "deal_ends": variant.deal_ends if variant.has_deal else None,
        "zone": variant.zone,
        "ends_text": _ends(variant, language, at) if variant.has_deal else "",
        "ends_own": _ends_own(variant) if variant.has_deal else "",
        "lowest": _lowest(variant) if is_lower else "",
        "claim": claim_of(*claimed, is_flash=is_flash) if claimed else None,
        "limit": _limit(variant) if variant.has_deal else "",
        "needs_account": _needs_account(variant) if variant.has_deal else "",
        "stock": _stock(variant, where),
        "is_buyable": variant.is_buyable,
        "most": min(variant.buyable, MOST),
        "weight_g": variant.weight_g,
    }


def _hint(questions: Sequence[Selector]) -> str:
    """Name the options to choose before any stock is told; say "Sold out" where all is gone."""
    if not any(value.is_buyable for question in questions for value in question.values):
        return _("Sold out")
    legends = listed(question.legend for question in questions)
    return _("Choose this first: %(what)s") % {"what": legends}


def _own(variant: VariantNow) -> tuple[int, int, int, int] | None:
    """Return the units claimed, set aside, paid and left of a variant's own deal."""
    return together([variant], variant)


def _about(amount: int, reader: Reader) -> str:
    if reader.currency == settings.SHOP_CURRENCY:
        return ""
    about = convert(amount, settings.SHOP_CURRENCY, reader.currency)
    if about is None:
        return ""
    written_about = written(about, reader.currency, reader.language)
    amounts = {"amount": written_about, "price": money(amount, reader.language)}
    return _("About %(amount)s in your currency. You pay %(price)s.") % amounts


def _ends(variant: VariantNow, language: str, at: datetime) -> str:
    if variant.kind != "flash":
        last = local_time.last_day(variant.deal_ends, variant.zone)
        return _until(variant, dates.day(last, language, since=at))
    day = dates.day_in(variant.deal_ends, variant.zone, language)
    hour = dates.hour(variant.deal_ends, variant.zone)
    ends = _("Deal ends %(date)s at %(time)s") % {"date": day, "time": hour}
    return beside(ends, dates.zone_name(variant.deal_ends, variant.zone, language))


def _ends_own(variant: VariantNow) -> str:
    """Return the same words for the page's script, which knows the reader's zone."""
    if variant.kind != "flash":
        return _until(variant, dates.own_words())
    return _("Deal ends %(date)s at %(time)s") % {"date": "{date}", "time": "{time}"}


def _until(variant: VariantNow, date: str) -> str:
    rule: Any = variant.rule
    if rule.counts_together:
        return _("Until %(date)s") % {"date": date}
    return _("Festival price until %(date)s") % {"date": date}


def _lowest(variant: VariantNow) -> str:
    # True of all slots, past and to come, and says nothing about any of them.
    return _("The lowest scheduled price in this festival") if variant.is_lowest else ""


def _limit(variant: VariantNow) -> str:
    count = variant.per_shopper
    if count is None:
        return ""
    return ngettext("Limit %(count)d per shopper", "Limit %(count)d per shopper", count) % {
        "count": count
    }


def _needs_account(variant: VariantNow) -> str:
    count = variant.per_shopper
    if count is None:
        return ""
    return ngettext(
        "Sign in to buy at this price. It is limited to %(count)d unit per account.",
        "Sign in to buy at this price. It is limited to %(count)d units per account.",
        count,
    ) % {"count": count}


def _stock(variant: VariantNow, where: str) -> str:
    count = variant.buyable
    if not variant.is_buyable:
        return _("Sold out")
    return ngettext(
        "In stock, %(count)d piece in %(place)s",
        "In stock, %(count)d pieces in %(place)s",
        count,
    ) % {"count": count, "place": where}
