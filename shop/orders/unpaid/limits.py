"""Keeps one person or one network from holding goods that are meant for many.

What is bound is what others lose, units that are held unpaid, and not how many people ask: a
campus or a phone network stands behind one address. Guests of a network are counted together,
and so are its accounts with a verified address, which may hold more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import cast

from shop.catalogue.delivery.models import Contact
from shop.core.errors import TooManyOpenOrders
from shop.core.locks import one_after_another
from shop.festivals.holds.holdings import Holdings
from shop.festivals.pricing.segments import Segment
from shop.festivals.pricing.terms import DealTerms
from shop.orders.cart.current import Shopper
from shop.orders.cart.pricing import PricedCart
from shop.orders.models import Order
from shop.orders.unpaid.reads import DEAL, POOL, Count, Key, OrderSource, Scarce, Seen, look
from shop.orders.unpaid.words import network_full, order_too_large, too_many_of
from shop.people.accounts.mailboxes import mailbox_key
from shop.storefront.cache.catalogue_version import CatalogueVersion, current_version

OF_NETWORK = 5  # lapsed orders that halve the time of a network's guests: many share an address


@dataclass(frozen=True, slots=True)
class Bounds:
    """The most that guests, or accounts with a verified address, may hold unpaid."""

    units: int
    share: int
    network: int
    is_guest: bool
    zone: str  # in which they are told until when


def bounds_of(shopper: Shopper, version: CatalogueVersion) -> Bounds:
    """Return the bounds of a shopper: higher ones if a verified address stands behind it."""
    limits, zone = version.limits, version.zone
    if shopper.limit_id is None:
        return Bounds(limits.guest_units, limits.guest_share, limits.network_units, True, zone)
    units, share = limits.account_units, limits.account_share
    return Bounds(units, share, limits.network_units, False, zone)


def refuse_too_large(priced: PricedCart, shopper: Shopper, *, at: datetime) -> None:
    """Refuse a cart that is too much for one unpaid order, whoever else orders. No statement.

    Raises:
        TooMuchHeld: the text says how much is possible, and what else can be done.
    """
    bounds = bounds_of(shopper, current_version(at=at))
    segments = priced.quote.segments
    # A single item is always possible: a group's ticket may be larger than the bound.
    if _units(segments) > bounds.units and sum(s.quantity for s in segments) > 1:
        raise order_too_large(bounds.units, is_guest=bounds.is_guest)
    _refuse_share(priced, _alone(priced), bounds)


def refuse_parking(
    priced: PricedCart, shopper: Shopper, pending: Order | None, *, at: datetime
) -> int:
    """Keep one place from parking goods: a script has any number of cookies.

    Call it in the placing transaction. Others of the same network wait until that is over, so
    that orders which come together cannot pass a bound together.

    Returns:
        The minutes for which the order may be held: fewer for whoever let others lapse.

    Raises:
        TooManyOpenOrders, TooMuchHeld: nothing is held.
    """
    refuse_too_large(priced, shopper, at=at)
    version = current_version(at=at)
    limits, segments = version.limits, priced.quote.segments
    bounds = bounds_of(shopper, version)
    place = _place(priced, shopper, pending)
    one_after_another(place.network_key, place.email_key)
    seen = look(place, {_key(segment) for segment in segments}, at=at)
    if seen.email.number >= limits.open_orders_per_email:
        raise TooManyOpenOrders(seen.email.until)
    _refuse_network(segments, seen.network, bounds)
    own = Holdings.from_json(priced.cart.holdings) if pending else Holdings()
    _refuse_share(priced, _with_own(seen.scarce, own), bounds)
    usual, least = priced.quote.hold_minutes, limits.least_hold_minutes
    return minutes_to_pay(usual, seen, least=least, is_guest=bounds.is_guest)


def minutes_to_pay(usual: int, seen: Seen, *, least: int, is_guest: bool) -> int:
    """Return for how many minutes an order is held: half as long for each that lapsed.

    Paying makes up for it. An order that was held for half of its time counts as lapsed even if
    it was stopped or changed in the end: else a script would renew its hold before it runs out.
    """
    halvings = max(0, seen.own_lapsed)
    if is_guest:  # an account answers for itself
        halvings += max(0, seen.near_lapsed) // OF_NETWORK
    return min(usual, max(least, usual >> min(halvings, usual)))


def _place(priced: PricedCart, shopper: Shopper, pending: Order | None) -> OrderSource:
    return OrderSource(
        shopper_key=priced.cart.shopper_key,
        email_key=mailbox_key(cast("Contact", priced.cart.contact).email),
        network_key=shopper.network_key,
        has_verified_email=shopper.limit_id is not None,
        replaces=pending.pk if pending else None,
    )


def _refuse_network(segments: Iterable[Segment], others: Count, bounds: Bounds) -> None:
    if others.number and others.number + _units(segments) > bounds.network:
        raise network_full(
            cast("datetime", others.until), zone=bounds.zone, is_guest=bounds.is_guest
        )


def _refuse_share(priced: PricedCart, scarce: Mapping[Key, Scarce], bounds: Bounds) -> None:
    taken: Counter[Key] = Counter()
    possible: Counter[int] = Counter()
    products = {line.variant_id: line.variant.product for line in priced.lines}
    for segment in priced.quote.segments:
        key, each, variant = _key(segment), _each(segment), segment.wanted.variant.id
        room = scarce[key].room(bounds.share, each) - taken[key]
        fits = min(segment.quantity, max(0, room) // each)
        taken[key] += fits * each
        possible[variant] += fits
        if fits < segment.quantity:
            raise too_many_of(
                products[variant],
                possible[variant],
                scarce[key].until,
                zone=bounds.zone,
                is_guest=bounds.is_guest,
            )


def _units(segments: Iterable[Segment]) -> int:
    return sum(segment.pool_units for segment in segments)


def _key(segment: Segment) -> Key:
    """Name the counter that runs out: a deal's own units, or those of everyday sale."""
    if segment.is_set_aside:
        return DEAL, cast("DealTerms", segment.deal).id
    return POOL, segment.wanted.pool_id


def _each(segment: Segment) -> int:
    return 1 if segment.is_set_aside else segment.wanted.units_per_item


def _alone(priced: PricedCart) -> dict[Key, Scarce]:
    """Return the units left as the cart was priced, as if nobody else of the network ordered."""
    pools = priced.quote.basket.pools
    found: dict[Key, Scarce] = {}
    for segment in priced.quote.segments:
        pool = pools[segment.wanted.pool_id]
        left = (
            cast("DealTerms", segment.deal).left
            if segment.is_set_aside
            else pool.free - pool.set_aside
        )
        found[_key(segment)] = Scarce(left or 0)
    return found


def _with_own(scarce: Mapping[Key, Scarce], own: Holdings) -> dict[Key, Scarce]:
    """Count the units of the order's own predecessor as free: they go back in the same step."""
    mine = {DEAL: own.deals, POOL: own.everyday}
    return {
        (kind, pk): replace(found, free=found.free + mine[kind].get(pk, 0))
        for (kind, pk), found in scarce.items()
    }
