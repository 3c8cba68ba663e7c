"""What holds for every cart."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from shop.festivals.pricing.benefit_kinds import Group
from shop.festivals.pricing.quoting import Quote, quote
from shop.festivals.pricing.terms import Basket, PromotionTerms
from shop.festivals.pricing.weighing import Why
from tests.shop.festivals.pricing import oracle
from tests.shop.festivals.pricing.carts import (
    AT,
    close_call,
    random_basket,
    random_promotion,
    with_promotion,
)
from tests.shop.festivals.pricing.oracle import in_proportion
from tests.shop.festivals.pricing.setting import AMPLE, goods

Law = Callable[[Basket, Quote, random.Random], None]


def check_carts(seeds: range, *laws: Law) -> None:
    """Hold laws against the random carts of many seeds; a failure names its seed."""
    for seed in seeds:
        rng = random.Random(seed)
        basket = random_basket(rng)
        found = quote(basket, at=AT)
        for law in laws:
            try:
                law(basket, found, rng)
            except Exception as error:
                error.add_note(f"seed {seed} breaks {law.__name__}: {basket}")
                raise


def a_voucher_never_makes_a_cart_dearer(basket: Basket, found: Quote, rng: random.Random) -> None:
    """Add one voucher, eligible or not, by hand or by itself: the total falls or stays."""
    promotion = random_promotion(rng, 99, max(2, found.goods))

    for how in ({"is_picked": True}, {"is_picked": False, "claim_id": 9}):
        more = with_promotion(basket, replace(promotion, **how))
        assert quote(more, at=AT).total <= found.total


def unlucky_splits_never_make_a_cart_dearer(seeds: range) -> None:
    """The same for carts in which two vouchers of a merchant are nearly equal."""
    for seed in seeds:
        basket, voucher = close_call(random.Random(seed))
        claimed = replace(voucher, is_picked=False, claim_id=9)
        for each in (voucher, claimed):
            with_it = quote(with_promotion(basket, each), at=AT)
            assert with_it.total <= quote(basket, at=AT).total, f"seed {seed}"


def parts_sum_exactly(basket: Basket, found: Quote, rng: random.Random) -> None:
    """Organizer and merchant bear the whole of a part; lines, delivery and total add up."""
    for benefit in found.benefits:
        assert benefit.amount > 0
        for part in benefit.parts:
            assert part.organizer + part.merchant == part.amount
            assert 0 <= part.organizer <= part.amount
    assert sum(found.paid) == found.goods - found.discount
    assert sum(found.paid) + found.delivery == found.total
    units = sum(s.quantity for s in found.segments) + sum(found.missing.values())
    assert units == sum(wanted.quantity for wanted in basket.wanted)


def nobody_pays_more_than_the_regular_price(
    basket: Basket, found: Quote, rng: random.Random
) -> None:
    """No line and no parcel falls below zero or costs more than without deals and benefits."""
    for segment, paid, funded in zip(found.segments, found.paid, found.funded, strict=True):
        regular = segment.regular * segment.quantity
        assert 0 <= paid <= segment.amount <= regular
        assert 0 <= funded <= regular - paid
    for merchant, price in found.parcel_prices.items():
        assert 0 <= price <= basket.parcels[merchant]


def limits_hold(basket: Basket, found: Quote, rng: random.Random) -> None:
    """One benefit of a scope, each within its budget, uses, cap and minimum."""
    scopes = Counter(_scope(benefit.promotion) for benefit in found.benefits)
    assert set(scopes.values()) <= {1}
    for benefit in found.benefits:
        promotion = benefit.promotion
        assert promotion.budget_left is None or benefit.amount <= promotion.budget_left
        assert promotion.uses_left is None or promotion.uses_left >= 1
        if promotion.cap is not None:
            each = [part.amount for part in benefit.parts]
            counted = max(each) if promotion.group == Group.SHIPPING else sum(each)
            assert counted <= promotion.cap


def the_total_can_be_charged(basket: Basket, found: Quote, rng: random.Random) -> None:
    """Benefits shrink just as far as the minimum asks, and never past the goods themselves."""
    if not found.segments:
        return
    full = found.goods + sum(basket.parcels.values())
    unlimited = quote(replace(basket, minimum=0), at=AT).total
    assert found.total == max(unlimited, min(basket.minimum, full))
    assert found.is_below_minimum == (full < basket.minimum)


def the_order_of_lines_does_not_change_item_prices(
    basket: Basket, found: Quote, rng: random.Random
) -> None:
    """With stock for all, whoever stands first in the cart pays the same."""
    pools = dict.fromkeys(basket.pools, AMPLE)
    mixed = rng.sample(basket.wanted, len(basket.wanted))

    as_given = quote(replace(basket, pools=pools), at=AT)
    as_mixed = quote(replace(basket, pools=pools, wanted=tuple(mixed)), at=AT)

    assert as_mixed.goods == as_given.goods


def no_pick_is_passed_over_in_silence(basket: Basket, found: Quote, rng: random.Random) -> None:
    """A picked promotion is used, or a note says why it is not."""
    used = {benefit.promotion.id for benefit in found.benefits}
    told = {note.promotion.id for note in found.notes}
    for promotion in basket.promotions:
        assert not promotion.is_picked or promotion.id in used | told


def a_hint_is_kept_when_it_is_followed(basket: Basket, found: Quote, rng: random.Random) -> None:
    """Who adds what a hint asks for, in however many pieces, gets what it promises."""
    for note in found.notes:
        promotion = note.promotion
        if note.why in (Why.NEEDS_MORE, Why.NEXT_STEP) and promotion.group != Group.SHIPPING:
            merchant, festival = promotion.merchant_id or 1, promotion.festival_id
            unlimited = replace(promotion, budget_left=None)
            pieces = in_proportion(note.missing, [1] * min(note.missing, rng.randint(1, 3)))
            more = [
                goods(500 + number, price, merchant, festivals=(festival,))
                for number, price in enumerate(pieces)
            ]
            wanted = (*basket.wanted, *more)
            pools = basket.pools | {each.pool_id: AMPLE for each in more}
            alone = replace(basket, wanted=wanted, pools=pools, promotions=(unlimited,), minimum=0)
            (benefit,) = quote(alone, at=AT).benefits
            assert benefit.amount >= note.saves


def it_agrees_with_the_second_way(basket: Basket, found: Quote, rng: random.Random) -> None:
    """Segments, parts and total are those of the slow computation."""
    units, missing = oracle.units_of(basket, AT)
    groups = oracle.grouped(units)
    rows = oracle.rows_of(basket, groups)
    total, least = oracle.total_of(basket, groups, rows), oracle.least_total(basket, groups)
    full = sum(oracle.amounts(basket, groups)) + sum(basket.parcels.values())
    due = max(least, min(basket.minimum, full)) if groups else least

    assert _units(found) == [
        (unit.line, unit.price, unit.deal, unit.festival, n) for unit, n in groups
    ]
    assert [s.amount for s in found.segments] == oracle.amounts(basket, groups)
    assert sum(found.missing.values()) == missing
    assert found.total == due
    if total == least:
        kept = oracle.cut_back(basket, rows, due - total)
        assert _rows(found) == sorted((r.promotion, r.place, r.amount, r.organizer) for r in kept)


LAWS: tuple[Law, ...] = (
    a_voucher_never_makes_a_cart_dearer,
    parts_sum_exactly,
    nobody_pays_more_than_the_regular_price,
    limits_hold,
    the_total_can_be_charged,
    the_order_of_lines_does_not_change_item_prices,
    no_pick_is_passed_over_in_silence,
    a_hint_is_kept_when_it_is_followed,
    it_agrees_with_the_second_way,
)


def _scope(promotion: PromotionTerms) -> tuple[Group, int | None]:
    if promotion.group == Group.SHIPPING:
        return (promotion.group, None)
    is_own = promotion.group == Group.MERCHANT
    return (promotion.group, promotion.merchant_id if is_own else promotion.festival_id)


def _units(found: Quote) -> list[tuple[int, int, int | None, int | None, int]]:
    lines = found.basket.wanted
    return [
        (lines.index(s.wanted), s.price, s.deal.id if s.deal else None, s.festival_id, s.quantity)
        for s in found.segments
    ]


def _rows(found: Quote) -> list[tuple[int, int, int, int]]:
    return sorted(
        (benefit.promotion.id, part.place, part.amount, part.organizer)
        for benefit in found.benefits
        for part in benefit.parts
    )
