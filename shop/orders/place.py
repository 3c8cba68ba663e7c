"""Turns a cart into a pending order that holds scarce units until it must be paid."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Expression, QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from shop.catalogue.delivery.models import Contact
from shop.catalogue.delivery.names import country_name
from shop.core.currencies import least_charge, written
from shop.core.errors import (
    AgeNotSaid,
    BelowMinimum,
    CannotDeliver,
    CartChanged,
    LimitReached,
    NotPossible,
    OutOfStock,
    PriceChanged,
    ShopError,
    StaleState,
    Unavailable,
)
from shop.core.locks import locked
from shop.core.statements.composed import TEXT, composed
from shop.festivals.holds.holdings import Holdings
from shop.festivals.pricing.quoting import Quote
from shop.orders import holds
from shop.orders.agreement import Agreement, agreement, wish
from shop.orders.cart.came_from import link_of
from shop.orders.cart.current import Shopper
from shop.orders.cart.models import Cart
from shop.orders.cart.pricing import PricedCart, price_cart
from shop.orders.freeze import Frozen, freeze
from shop.orders.models import Order
from shop.orders.unpaid import limits
from shop.people.accounts.mailboxes import mailbox_key


@dataclass(frozen=True, slots=True)
class Placed:
    """A pending order; its rows when it was made just now, None when it was found unchanged."""

    order: Order
    rows: Frozen | None = None


class Superseded(ShopError):
    """Another order of this shopper is open and has to be closed at the provider first."""

    def __init__(self, order: Order) -> None:
        self.order = order
        super().__init__(_("You have another payment open. Starting a new one closes it."))


def place_order(
    shopper: Shopper, *, agreed: Agreement, at: datetime, may_replace: int | None = None
) -> Placed:
    """Hold a cart's units and benefits at the agreed price, in one transaction.

    An unchanged cart gets its pending order back, even if prices have risen since: that
    order's price is promised until ``pay_by``.

    Args:
        agreed: what was on the page when the shopper pressed Pay.
        may_replace: the pending order whose session was closed at the provider; its units
            go to the new order without anybody being able to come in between.

    Raises:
        Superseded: a changed order is open; close its session, then call again.
        PriceChanged, CartChanged, LimitReached, OutOfStock, TooManyOpenOrders, TooMuchHeld,
        BelowMinimum, CannotDeliver: nothing is held and nothing was changed.
    """
    try:
        try:
            with transaction.atomic():
                return _place_or_find(shopper, agreed, may_replace, at=at)
        except StaleState:  # another tab placed it while we waited for the cart: find that one
            with transaction.atomic():
                return _place_or_find(shopper, agreed, may_replace, at=at)
    except Unavailable as taken:
        # Somebody else was faster: look again and say what is possible now.
        raise _explained(shopper, taken, agreed, at=at) from taken


def _place_or_find(
    shopper: Shopper, agreed: Agreement, may_replace: int | None, *, at: datetime
) -> Placed:
    pending = _pending(shopper)
    priced = price_cart(shopper, at=at, lock=True)
    if priced is None:
        raise NotPossible(_("Your cart is empty"))
    if pending is None and _appeared(priced.cart):
        raise StaleState
    if pending and _is_same(pending, priced, agreed, at):
        return Placed(pending)
    if pending and pending.pk != may_replace:
        raise Superseded(pending)
    _refuse(priced, agreed)
    minutes = limits.refuse_parking(priced, shopper, pending, at=at)
    return _place(priced, shopper, pending, timedelta(minutes=minutes), at=at)


def _explained(
    shopper: Shopper, taken: Unavailable, agreed: Agreement, *, at: datetime
) -> ShopError:
    priced = price_cart(shopper, at=at)
    if priced is None:
        return taken
    try:
        _refuse(priced, agreed)
    except ShopError as refusal:
        return refusal
    return taken


def _pending(shopper: Shopper) -> Order | None:
    key = f"u{shopper.user.pk}" if shopper.user else f"c{shopper.token_hash}"
    return next(iter(pending_orders(key=key)), None)


@composed(key=TEXT)
def pending_orders(*, key: Expression) -> QuerySet[Order]:
    """Return the open order of a shopper, who has one at the most, locked."""
    return locked(Order.objects.filter(shopper_key=key, state=Order.State.PENDING))


def _appeared(cart: Cart) -> bool:
    # The cart knows of its pending order; another tab made it while we waited for the cart.
    return bool(cart.holdings)


def _is_same(order: Order, priced: PricedCart, agreed: Agreement, at: datetime) -> bool:
    is_meant = agreed.wish in ("", order.wish)
    return (
        is_meant
        and order.pay_by > at
        and order.wish == wish(priced)
        and order.total <= agreed.total
    )


def _refuse(priced: PricedCart, agreed: Agreement) -> None:
    quote, cart, language = priced.quote, priced.cart, get_language() or "en"
    if priced.undeliverable:
        raise CannotDeliver(country_name(cart.country, language))
    if priced.lacks_contact:  # goods may have come in since tickets alone were asked about
        raise NotPossible(_("Enter an address in the country where the parcels should go."))
    if priced.asked_age > agreed.age:
        raise AgeNotSaid(priced.asked_age)
    for line in priced.lines:
        if missing := quote.missing.get(line.variant_id):
            title = line.variant.product.title_in(language)
            raise OutOfStock(title, line.quantity - missing)
    if quote.is_below_minimum:
        currency = settings.SHOP_CURRENCY
        raise BelowMinimum(written(least_charge(currency), currency, language))
    _compare(priced, agreed)


def _compare(priced: PricedCart, agreed: Agreement) -> None:
    now, quote = agreement(priced), priced.quote
    if agreed.wish and agreed.wish != now.wish:
        raise CartChanged(agreed.total, quote.total)
    if now != agreed:
        if limit := _limit_reached(quote):
            raise LimitReached(limit, agreed.total, quote.total)
        raise PriceChanged(agreed.total, quote.total)


def _limit_reached(quote: Quote) -> int | None:
    """Return the limit per shopper that made some units dearer, if one did."""
    used = Counter({s.deal.id: s.quantity for s in quote.segments if s.deal and s.deal.per_shopper})
    for segment in quote.segments:
        for deal in segment.wanted.variant.deals:
            at_limit = deal.shopper_left is not None and used[deal.id] >= deal.shopper_left
            if deal.per_shopper and at_limit and segment.deal is not deal:
                return deal.per_shopper
    return None


def _place(
    priced: PricedCart,
    shopper: Shopper,
    pending: Order | None,
    time_to_pay: timedelta,
    *,
    at: datetime,
) -> Placed:
    frozen = freeze(priced, shopper.language, at=at)
    take = frozen.holdings(shopper.limit_id)
    give = holds.held_by(pending) if pending else Holdings()
    if pending:
        pending.move_to(Order.State.EXPIRED, ended_at=at)
    holds.exchange(take=take, give=give, at=at)
    agreed = agreement(priced)
    order = Order(
        shopper_key=priced.cart.shopper_key,
        user=shopper.user,
        has_verified_email=shopper.limit_id is not None,
        mailbox_id=shopper.limit_id,
        cart=priced.cart,
        contact=priced.cart.contact,
        email_key=mailbox_key(cast("Contact", priced.cart.contact).email),
        network_key=shopper.network_key,
        language=shopper.language,
        currency=settings.SHOP_CURRENCY,
        goods=priced.quote.goods,
        discount=priced.quote.discount,
        delivery=priced.quote.delivery,
        total=agreed.total,
        digest=agreed.digest,
        wish=wish(priced),
        of_age=priced.asked_age,
        came_from=link_of(priced.cart, at=at),
        placed_at=at,
        pay_by=at + time_to_pay,
    )
    try:
        order.save(force_insert=True)
    except IntegrityError as taken:  # ``place_order`` goes back to before all of this
        raise StaleState from taken
    frozen.save(order)
    Cart.objects.filter(pk=priced.cart.pk).update(holdings=take.as_json())
    return Placed(order, frozen)
