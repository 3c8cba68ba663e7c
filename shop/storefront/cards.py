"""Products as cards, ready to be written: no template asks, formats or counts anything."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shop.catalogue.delivery.names import country_name
from shop.core.currencies import written
from shop.core.languages import beside, labelled, lang_mark, listed
from shop.festivals.pricing.kinds import DealKind, kind_of
from shop.festivals.words import deal_on_flag
from shop.storefront.search.find import ProductRow


@dataclass(frozen=True, slots=True)
class ClaimBar:
    """The claimed share of the units set aside for a deal: numbers for the bar, and words."""

    claimed: str
    allotment: str
    label: str
    text: str
    left: str
    is_sold: bool


@dataclass(frozen=True, slots=True)
class Card:
    """A product in a list."""

    id: str
    save_label: str
    url: str
    title: str
    lang: str
    by: str
    small: str
    jpeg: str
    avif: str
    flag: str
    is_quiet: bool
    rating: str
    rating_label: str
    rating_count: str
    price: str
    prior: str
    price_label: str
    low: str
    note: str
    claim: ClaimBar | None
    is_out: bool


def cards(rows: Iterable[ProductRow], language: str, *, in_flash: bool = False) -> list[Card]:
    """Return products as cards in the language of the page.

    Args:
        in_flash: the list is one of flash deals; a product whose units are all claimed
            stays there, greyed, at its everyday price.
    """
    start = _products_url(language)
    low = _("Lowest in 30 days: %(price)s")
    labels = {is_flash: price_label(is_flash=is_flash) for is_flash in (True, False)}
    save = _("Save: %(product)s")
    return [
        _card(row, language, (start, low, labels[row.is_flash], save), in_flash) for row in rows
    ]


def _card(
    row: ProductRow, language: str, shared: tuple[str, str, str, str], in_flash: bool
) -> Card:
    start, low, label, save = shared
    claim = _flash_claim(row, in_flash)
    is_out = not row.is_available or bool(claim and claim.is_sold)
    prior = money(row.prior_price, language) if row.prior_price and row.percent else ""
    rating = f"{row.rating / 10:.1f}" if row.rating else ""
    title = row.translated or row.title
    return Card(
        id=str(row.product_id),
        save_label=save % {"product": title},
        url=f"{start}{row.slug}/",
        title=title,
        lang=lang_mark(row.translated, language),
        by=_by(row.store, row.country, language),
        small=row.small or "",
        jpeg=row.jpeg or "",
        avif=row.avif or "",
        flag=_flag(row, claim, language),
        is_quiet=is_out,
        rating=rating,
        rating_label=_("%(rating)s out of 5") % {"rating": rating} if rating else "",
        rating_count=f"{row.rating_count:,}",
        price=_price(row, language),
        prior=prior,
        price_label=label if prior else "",
        low=low % {"price": prior} if prior else "",
        note=_deal(row, language),
        claim=claim,
        is_out=is_out,
    )


def money(amount: int, language: str) -> str:
    """Return an amount of the shop's currency as people of a language write it."""
    return written(amount, settings.SHOP_CURRENCY, language)


@lru_cache(maxsize=1_000)
def percent_off(percent: int, language: str) -> str:
    """Return a saving as a flag shows it: −20 %."""
    return _("−%(percent)d %%") % {"percent": percent}


def claim_of(
    claimed: int, allotment: int, sold: int, there: int | None = None, *, is_flash: bool
) -> ClaimBar:
    """Return the bar of a deal with an allotment; all held is not yet all claimed.

    Args:
        there: how many can be bought at its price, where units of it may be gone otherwise.
    """
    if sold >= allotment:
        left = _("Regular price")
    elif claimed >= allotment:
        left = _("All held, some may come back")
    else:
        count = allotment - claimed if there is None else there
        left = ngettext("%(count)d left", "%(count)d left", count) % {"count": count}
    return ClaimBar(
        claimed=str(claimed),
        allotment=str(allotment),
        label=_("Claimed at the flash price") if is_flash else _("Claimed at the festival price"),
        text=_("%(claimed)d of %(total)d claimed") % {"claimed": claimed, "total": allotment},
        left=left,
        is_sold=sold >= allotment,
    )


def _deal(row: ProductRow, language: str) -> str:
    """Name the variant that has the deal, where not all of a product cost the same."""
    if row.deal_price is None:
        return ""
    rule = _rule(row)
    if row.deal_left is None and rule is not None and rule.counts_together:
        return ""  # the flag says it; one costs what it always does
    label = listed(row.deal_options or ())
    return deal_in_words(label, row.deal_price, row.deal_left, language)


def price_label(*, is_flash: bool) -> str:
    """Return what a lowered price is called beside the one that is struck through."""
    return _("Flash price") if is_flash else _("Festival price")


def deal_in_words(label: str, price: int, left: int | None, language: str) -> str:
    """Say which variant has a deal: "S, Blue: $48.00 · 1 left"; the number if it is limited."""
    text = labelled(label, money(price, language))
    if left is None:
        return text
    count = ngettext("%(count)d left", "%(count)d left", left) % {"count": left}
    return f"{text} · {count}"


def _flash_claim(row: ProductRow, in_flash: bool) -> ClaimBar | None:
    if not row.allotment or (row.sold >= row.allotment and not in_flash):
        return None
    return claim_of(int(row.claimed), int(row.allotment), int(row.sold), is_flash=True)


def _flag(row: ProductRow, claim: ClaimBar | None, language: str) -> str:
    if not row.is_available:
        return _("Sold out")
    if claim and claim.is_sold:
        return _("All claimed")
    if percent := row.percent or row.deal_percent:
        return percent_off(percent, language)
    rule = _rule(row)
    return deal_on_flag(rule) if rule else ""


def _rule(row: ProductRow) -> DealKind | None:
    if row.rule_code is None:
        return None
    return kind_of(row.rule_code, row.rule_value, row.paid_units)


def _price(row: ProductRow, language: str) -> str:
    price = money(row.price, language)
    return price if row.price == row.highest else _("from %(price)s") % {"price": price}


@lru_cache(maxsize=1_000)
def _by(store: str, country: str, language: str) -> str:
    return beside(store, country_name(country, language))


@lru_cache(maxsize=20)
def _products_url(language: str) -> str:
    return reverse("products")
