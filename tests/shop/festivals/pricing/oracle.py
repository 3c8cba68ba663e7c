"""A second, slow way to the same prices, written from the rules and not from the code.

PricedUnits are given one by one, shares are fractions, and every choice of vouchers is tried.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import chain, combinations
from math import floor

from shop.festivals.pricing.benefit_kinds import (
    AmountOff,
    AmountPerStep,
    BenefitKind,
    FreeShipping,
    Group,
    PercentOff,
)
from shop.festivals.pricing.goods import Goods, PricedUnits
from shop.festivals.pricing.kinds import Fixed, Multibuy
from shop.festivals.pricing.terms import (
    Basket,
    DealTerms,
    PromotionTerms,
    VariantTerms,
    WantedUnits,
)

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Unit:
    """One unit that can be had, with the festival in which it counts."""

    line: int
    merchant: int
    category: int
    price: int
    deal: int | None
    festival: int | None


@dataclass(frozen=True)
class Row:
    """What a promotion takes off a group of equal units, or off a merchant's parcel."""

    promotion: int
    place: int
    amount: int
    organizer: int


def half_up(exact: Fraction) -> int:
    """Round to a whole unit, halves upwards."""
    return floor(exact + Fraction(1, 2))


def in_proportion(amount: int, sizes: Sequence[int]) -> list[int]:
    """Share an amount by largest remainder; of equal remainders the earlier one wins."""
    exact = [Fraction(amount * size, sum(sizes)) for size in sizes]
    parts = [floor(share) for share in exact]
    while sum(parts) < amount:
        behind = max(range(len(sizes)), key=lambda i: (exact[i] - parts[i], -i))
        parts[behind] += 1
    return parts


def regular_at(variant: VariantTerms, at: datetime) -> int | None:
    """Return the last regular price that has begun."""
    begun = [(starts, row, amount) for row, (starts, amount) in enumerate(variant.regular)]
    return max((entry for entry in begun if entry[0] <= at), default=(None, None, None))[2]


def unit_price(deal: DealTerms, regular: int) -> int:
    """Return the price of one unit in a deal."""
    if isinstance(deal.rule, Fixed):
        return deal.rule.amount
    if isinstance(deal.rule, Multibuy):
        return regular
    return max(1, half_up(Fraction(regular * (100 - deal.rule.percent), 100)))


def open_deals(variant: VariantTerms, at: datetime) -> list[tuple[int, int, int, DealTerms]]:
    """Return the deals below the regular price, in the order in which they give units."""
    regular = regular_at(variant, at)
    is_over = variant.sales_close is not None and variant.sales_close <= at
    if regular is None or at < variant.listed_at or is_over:
        return []
    found = []
    for deal in variant.deals:
        closed = [
            c for c in deal.closures if c.starts_at <= at and not (c.ends_at and c.ends_at <= at)
        ]
        price = unit_price(deal, regular)
        gives = price < regular or isinstance(deal.rule, Multibuy)
        if deal.starts_at <= at < deal.ends_at and not closed and gives:
            found.append((price, -deal.priority, deal.id, deal))
    return sorted(found, key=lambda entry: entry[:3])


def price_at(variant: VariantTerms, at: datetime) -> int | None:
    """Return what everybody pays at an instant."""
    is_over = variant.sales_close is not None and variant.sales_close <= at
    regular = regular_at(variant, at)
    if regular is None or at < variant.listed_at or is_over:
        return None
    return min([regular, *(entry[0] for entry in open_deals(variant, at))])


def prior_by_walking(variant: VariantTerms, starts_at: datetime) -> int | None:
    """Return the lowest price of the 30 days before, looking every full hour."""
    hours = [starts_at - HOUR * n for n in range(1, 30 * 24 + 1)]
    seen = [price for at in hours if (price := price_at(variant, at)) is not None]
    return min(seen, default=None)


def units_of(basket: Basket, at: datetime) -> tuple[list[Unit], int]:
    """Give out the wanted units one by one; return them and how many are missing.

    Product by product, in the order of the cart, sets come first if that leaves fewer units out,
    or costs less.
    """
    sets_first: set[int] = set()
    best = _given_out(basket, at, sets_first)
    for product in dict.fromkeys(wanted.product_id for wanted in basket.wanted):
        other = _given_out(basket, at, sets_first | {product})
        if _short_and_cost(basket, other) < _short_and_cost(basket, best):
            best = other
            sets_first.add(product)
    return best


