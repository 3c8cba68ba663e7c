"""The delivery of one piece of a product to the reader of its page, and its price."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from shop.catalogue.delivery.names import country_name
from shop.catalogue.delivery.quote import (
    DeliveryOption,
    arrival,
    delivery_options,
    parcel_of,
    workdays_of,
)
from shop.core import dates
from shop.core.errors import CannotDeliver
from shop.core.languages import beside
from shop.people.merchants.models import Merchant
from shop.storefront.cards import money


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom a product is described: a language, a currency to compare with, a country."""

    language: str
    currency: str
    country: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """The arrival and the price of a parcel, or why it cannot be sent.

    ``untracked`` says that it has no number to follow, and what one with a number costs.
    ``least`` is ``where`` with a *from*, for a product of which some weighs more.
    """

    price: int
    arrives: str
    where: str
    least: str
    duties: str
    refusal: str
    untracked: str = ""


def deliveries(
    merchant: Merchant,
    weights: Collection[int],
    reader: Reader,
    *,
    start: date,
    is_barred: bool = False,
) -> dict[int, Delivery]:
    """Return the cheapest way to send one piece of each weight to a country. One statement.

    Args:
        is_barred: the rules of its category forbid to send it there.
    """
    country, language = reader.country, reader.language
    name = country_name(country, language)
    if is_barred:
        refusal = _("This product cannot be sent to %(country)s.") % {"country": name}
        return dict.fromkeys(weights, Delivery(0, "", "", "", "", refusal))
    parcels = {weight: parcel_of(merchant, weight, country) for weight in weights}
    try:
        options = delivery_options(parcels, country, country_name=name)
    except CannotDeliver:
        refusal = _("This product cannot be sent to %(country)s.") % {"country": name}
        return dict.fromkeys(weights, Delivery(0, "", "", "", "", refusal))
    dispatch, workdays = (merchant.dispatch_from, merchant.dispatch_to), workdays_of(merchant)
    duties = _duties() if merchant.country != country else ""
    found = {}
    for weight, (cheapest, *others) in options.items():
        _ship_by, earliest, latest = arrival(
            start, dispatch=dispatch, option=cheapest, workdays=workdays
        )
        first, last = dates.from_to(earliest, latest, language)
        price = money(cheapest.price, language) if cheapest.price else _("free")
        least = _("from %(price)s") % {"price": price}
        found[weight] = Delivery(
            price=cheapest.price,
            arrives=_("Arrives %(from)s to %(to)s") % {"from": first, "to": last},
            where=beside(name, price),
            least=beside(name, least),
            duties=duties,
            refusal="",
            untracked="" if cheapest.is_tracked else _untracked(others, language),
        )
    return found


def _untracked(others: Collection[DeliveryOption], language: str) -> str:
    """Say that the cheapest way has no number to follow, and what the next one that has costs."""
    tracked = next((option for option in others if option.is_tracked), None)
    if tracked is None:
        return _("By ordinary post, without a tracking number.")
    text = _("By ordinary post, without a tracking number. With one: %(price)s.")
    return text % {"price": money(tracked.price, language) if tracked.price else _("free")}


def _duties() -> str:
    return _("Duties are not included. You may have to pay them on delivery.")
