"""The sums of a priced cart, row by row: every total is the sum of the rows above it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from shop.catalogue.delivery.names import country_name
from shop.core.currencies import convert
from shop.core.languages import beside
from shop.festivals.pricing.benefit_kinds import Group
from shop.festivals.pricing.weighing import Benefit
from shop.orders.cart.formats import amount, items, language, less, parcels, stores
from shop.orders.cart.pricing import PricedCart
from shop.orders.cart.vouchers import explain
from shop.orders.cart.vouchers.explain import label_of

type Rows = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class SumsShown:
    """The sums of an order; ``rows`` are pairs of a text and an amount.

    ``unused`` says which vouchers take nothing off, and why.
    """

    rows: Rows
    total: str
    about: str
    duties: str
    unused: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class StoreSums:
    """The sums below a store's lines: its discounts, its parcel, its subtotal."""

    off: Rows
    delivery: str
    off_delivery: Rows
    subtotal: str


def show_sums(priced: PricedCart, *, currency: str) -> SumsShown:
    """Return the sums of a cart, with every benefit by its name.

    Args:
        currency: in which an approximate total is shown.
    """
    quote = priced.quote
    rows = [(counted(priced), amount(quote.goods)), *_off(quote.benefits, is_delivery=False)]
    if priced.chosen:
        facts = {
            "country": country_name(priced.cart.country, language()),
            "parcels": parcels(len(priced.chosen)),
        }
        before = or_free(sum(quote.basket.parcels.values()))
        rows.append((_("Delivery to %(country)s, %(parcels)s") % facts, before))
        rows += _off(quote.benefits, is_delivery=True)
    return SumsShown(
        tuple(rows),
        amount(quote.total),
        about(quote.total, currency),
        _("Duties are not included. You may have to pay them on delivery.")
        if crosses_border(priced)
        else "",
        tuple(explain.unused(priced)),
    )


def store_sums(priced: PricedCart, merchant_id: int) -> StoreSums:
    """Return the sums below the lines of one store: they and it make its subtotal."""
    quote = priced.quote
    own = [i for i, s in enumerate(quote.segments) if s.wanted.merchant_id == merchant_id]
    return StoreSums(
        off=tuple(_off(quote.benefits, is_delivery=False, places=own)),
        delivery=or_free(quote.basket.parcels.get(merchant_id, 0)),
        off_delivery=tuple(_off(quote.benefits, is_delivery=True, places=[merchant_id])),
        subtotal=amount(_shares(priced)[merchant_id]),
    )


def show_shares(priced: PricedCart) -> list[str]:
    """Return each store's part of the order, in a line: "Adire House, 1 item, $49.90"."""
    shares, found = _shares(priced), []
    for pk, lines in priced.by_merchant.items():
        name = lines[0].variant.product.merchant.name
        count = items(sum(line.quantity for line in lines))
        found.append(beside(beside(name, count), amount(shares[pk])))
    return found


def counted(priced: PricedCart) -> str:
    """Say how much of how many stores is in the cart."""
    facts = {"items": items(units(priced)), "stores": stores(len(priced.by_merchant))}
    return _("%(items)s from %(stores)s") % facts


def units(priced: PricedCart) -> int:
    """Return how many items the cart wants."""
    return sum(line.quantity for line in priced.lines)


def about(total: int, currency: str) -> str:
    """Return a sentence with a total in the shopper's currency, and the amount that is charged."""
    ours = settings.SHOP_CURRENCY
    converted = convert(total, ours, currency) if currency != ours else None
    if converted is None:
        return ""
    facts = {"amount": amount(converted, currency), "price": amount(total)}
    return _("About %(amount)s in your currency. You pay %(price)s.") % facts


def crosses_border(priced: PricedCart) -> bool:
    """Tell whether a parcel goes to another country than it comes from."""
    senders = {line.variant.product.merchant for line in priced.lines}
    return any(
        merchant.country != priced.cart.country
        for merchant in senders
        if merchant.pk in priced.chosen
    )


def or_free(minor: int) -> str:
    """Return an amount of delivery, or the word for nothing."""
    return amount(minor) if minor else _("free")


def _off(
    benefits: tuple[Benefit, ...], *, is_delivery: bool, places: list[int] | None = None
) -> Iterator[tuple[str, str]]:
    """Yield the names and amounts of benefits on goods or delivery, in all or in some places."""
    for benefit in benefits:
        terms = benefit.promotion
        if (terms.group == Group.SHIPPING) != is_delivery:
            continue
        parts = [part for part in benefit.parts if places is None or part.place in places]
        if taken := sum(part.amount for part in parts):
            yield label_of(terms.title, terms.group, is_voucher=terms.is_voucher), less(taken)


def _shares(priced: PricedCart) -> dict[int, int]:
    """Return the amount paid to each store: its lines and its parcel, all benefits taken off."""
    found: dict[int, int] = defaultdict(int, priced.quote.parcel_prices)
    for segment, paid in zip(priced.quote.segments, priced.quote.paid, strict=True):
        found[segment.wanted.merchant_id] += paid
    return found
