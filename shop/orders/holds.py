"""Moves the holdings of orders, in the one order of locks, and nothing else does."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from copy import copy
from datetime import datetime

from shop.catalogue.stock import units as stock
from shop.catalogue.stock.models import Pool
from shop.festivals.deals import reserved_stock
from shop.festivals.holds import counters
from shop.festivals.holds.holdings import Holdings, holdings_of
from shop.festivals.models import Deal
from shop.festivals.promotions import sponsors
from shop.orders.models import Discount, Order, OrderLine
from shop.storefront.listings.refresh import note_stock


def held_by(order: Order) -> Holdings:
    """Return the holdings of an order, by its frozen lines."""
    return holdings_of(order.lines.all(), order.discounts.all(), shopper_id=order.mailbox_id)


def exchange(*, take: Holdings, give: Holdings, at: datetime) -> None:
    """Hold the units of one order and release those of another, as one net change.

    Raises:
        Unavailable: somebody else was faster; the caller's transaction rolls back.
    """
    if turned := _move(take=take, give=give, at=at):
        note_stock(turned, at=at)


def _move(
    *,
    take: Holdings,
    give: Holdings,
    at: datetime,
    fund_ids: Collection[int] = (),
    is_promised: bool = False,
) -> list[int]:
    """Move the counters; return the pools whose products may have sold out or come back."""
    shopper_id = take.shopper_id or give.shopper_id
    counters.move_holds(
        take=take, give=give, shopper_id=shopper_id, fund_ids=fund_ids, is_promised=is_promised
    )
    pools = take.pools.keys() | give.pools.keys()
    if not pools:
        return []
    before = stock.lock(pools)
    # The fence is read in a statement of its own, after the wait for the locks is over.
    everyday = _net(pools, take.everyday, give.everyday)
    aside = reserved_stock.set_aside(pools, at=at) if any(n > 0 for n in everyday.values()) else {}
    units = _net(pools, take.pools, give.pools)
    stock.hold(units, everyday=everyday, fence=aside)
    return [pk for pk, pool in before.items() if _may_turn(pool, units[pk])]


def release(order: Order, *, at: datetime) -> None:
    """Give back all that an order holds."""
    exchange(take=Holdings(), give=held_by(order), at=at)


def settle(order: Order, *, at: datetime) -> None:
    """Turn a paid order's holdings into sold units; deals that sold out end their price."""
    held = held_by(order)
    products = counters.settle(held)
    stock.settle(held.pools)
    if products:
        counters.close_sold_out(products, list(held.deals), at=at)


def retake(order: Order, *, at: datetime) -> list[int]:
    """Hold an expired order's units and benefits again, for money that came late.

    Its price was promised: a deal or a benefit that was paused or ended since does not refuse it.
    Units of a deal that is over are outside every fence by now, so they count as everyday ones.

    Returns:
        Pools to note when the order is settled: listings are locked last, after the prices.

    Raises:
        Unavailable: something is gone; the caller's transaction rolls back.
    """
    held = held_by(order)
    over = set(
        Deal.objects.filter(pk__in=held.deals, effective_to__lte=at).values_list("pk", flat=True)
    )
    lines = [copy(line) for line in order.lines.all()]
    for line in lines:
        line.is_set_aside = line.is_set_aside and line.deal_id not in over
    discounts = list(order.discounts.all())
    again = holdings_of(lines, discounts, shopper_id=order.mailbox_id)
    frozen: list[OrderLine | Discount] = [*lines, *discounts]
    fund_ids = {row.fund_id for row in frozen if row.fund_id}
    turned = _move(take=again, give=Holdings(), at=at, fund_ids=fund_ids, is_promised=True)
    # What the order's sponsors promised may be somebody else's by now.
    sponsors.check(fund_ids, at=at)
    return turned


def give_back(order: Order, units: Mapping[int, int], *, at: datetime) -> set[int]:
    """Return paid units of an order to its deals, by deal id; return the deals that took them."""
    return counters.give_back(units, shopper_id=order.mailbox_id, at=at)


def _may_turn(pool: Pool, units: int) -> bool:
    """Tell whether some item may be sold out now, or there again."""
    return bool(units) and min(pool.free, pool.free - units) < pool.most_units


def _net(
    pools: Collection[int], take: Mapping[int, int], give: Mapping[int, int]
) -> dict[int, int]:
    return {pool_id: take.get(pool_id, 0) - give.get(pool_id, 0) for pool_id in pools}