def amounts(basket: Basket, groups: list[tuple[Unit, int]]) -> list[int]:
    """Return what groups of equal units cost, those in sets with what is free taken off."""
    found = [unit.price * count for unit, count in groups]
    deals = {deal.id: deal for wanted in basket.wanted for deal in wanted.variant.deals}
    sets: dict[tuple[int, int, int, int], list[int]] = {}
    for place, (unit, _) in enumerate(groups):
        rule = deals[unit.deal].rule if unit.deal is not None else None
        if isinstance(rule, Multibuy):
            product = basket.wanted[unit.line].product_id
            key = (product, deals[unit.deal].nomination_id, rule.buys, rule.pays)
            sets.setdefault(key, []).append(place)
    for (_product, _nomination, buys, pays), places in sets.items():
        left = sorted(price for i in places for price in [groups[i][0].price] * groups[i][1])
        free = 0
        while len(left) >= buys:
            own = [left.pop() for _ in range(buys)]
            free += sum(sorted(own)[: buys - pays])
        shares = in_proportion(free, [found[i] for i in places])
        for place, share in zip(places, shares, strict=True):
            found[place] -= share
    return found


def _short_and_cost(basket: Basket, given: tuple[list[Unit], int]) -> tuple[int, int]:
    units, missing = given
    return missing, sum(amounts(basket, grouped(units)))


def _given_out(basket: Basket, at: datetime, sets_first: set[int]) -> tuple[list[Unit], int]:
    gone: Counter[tuple[str, int]] = Counter()
    given: list[Unit] = []
    missing = 0
    for number, wanted in enumerate(basket.wanted):
        for _ in range(wanted.quantity):
            are_first = wanted.product_id in sets_first
            unit = _next_unit(number, wanted, basket, at, gone, are_first)
            if unit is None:
                missing += 1
            else:
                given.append(unit)
    return given, missing


def _next_unit(
    number: int,
    wanted: WantedUnits,
    basket: Basket,
    at: datetime,
    gone: Counter[tuple[str, int]],
    sets_are_first: bool,
) -> Unit | None:
    pool, needs = basket.pools[wanted.pool_id], wanted.units_per_item
    whose = (wanted.merchant_id, wanted.category_id)
    seats = pool.free - gone["pool", wanted.pool_id]
    everyday = min(seats, pool.free - pool.set_aside - gone["everyday", wanted.pool_id])
    deals = open_deals(wanted.variant, at)
    sets = [entry for entry in deals if isinstance(entry[3].rule, Multibuy)]
    lower = [entry for entry in deals if entry not in sets]
    for price, _, _, deal in sets + lower if sets_are_first else deals:
        used = gone["deal", deal.id]
        is_fenced = deal.left is not None
        has_left = used < deal.left if is_fenced else True
        may_buy = deal.shopper_left is None or used < deal.shopper_left
        if has_left and may_buy and (seats if is_fenced else everyday) >= needs:
            gone["deal", deal.id] += 1
            gone["pool", wanted.pool_id] += needs
            gone["everyday", wanted.pool_id] += 0 if is_fenced else needs
            return Unit(number, *whose, price, deal.id, deal.festival_id)
    regular = regular_at(wanted.variant, at)
    if regular is None or price_at(wanted.variant, at) is None or everyday < needs:
        return None
    gone["pool", wanted.pool_id] += needs
    gone["everyday", wanted.pool_id] += needs
    listed = wanted.festivals[0] if wanted.festivals else None
    return Unit(number, *whose, regular, None, listed)


def grouped(units: Iterable[Unit]) -> list[tuple[Unit, int]]:
    """Count equal units, in the order in which they were given."""
    return list(Counter(units).items())


def rows_of(basket: Basket, groups: list[tuple[Unit, int]]) -> list[Row]:
    """Return what each promotion takes off, the groups of promotions in their order."""
    start = amounts(basket, groups)
    left = list(start)
    rows: list[Row] = []
    for group in (Group.MERCHANT, Group.SAVE, Group.VOUCHER):
        scopes = {_scope(p) for p in basket.promotions if p.group == group}
        for scope in sorted(scopes):
            same = [p for p in basket.promotions if p.group == group and _scope(p) == scope]
            won = _winner([(p, _goods_rows(p, groups, start, left)) for p in same])
            for row in won:
                left[row.place] -= row.amount
            rows += won
    shipping = [p for p in basket.promotions if p.group == Group.SHIPPING]
    return rows + _winner([(p, _parcel_rows(p, basket, groups)) for p in shipping])


def total_of(basket: Basket, groups: list[tuple[Unit, int]], rows: list[Row]) -> int:
    """Return the sum to pay before the minimum charge is looked at."""
    goods = sum(amounts(basket, groups))
    return goods + sum(basket.parcels.values()) - sum(row.amount for row in rows)


def least_total(basket: Basket, groups: list[tuple[Unit, int]]) -> int:
    """Return the lowest sum over all ways to leave vouchers of merchants out."""
    picks = [
        p
        for p in basket.promotions
        if (p.is_picked or p.claim_id is not None) and p.group == Group.MERCHANT
    ]
    left_out = chain.from_iterable(combinations(picks, n) for n in range(len(picks) + 1))
    fewer = [
        replace(basket, promotions=tuple(p for p in basket.promotions if p not in out))
        for out in left_out
    ]
    return min(total_of(b, groups, rows_of(b, groups)) for b in fewer)


