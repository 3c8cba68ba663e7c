"""The ways each store's parcel can travel, to choose one of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from shop.catalogue.delivery.models import Rate
from shop.catalogue.delivery.names import service_name
from shop.catalogue.delivery.quote import DeliveryOption
from shop.core.forms.numbers import number_of
from shop.festivals.pricing.benefit_kinds import Group
from shop.orders.cart.page import arrives_text
from shop.orders.cart.pricing import PricedCart
from shop.orders.cart.sums import or_free

PREFIX = "service-"
MOST_STORES = 200


@dataclass(frozen=True, slots=True)
class WayShown:
    """One way to send a parcel."""

    service: str
    name: str
    arrives: str
    price: str
    note: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """A store's parcel with its ways; ``field`` is the name under which one is posted."""

    field: str
    store: str
    cloth: str
    ways: tuple[WayShown, ...]


def choices(priced: PricedCart) -> list[Choice]:
    """Return the delivery options of each parcel."""
    found = []
    for pk, lines in priced.by_merchant.items():
        merchant = lines[0].variant.product.merchant
        if options := priced.options.get(pk):
            ways = tuple(
                WayShown(
                    service=option.service,
                    name=service_name(option.service),
                    arrives=arrives_text(priced, merchant, option),
                    price=or_free(_price(priced, pk, option)),
                    note="" if option.is_tracked else _untracked(),
                    is_chosen=option == priced.chosen[pk],
                )
                for option in options
            )
            found.append(Choice(f"{PREFIX}{pk}", merchant.name, merchant.cloth, ways))
    return found


def chosen(priced: PricedCart) -> str:
    """Return the ways that the page shows as chosen, for the form to bring back."""
    return _joined({pk: option.service for pk, option in priced.chosen.items()})


def is_as_shown(services: Mapping[int, str], shown: str) -> bool:
    """Tell whether the posted ways are those that the page showed as chosen."""
    return _joined(services) == shown


def posted_services(data: Mapping[str, str]) -> dict[int, str]:
    """Return the services that were posted, by merchant id; unknown ones are left out."""
    known = set(Rate.ServiceLevel.values)
    found = {}
    for field in list(data)[:MOST_STORES]:
        pk = number_of(field.removeprefix(PREFIX)) if field.startswith(PREFIX) else None
        if pk is not None and data[field] in known:
            found[pk] = data[field]
    return found


def _joined(services: Mapping[int, str]) -> str:
    return ",".join(f"{pk}:{service}" for pk, service in sorted(services.items()))


def _price(priced: PricedCart, merchant_id: int, option: DeliveryOption) -> int:
    """Return the shopper's price of this way, the free shipping in use taken off."""
    for benefit in priced.quote.benefits:
        if benefit.promotion.group != Group.SHIPPING:
            continue
        if any(part.place == merchant_id for part in benefit.parts):
            terms = benefit.promotion
            return option.price - terms.rule.amount_of_parcel(terms, option.price)
    return option.price


def _untracked() -> str:
    return _("No tracking number: this parcel travels by ordinary post.")
