"""A priced cart as the page shows it: every amount, reason and limit in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from shop.catalogue.delivery.names import country_name
from shop.catalogue.delivery.quote import DeliveryOption, arrival, workdays_of
from shop.core.errors import BelowMinimum
from shop.core.languages import beside
from shop.orders.cart import price_changes
from shop.orders.cart.current import Shopper
from shop.orders.cart.formats import amount, arrives, items, language, parcels, stores
from shop.orders.cart.lines import LineShown, show_line
from shop.orders.cart.models import CartLine
from shop.orders.cart.pricing import PricedCart
from shop.orders.cart.sums import StoreSums, SumsShown, counted, show_sums, store_sums, units
from shop.orders.cart.vouchers import explain
from shop.orders.cart.vouchers.explain import Goal, Voucher
from shop.people.merchants.models import Merchant


@dataclass(frozen=True, slots=True)
class StoreShown:
    """One store's part of the cart: its lines, its parcel, its discounts."""

    name: str
    url: str
    cloth: str
    place: str
    lines: tuple[LineShown, ...]
    vouchers: tuple[Voucher, ...]
    goals: tuple[Goal, ...]
    arrives: str
    free: str
    count: str
    sums: StoreSums


@dataclass(frozen=True, slots=True)
class CartShown:
    """Everything that the cart page says.

    ``is_held`` while a payment of it is open; ``is_payable`` when nothing stands in the way.
    """

    summary: str
    count: str
    country: str
    changes: tuple[str, ...]
    stores: tuple[StoreShown, ...]
    vouchers: tuple[Voucher, ...]
    goals: tuple[Goal, ...]
    setbacks: tuple[str, ...]
    sums: SumsShown
    saving: str
    problems: tuple[str, ...]
    is_payable: bool
    is_held: bool


def show_cart(priced: PricedCart, shopper: Shopper, *, currency: str, at: datetime) -> CartShown:
    """Return a cart as its page shows it.

    Args:
        currency: in which an approximate total is shown.
    """
    vouchers = explain.vouchers(priced, at=at)
    goals = explain.goals(priced.quote)
    lines = {line.variant_id: show_line(line, priced, shopper, at=at) for line in priced.lines}
    return CartShown(
        summary=_summary(priced),
        count=items(units(priced)),
        country=priced.cart.country,
        changes=tuple(price_changes.changes(priced, at=at)),
        stores=tuple(
            _store(priced, group, lines, vouchers, goals) for group in priced.by_merchant.values()
        ),
        # A store's voucher stays in sight, and can be taken out, when its lines are gone.
        vouchers=tuple(v for v in vouchers if v.store not in priced.by_merchant),
        goals=tuple(goal for goal in goals if goal.store is None),
        setbacks=tuple(explain.setbacks(priced.quote)),
        sums=show_sums(priced, currency=currency),
        saving=_saving(priced),
        problems=tuple(problems(priced)),
        is_payable=not problems(priced) and not priced.quote.missing,
        is_held=bool(priced.cart.holdings),
    )


def problems(priced: PricedCart) -> list[str]:
    """Return the reasons why the cart cannot be paid: its country, or too small a total."""
    found = [priced.undeliverable] if priced.undeliverable else []
    if priced.quote.is_below_minimum and priced.quote.segments:
        found.append(str(BelowMinimum(amount(priced.quote.basket.minimum))))
    return found


def arrives_text(priced: PricedCart, merchant: Merchant, option: DeliveryOption) -> str:
    """Say when a store's parcel arrives that travels in this way."""
    dispatch = (merchant.dispatch_from, merchant.dispatch_to)
    _by, first, last = arrival(
        priced.quote.at.date(), dispatch=dispatch, option=option, workdays=workdays_of(merchant)
    )
    return arrives(first, last)


def _store(
    priced: PricedCart,
    group: Sequence[CartLine],
    lines: dict[int, LineShown],
    vouchers: Sequence[Voucher],
    goals: Sequence[Goal],
) -> StoreShown:
    merchant = group[0].variant.product.merchant
    option = priced.chosen.get(merchant.pk)
    place = beside(merchant.city, country_name(merchant.country, language()))
    return StoreShown(
        name=merchant.name,
        url=reverse("store", args=[merchant.slug]),
        cloth=merchant.cloth,
        place=_("Sends from %(place)s") % {"place": place} if option else place,
        lines=tuple(lines[line.variant_id] for line in group),
        vouchers=tuple(voucher for voucher in vouchers if voucher.store == merchant.pk),
        goals=tuple(goal for goal in goals if goal.store == merchant.pk),
        arrives=arrives_text(priced, merchant, option) if option else "",
        free=_free_from(merchant, priced.options.get(merchant.pk, ())),
        count=items(sum(line.quantity for line in group)),
        sums=store_sums(priced, merchant.pk),
    )


def _free_from(merchant: Merchant, ways: Sequence[DeliveryOption]) -> str:
    """Say from what sum on a store sends to this country for nothing, until that is reached."""
    least = next((way.free_from for way in ways if way.free_from is not None), None)
    if least is None:
        return ""
    text = _("Free delivery from %(amount)s of goods of this store")
    if merchant.is_free_in_africa_only:
        text = _("Free delivery in Africa from %(amount)s of goods of this store")
    return text % {"amount": amount(least)}


def _summary(priced: PricedCart) -> str:
    if not priced.chosen:
        return counted(priced)
    return _("%(items)s from %(stores)s. One payment, %(parcels)s.") % {
        "items": items(units(priced)),
        "stores": stores(len(priced.by_merchant)),
        "parcels": parcels(len(priced.chosen)),
    }


def _saving(priced: PricedCart) -> str:
    """Return the sentence on the saving, deals counted from the lowest price of 30 days before.

    A deal without such a price counts for nothing here: a regular price that was raised just
    before the festival would make any saving look large.
    """
    saved = sum(benefit.amount for benefit in priced.quote.benefits)
    priors = {line.variant_id: line.public["prior"] for line in priced.lines if line.public}
    for segment in priced.quote.segments:
        saved += segment.reduced
        if segment.deal and (prior := priors.get(segment.wanted.variant.id)):
            saved += max(0, prior - segment.price) * segment.quantity
    if not saved:
        return ""
    return _("You save %(amount)s, vouchers included.") % {"amount": amount(saved)}
