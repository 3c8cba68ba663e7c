"""The delivery of one piece of a product to the reader of its page, and its price."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from shop import dates
from shop.delivery.names import country_name
from shop.delivery.quote import arrival, delivery_options, parcel_of, workdays_of
from shop.errors import CannotDeliver
from shop.languages import beside
from shop.merchants.models import Merchant
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

    ``least`` is ``where`` with a *from*, for a product of which some weighs more.
    """

    price: int
    arrives: str
    where: str
    least: str
    duties: str
    refusal: str


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
    for weight, (cheapest, *_others) in options.items():
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
        )
    return found


def _duties() -> str:
    return _("Duties are not included. You may have to pay them on delivery.")
