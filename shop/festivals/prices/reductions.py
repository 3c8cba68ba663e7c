"""Keeps a festival honest: a price called a reduction is below the price asked before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shop.core.currencies import written
from shop.core.errors import NotPossible
from shop.festivals.models import Deal, Festival, RegularPrice
from shop.festivals.prices.load import timelines, with_deals
from shop.festivals.pricing.items import first_rise, prior_sale, regular_price
from shop.festivals.pricing.kinds import FOLLOWING
from shop.festivals.pricing.terms import VariantTerms


def refuse_if_dearer(deals: Sequence[Deal], festival: Festival, *, starts_at: datetime) -> None:
    """Refuse deals that are not below their variant's prior price, if the festival asks so.

    Four statements, however many deals. The caller holds the price lock. In a draft the deals of
    that festival are compared with one another: they become public together.

    Raises:
        NotPossible: one is not below; the text names the price and the day.
    """
    if not festival.must_beat_prior_price or not deals:
        return
    for text in _sentences([(deal, starts_at) for deal in deals]).values():
        raise NotPossible(text)


def dearer_nominations(deals: Sequence[Deal], *, since: datetime) -> dict[int, str]:
    """Return why prices cannot be called reductions, by nomination, where festivals ask so.

    The deals are judged together, saved or not: one that begins earlier and is no hindrance to
    itself is a price that a later one of the same variant has to beat. Four statements at the most.

    Args:
        since: when deals begin whose slot has begun.
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
    following = [deal for deal in deals if deal.kind in FOLLOWING]
    known = RegularPrice.objects.histories({deal.variant_id for deal in following})
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


def beside(
    terms: VariantTerms, price: int, starts_at: datetime, others: Iterable[Deal]
) -> tuple[Deal, int] | None:
    """Return the deal beside which a price would be no reduction, and the price of that deal.

    Args:
        terms: what the variant costs without the others; the price is below that.
        others: deals of the same variant that wait; never saved.
    """
    earlier = [deal for deal in others if deal.effective_from < starts_at]
    lowest = prior_sale(with_deals(terms, earlier), starts_at) if earlier else None
    if lowest is None or price < lowest[1]:
        return None
    for deal in earlier:
        regular = regular_price(terms, max(deal.effective_from, lowest[0]))
        if regular is not None and deal.rule.price(regular) == lowest[1]:
            return deal, lowest[1]
    return None


def no_reduction_beside(deal: Deal, deal_price: int, price: int) -> str:
    """Say that a price cannot be called a reduction once a deal that waits is approved."""
    text = _(
        "Beside its deal for “%(slot)s” at %(deal_price)s, %(price)s cannot be called a reduction."
    )
    facts = {"deal_price": amount(deal_price), "price": amount(price)}
    return text % (facts | {"slot": deal.slot.label})


def _sentences(deals: Sequence[tuple[Deal, datetime]]) -> dict[int, str]:
    festivals = {deal.slot.festival_id for deal, _starts in deals}
    known = timelines({deal.variant.product_id for deal, _starts in deals}, planned=festivals)
    found: dict[int, str] = {}
    ordered = sorted(deals, key=_begins)
    for (_at, nomination_id), own in groupby(ordered, key=_begins):
        variants = [
            (deal, starts_at, known.get(deal.variant.product_id, {}).get(deal.variant_id))
            for deal, starts_at in own
        ]
        texts = [text for row in variants if (text := _sentence(*row))]
        if texts:
            found.setdefault(nomination_id, texts[0])
            continue
        for deal, _starts, terms in variants:
            if terms and deal.pk is None:  # those that are saved are known already
                known[deal.variant.product_id][deal.variant_id] = with_deals(terms, [deal])
    return found


def _begins(pair: tuple[Deal, datetime]) -> tuple[datetime, int]:
    return pair[1], pair[0].nomination_id


def _sentence(deal: Deal, starts_at: datetime, terms: VariantTerms | None) -> str:
    """Say why the price of one deal cannot be called a reduction; nothing if it can."""
    regular = regular_price(terms, starts_at) if terms else None
    before = prior_sale(terms, starts_at) if terms else None
    if regular is None or before is None:
        return ""
    since, lowest = before
    price = deal.rule.best_price(regular)
    return dearer(price, lowest, since, deal.slot.festival.zone) if price >= lowest else ""


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
