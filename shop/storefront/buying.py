"""The buying part of a product's page: price, deal, choice of variants, delivery."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shop.currencies import convert, written
from shop.delivery.names import country_name
from shop.delivery.quoting import Parcel, arrival, delivery_options
from shop.errors import CannotDeliver
from shop.festivals import walltime
from shop.merchants.models import Merchant
from shop.storefront import dates
from shop.storefront.cards import Claim, claim_of, money, percent_off
from shop.storefront.variants import VariantNow, preselected, together

MOST = 99  # of one thing; who wants more changes the number in the cart


@dataclass(frozen=True, slots=True)
class Choice:
    """One variant to choose; one that is sold out stays to see."""

    id: int
    label: str
    note: str
    is_buyable: bool
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Buying:
    """What the chosen variant costs and why, and what else there is to choose."""

    price: str
    prior: str
    percent: str
    is_flash: bool
    about: str
    has_deal: bool
    deal_ends: datetime | None
    ends_text: str
    lowest: str
    claim: Claim | None
    limit: str
    needs_account: str
    choices: tuple[Choice, ...]
    legend: str
    stock: str
    is_buyable: bool
    most: int
    variant: VariantNow


@dataclass(frozen=True, slots=True)
class Delivery:
    """When a parcel would arrive and what it costs, or why it cannot be sent."""

    arrives: str
    where: str
    duties: str
    refusal: str


def buying(
    variants: Sequence[VariantNow],
    option_names: Sequence[str],
    *,
    where: str,
    currency: str,
    language: str,
    at: datetime,
) -> Buying | None:
    """Return the buying part, or None when nothing of the product has a price.

    Args:
        where: the town that goods are sent from.
        currency: of the approximate price.
    """
    chosen = preselected(variants)
    if chosen is None:
        return None
    has_prior = bool(chosen.percent and chosen.prior_price)
    claimed = together(variants, chosen)
    is_flash = chosen.kind == "flash"
    return Buying(
        price=money(chosen.price, language),
        prior=money(chosen.prior_price, language) if has_prior else "",
        percent=percent_off(chosen.percent, language) if has_prior else "",
        is_flash=is_flash,
        about=_about(chosen.price, currency, language),
        has_deal=chosen.has_deal,
        deal_ends=chosen.deal_ends if chosen.has_deal else None,
        ends_text=_ends(chosen, language, at) if chosen.has_deal else "",
        lowest=_lowest(chosen) if chosen.has_deal else "",
        claim=claim_of(*claimed, is_flash=is_flash) if claimed else None,
        limit=_limit(chosen) if chosen.has_deal else "",
        needs_account=_needs_account(chosen) if chosen.has_deal else "",
        choices=_choices(variants, chosen, language),
        legend=_legend(option_names),
        stock=_stock(chosen, where),
        is_buyable=chosen.is_buyable,
        most=min(chosen.buyable, MOST),
        variant=chosen,
    )


def delivery(
    merchant: Merchant, weight_g: int, country: str, *, start: date, language: str
) -> Delivery:
    """Return the cheapest way to send one piece to a country. One statement."""
    name = country_name(country, language)
    parcels = {merchant.pk: Parcel(merchant.ship_region, weight_g)}
    try:
        cheapest = delivery_options(parcels, country, country_name=name)[merchant.pk][0]
    except CannotDeliver:
        refusal = _("This product cannot be sent to %(country)s.") % {"country": name}
        return Delivery("", "", "", refusal)
    dispatch = (merchant.dispatch_from, merchant.dispatch_to)
    _ship_by, earliest, latest = arrival(start, dispatch=dispatch, option=cheapest)
    first, last = dates.from_to(earliest, latest, language)
    price = money(cheapest.price, language) if cheapest.price else _("free")
    return Delivery(
        arrives=_("Arrives %(from)s to %(to)s") % {"from": first, "to": last},
        where=_("%(first)s, %(second)s") % {"first": name, "second": price},
        duties=_duties() if merchant.country != country else "",
        refusal="",
    )


def _duties() -> str:
    return _("Duties are not included. You may have to pay them on delivery.")


def _about(amount: int, currency: str, language: str) -> str:
    if currency == settings.SHOP_CURRENCY:
        return ""
    about = convert(amount, settings.SHOP_CURRENCY, currency)
    if about is None:
        return ""
    amounts = {"amount": written(about, currency, language), "price": money(amount, language)}
    return _("About %(amount)s in your currency. You pay %(price)s.") % amounts


def _ends(variant: VariantNow, language: str, at: datetime) -> str:
    if variant.kind != "flash":
        last = walltime.last_day(variant.deal_ends, variant.zone)
        until = dates.day(last, language, since=at)
        return _("Festival price until %(date)s") % {"date": until}
    day = dates.day_in(variant.deal_ends, variant.zone, language)
    hour = dates.hour(variant.deal_ends, variant.zone)
    return _("%(first)s, %(second)s") % {
        "first": _("Deal ends %(date)s at %(time)s") % {"date": day, "time": hour},
        "second": dates.zone_name(variant.deal_ends, variant.zone, language),
    }


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


def _choices(
    variants: Sequence[VariantNow], chosen: VariantNow, language: str
) -> tuple[Choice, ...]:
    one_price = len({variant.price for variant in variants}) == 1
    return tuple(
        Choice(
            id=variant.id,
            label=", ".join(variant.options),
            note=_note(variant, language, one_price=one_price),
            is_buyable=variant.is_buyable,
            is_chosen=variant is chosen,
        )
        for variant in variants
    )


def _note(variant: VariantNow, language: str, *, one_price: bool) -> str:
    if not variant.is_buyable:
        return _("Sold out")
    return "" if one_price else money(variant.price, language)


def _legend(option_names: Sequence[str]) -> str:
    # Sizes and colours have names in all languages; what a store calls its own stays as it is.
    return ", ".join(_(name) for name in option_names if name)


def _stock(variant: VariantNow, where: str) -> str:
    count = variant.buyable
    if not variant.is_buyable:
        return _("Sold out")
    return ngettext(
        "In stock, %(count)d piece in %(place)s",
        "In stock, %(count)d pieces in %(place)s",
        count,
    ) % {"count": count, "place": where}
