"""Keeps a festival honest: what it calls a reduction is below what was asked before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shop.currencies import written
from shop.errors import NotPossible
from shop.festivals.facts import terms_of, timelines
from shop.festivals.models import Deal, Festival
from shop.festivals.prices import regular_prices
from shop.festivals.pricing.items import deal_price, first_rise, prior_sale, regular_price


def refuse_if_dearer(deals: Sequence[Deal], festival: Festival, *, starts_at: datetime) -> None:
    """Refuse deals that are not below their variant's prior price, if the festival asks so.

    Four statements, however many deals. The caller holds the price lock. Deals of a festival
    that is still a draft were never a public price, so they are compared with nothing.

    Raises:
        NotPossible: one is not below; the text names the price and the day.
    """
    if not festival.must_beat_prior_price or not deals:
        return
    for text in _sentences([(deal, starts_at) for deal in deals]).values():
        raise NotPossible(text)


def dearer_nominations(deals: Sequence[Deal], *, since: datetime) -> dict[int, str]:
    """Return why prices cannot be called reductions, by nomination, where festivals ask so.

    Four statements at the most. ``since`` is when deals begin whose slot has begun.
    """
    asked = [deal for deal in deals if deal.slot.festival.must_beat_prior_price]
    if not asked:
        return {}
    return _sentences([(deal, max(deal.slot.starts_at, since)) for deal in asked])


def rising_nominations(deals: Sequence[Deal]) -> dict[int, str]:
    """Return which percent deals would become dearer while they run, as sentences by nomination.

    A percent deal follows the regular price, and a price may not rise once it runs. One statement
    at the most.
    """
    following = [deal for deal in deals if deal.kind == Deal.Kind.PERCENT]
    known = regular_prices({deal.variant_id for deal in following})
    found: dict[int, str] = {}
    for deal in following:
        prices = known.get(deal.variant_id, [])
        if at := first_rise(prices, deal.effective_from, deal.effective_to):
            found.setdefault(deal.nomination_id, rising(at, deal.slot.festival.zone))
    return found


def rising(at: datetime, zone: str) -> str:
    """Say that a regular price rises while a percent deal of its product runs."""
    date = date_format(at.astimezone(ZoneInfo(zone)), "DATE_FORMAT")
    text = _("Its regular price rises on %(date)s, while this deal runs. Give a price instead.")
    return text % {"date": date}


def _sentences(deals: Sequence[tuple[Deal, datetime]]) -> dict[int, str]:
    known = timelines({deal.variant.product_id for deal, _starts in deals})
    found: dict[int, str] = {}
    for deal, starts_at in deals:
        terms = known.get(deal.variant.product_id, {}).get(deal.variant_id)
        regular = regular_price(terms, starts_at) if terms else None
        before = prior_sale(terms, starts_at) if terms else None
        if regular is None or before is None:
            continue
        since, lowest = before
        price = deal_price(terms_of(deal), regular)
        if price >= lowest:
            text = dearer(price, lowest, since, deal.slot.festival.zone)
            found.setdefault(deal.nomination_id, text)
    return found


def dearer(price: int, lowest: int, since: datetime, zone: str) -> str:
    """Say why a price cannot be called a reduction: the product sold at the lowest one before."""
    facts = {
        "price": amount(lowest),
        "date": date_format(since.astimezone(ZoneInfo(zone)), "DATE_FORMAT"),
        "proposed": amount(price),
    }
    return (
        _("It sold at %(price)s on %(date)s, so %(proposed)s cannot be called a reduction.") % facts
    )


def amount(minor: int) -> str:
    """Return an amount of the shop's currency in the language of whoever reads it."""
    return written(minor, settings.SHOP_CURRENCY, get_language() or "en")
