"""A priced cart as the page shows it: every amount, reason and limit in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from shop.cart import comparing, explaining
from shop.cart.current import Shopper
from shop.cart.explaining import Goal, Voucher, label_of
from shop.cart.lines import LineShown, show_line
from shop.cart.models import CartLine
from shop.cart.pricing import PricedCart
from shop.cart.wording import amount, arrives, items, language, less, parcels, stores
from shop.currencies import convert
from shop.delivery.names import country_name
from shop.delivery.quoting import Option, arrival
from shop.errors import BelowMinimum
from shop.festivals.pricing.terms import Group
from shop.merchants.models import Merchant


@dataclass(frozen=True, slots=True)
class StoreShown:
    """What one store sends: its lines, its parcel, what it takes off."""

    name: str
    url: str
    cloth: str
    place: str
    lines: tuple[LineShown, ...]
    vouchers: tuple[Voucher, ...]
    goals: tuple[Goal, ...]
    arrives: str
    delivery: str
    count: str
    subtotal: str


@dataclass(frozen=True, slots=True)
class SumsShown:
    """What the order comes to; ``rows`` are pairs of a text and an amount.

    ``unused`` says which vouchers take nothing off, and why.
    """

    rows: tuple[tuple[str, str], ...]
    total: str
    about: str
    duties: str
    unused: tuple[str, ...] = ()


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
    """Return what the page says of a cart.

    Args:
        currency: in which an approximate total is shown.
    """
    vouchers = explaining.vouchers(priced, at=at)
    goals = explaining.goals(priced.quote)
    lines = {line.variant_id: show_line(line, priced, shopper, at=at) for line in priced.lines}
    return CartShown(
        summary=_summary(priced),
        count=items(units(priced)),
        country=priced.cart.country,
        changes=tuple(comparing.changes(priced, at=at)),
        stores=tuple(
            _store(priced, group, lines, vouchers, goals) for group in priced.by_merchant.values()
        ),
        # A store's voucher stays in sight, and can be taken out, when its lines are gone.
        vouchers=tuple(v for v in vouchers if v.store not in priced.by_merchant),
        goals=tuple(goal for goal in goals if goal.store is None),
        setbacks=tuple(explaining.setbacks(priced.quote)),
        sums=show_sums(priced, currency=currency),
        saving=_saving(priced),
        problems=tuple(problems(priced)),
        is_payable=not problems(priced) and not priced.quote.missing,
        is_held=bool(priced.cart.holdings),
    )


def show_sums(priced: PricedCart, *, currency: str) -> SumsShown:
    """Return what a cart comes to, with every benefit by its name.

    Args:
        currency: in which an approximate total is shown.
    """
    quote = priced.quote
    benefits = [b for b in quote.benefits if b.promotion.group != Group.SHIPPING]
    rows = [(_counted(priced), amount(quote.goods))]
    for benefit in benefits:
        terms = benefit.promotion
        label = label_of(terms.title, terms.group, is_voucher=terms.is_voucher)
        rows.append((label, less(benefit.amount)))
    if priced.chosen:
        facts = {
            "country": country_name(priced.cart.country, language()),
            "parcels": parcels(len(priced.chosen)),
        }
        rows.append((_("Delivery to %(country)s, %(parcels)s") % facts, or_free(quote.delivery)))
    return SumsShown(
        tuple(rows),
        amount(quote.total),
        about(quote.total, currency),
        _("Duties are not included. You may have to pay them on delivery.")
        if crosses_border(priced)
        else "",
        tuple(explaining.unused(priced)),
    )


def problems(priced: PricedCart) -> list[str]:
    """Say what keeps the whole cart from being paid: its country, or too small a total."""
    found = [priced.undeliverable] if priced.undeliverable else []
    if priced.quote.is_below_minimum and priced.quote.segments:
        found.append(str(BelowMinimum(amount(priced.quote.basket.minimum))))
    return found


def about(total: int, currency: str) -> str:
    """Say about what a total is in the shopper's currency, and what is charged."""
    ours = settings.SHOP_CURRENCY
    converted = convert(total, ours, currency) if currency != ours else None
    if converted is None:
        return ""
    facts = {"amount": amount(converted, currency), "price": amount(total)}
    return _("About %(amount)s in your currency. You pay %(price)s.") % facts