def cut_back(basket: Basket, rows: list[Row], cut: int) -> list[Row]:
    """Give an amount back, the last promotion first, in proportion to what it took."""
    by_id = {p.id: p for p in basket.promotions}
    kept: list[Row] = []
    for number in reversed(list(dict.fromkeys(row.promotion for row in rows))):
        own = [row for row in rows if row.promotion == number]
        less = min(cut, sum(row.amount for row in own))
        cut -= less
        backs = in_proportion(less, [r.amount for r in own])
        left = [(row.place, row.amount - back) for row, back in zip(own, backs, strict=True)]
        kept += _rows(by_id[number], left)
    return kept


def _scope(promotion: PromotionTerms) -> int:
    is_own = promotion.group == Group.MERCHANT and promotion.merchant_id is not None
    return promotion.merchant_id if is_own else promotion.festival_id


def _winner(candidates: list[tuple[PromotionTerms, list[Row]]]) -> list[Row]:
    """Return the rows of the promotion that saves most and can be paid for."""
    best: list[Row] = []
    best_key: tuple[int, bool, int, int] | None = None
    for promotion, rows in candidates:
        amount = sum(row.amount for row in rows)
        cost = sum(row.organizer for row in rows)
        is_used_up = promotion.uses_left is not None and promotion.uses_left < 1
        is_too_dear = promotion.budget_left is not None and amount > promotion.budget_left
        key = (amount, promotion.is_picked, -cost, -promotion.id)
        if amount and not is_used_up and not is_too_dear and (best_key is None or key > best_key):
            best, best_key = rows, key
    return best


def _goods_rows(
    promotion: PromotionTerms,
    groups: list[tuple[Unit, int]],
    start: Sequence[int],
    left: Sequence[int],
) -> list[Row]:
    seen = [
        PricedUnits(
            unit.price,
            count,
            start[place],
            unit.deal is not None,
            unit.merchant,
            unit.category,
            unit.festival,
        )
        for place, (unit, count) in enumerate(groups)
    ]
    places = []
    for place, (unit, _) in enumerate(groups):
        is_theirs = promotion.merchant_id in (None, unit.merchant)
        if (
            is_theirs
            and (promotion.group == Group.MERCHANT or unit.festival == promotion.festival_id)
            and promotion.rule.counts(promotion, seen[place])
        ):
            places.append(place)
    spent, remains = sum(start[i] for i in places), sum(left[i] for i in places)
    if remains == 0 or spent < promotion.min_spend:
        return []
    second_way = SECOND_WAYS.get(promotion.rule)
    if second_way:
        amount = second_way(promotion, spent, remains)
    else:  # of another kind the sum is believed, and all that follows is computed again
        amount = promotion.rule.full(promotion, Goods([seen[i] for i in places], spent, remains))
    amount = min([amount, remains] + ([promotion.cap] if promotion.cap is not None else []))
    parts = in_proportion(amount, [left[i] for i in places])
    return _rows(promotion, list(zip(places, parts, strict=True)))


def _times(promotion: PromotionTerms, spent: int) -> int:
    times = floor(Fraction(spent, promotion.every)) if promotion.every else 0
    return times if promotion.max_steps is None else min(times, promotion.max_steps)


SECOND_WAYS: dict[type[BenefitKind], Callable[[PromotionTerms, int, int], int]] = {
    AmountOff: lambda promotion, spent, remains: promotion.value,
    PercentOff: lambda promotion, spent, remains: half_up(Fraction(remains * promotion.value, 100)),
    AmountPerStep: lambda promotion, spent, remains: _times(promotion, spent) * promotion.value,
}


def _parcel_rows(
    promotion: PromotionTerms, basket: Basket, groups: list[tuple[Unit, int]]
) -> list[Row]:
    taken = []
    for merchant, price in basket.parcels.items():
        costs = zip(groups, amounts(basket, groups), strict=True)
        inside = [(unit, cost) for (unit, _), cost in costs if unit.merchant == merchant]
        spent = sum(cost for _, cost in inside)
        takes_part = promotion.festival_id in [unit.festival for unit, _ in inside]
        is_theirs = promotion.merchant_id in (None, merchant)
        if takes_part and is_theirs and spent >= promotion.min_spend and price:
            rule = promotion.rule
            full = price if rule is FreeShipping else rule.off_parcel(promotion, price)
            taken.append((merchant, min(full, promotion.cap or price)))
    return _rows(promotion, taken)


def _rows(promotion: PromotionTerms, taken: list[tuple[int, int]]) -> list[Row]:
    """Of all cents in a row, the organizer bears those at which the share reaches a whole one."""
    share = Fraction(promotion.organizer_share, 100)
    rows, first = [], 0
    for place, amount in taken:
        borne = floor((first + amount) * share) - floor(first * share)
        first += amount
        if amount:
            rows.append(Row(promotion.id, place, amount, borne))
    return rows