def show_shares(priced: PricedCart) -> list[str]:
    """Return what each store sends, in a line: "Adire House, 1 item, $49.90"."""
    goods, found = _goods_of(priced), []
    for pk, lines in priced.by_merchant.items():
        name = lines[0].variant.product.merchant.name
        count = items(sum(line.quantity for line in lines))
        share = amount(goods[pk] + priced.quote.parcel_prices.get(pk, 0))
        found.append(f"{name}, {count}, {share}")
    return found


def crosses_border(priced: PricedCart) -> bool:
    """Tell whether a parcel goes to another country than it comes from."""
    senders = {line.variant.product.merchant for line in priced.lines}
    return any(
        merchant.country != priced.cart.country
        for merchant in senders
        if merchant.pk in priced.chosen
    )


def units(priced: PricedCart) -> int:
    """Return how many items the cart wants."""
    return sum(line.quantity for line in priced.lines)


def arrives_text(priced: PricedCart, merchant: Merchant, option: Option) -> str:
    """Say when a store's parcel arrives that travels in this way."""
    dispatch = (merchant.dispatch_from, merchant.dispatch_to)
    _by, first, last = arrival(priced.quote.at.date(), dispatch=dispatch, option=option)
    return arrives(first, last)


def or_free(minor: int) -> str:
    """Return an amount of delivery, or the word for nothing."""
    return amount(minor) if minor else _("free")


def _store(
    priced: PricedCart,
    group: Sequence[CartLine],
    lines: dict[int, LineShown],
    vouchers: Sequence[Voucher],
    goals: Sequence[Goal],
) -> StoreShown:
    merchant = group[0].variant.product.merchant
    option = priced.chosen.get(merchant.pk)
    place = f"{merchant.city}, {country_name(merchant.country, language())}"
    parcel = priced.quote.parcel_prices.get(merchant.pk, 0)
    return StoreShown(
        name=merchant.name,
        url=reverse("store", args=[merchant.slug]),
        cloth=merchant.cloth,
        place=_("Sends from %(place)s") % {"place": place} if option else place,
        lines=tuple(lines[line.variant_id] for line in group),
        vouchers=tuple(voucher for voucher in vouchers if voucher.store == merchant.pk),
        goals=tuple(goal for goal in goals if goal.store == merchant.pk),
        arrives=arrives_text(priced, merchant, option) if option else "",
        delivery=or_free(parcel),
        count=items(sum(line.quantity for line in group)),
        subtotal=amount(_goods_of(priced)[merchant.pk] + parcel),
    )


def _goods_of(priced: PricedCart) -> dict[int, int]:
    found: dict[int, int] = defaultdict(int)
    for segment, paid in zip(priced.quote.segments, priced.quote.paid, strict=True):
        found[segment.wanted.merchant_id] += paid
    return found


def _summary(priced: PricedCart) -> str:
    if not priced.chosen:
        return _counted(priced)
    return _("%(items)s from %(stores)s. One payment, %(parcels)s.") % {
        "items": items(units(priced)),
        "stores": stores(len(priced.by_merchant)),
        "parcels": parcels(len(priced.chosen)),
    }


def _counted(priced: PricedCart) -> str:
    facts = {"items": items(units(priced)), "stores": stores(len(priced.by_merchant))}
    return _("%(items)s from %(stores)s") % facts


def _saving(priced: PricedCart) -> str:
    """Say what is saved, deals counted from the lowest price of the 30 days before.

    A deal without such a price counts for nothing here: a regular price that was raised just
    before the festival would make any saving look large.
    """
    saved = sum(benefit.amount for benefit in priced.quote.benefits)
    priors = {line.variant_id: line.public["prior"] for line in priced.lines if line.public}
    for segment in priced.quote.segments:
        if segment.deal and (prior := priors.get(segment.wanted.variant.id)):
            saved += max(0, prior - segment.price) * segment.quantity
    if not saved:
        return ""
    return _("You save %(amount)s, vouchers included.") % {"amount": amount(saved)}
