"""Random carts for the laws of pricing: a seed gives the same cart every time."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta
from typing import cast

from shop.festivals.pricing.benefit_kinds import (
    BENEFITS,
    BenefitKind,
    Group,
    PercentOff,
    fields_of_all,
)
from shop.festivals.pricing.kinds import Fixed, Multibuy, Percent
from shop.festivals.pricing.terms import (
    Basket,
    DealTerms,
    PoolTerms,
    PromotionTerms,
    WantedUnits,
)
from tests.shop.festivals.pricing.setting import (
    END,
    START,
    basket,
    goods,
    item,
    merchant_voucher,
    promotion,
)

AT = START + timedelta(days=1)
MERCHANTS = (1, 2, 3)
# Automatic, typed, claimed and picked, claimed and in the cart by itself.
WHOSE = ({}, {"is_picked": True}, {"is_picked": True, "claim_id": 7}, {"claim_id": 7})
FESTIVALS = (1, 2)


def random_basket(rng: random.Random) -> Basket:
    """Return a cart of a few lines with deals, scarce pools and promotions of two festivals."""
    scale = rng.choice([9, 120, 9_999, 1_000_000])
    lines = tuple(_line(rng, number, scale) for number in range(1, rng.randint(2, 7)))
    pools = {wanted.pool_id: _pool(rng, wanted.pool_id, lines) for wanted in lines}
    spend = sum(wanted.variant.regular[0][1] * wanted.quantity for wanted in lines)
    promotions = [random_promotion(rng, number, spend) for number in range(1, rng.randint(1, 8))]
    sending = rng.sample(MERCHANTS, rng.randint(0, 3))
    return Basket(
        wanted=lines,
        pools=pools,
        promotions=tuple(promotions),
        parcels={
            wanted.merchant_id: rng.randint(0, scale)
            for wanted in lines
            if wanted.merchant_id in sending
        },
        minimum=rng.choice([0, 0, 1, 50, scale]),
    )


def random_promotion(rng: random.Random, number: int, spend: int) -> PromotionTerms:
    """Return a promotion that a cart of about this spend may earn."""
    group = rng.choice(list(Group))
    kind = rng.choice(kinds_for(group))
    about = max(2, spend // rng.choice([1, 2, 5, 20]))
    is_own = group == Group.MERCHANT or (group == Group.SHIPPING and rng.random() < 0.3)
    return PromotionTerms(
        id=number,
        festival_id=rng.choice(FESTIVALS),
        group=group,
        rule=kind,
        **random_terms(rng, kind, about),
        merchant_id=rng.choice(MERCHANTS) if is_own else None,
        organizer_share=rng.choice([0, 100, rng.randint(0, 100)]),
        budget_left=_perhaps(rng, 0.3, 0, about),
        uses_left=_perhaps(rng, 0.2, 0, 1),
        **rng.choice(WHOSE),
    )


def kinds_for(group: Group) -> list[type[BenefitKind]]:
    """Return the kinds that are defined for goods, or for delivery; more than the form offers."""
    is_delivery = group == Group.SHIPPING
    return [kind for kind in BENEFITS.values() if (Group.SHIPPING in kind.groups) == is_delivery]


def random_terms(rng: random.Random, kind: type[BenefitKind], about: int) -> dict[str, int | None]:
    """Return terms of a kind that its form takes; amounts are of about this size."""
    numbers = {}
    for field in [*fields_of_all(), *kind.fields]:
        most = about if field.is_amount else min(cast("int", field.most), 99)
        number = rng.randint(field.least, rng.choice([most, min(most, field.least + 2)]))
        numbers[field.name] = number if field.needed or rng.random() < 0.4 else None
    return kind.typed(numbers)


def close_call(rng: random.Random) -> tuple[Basket, PromotionTerms]:
    """Return a cart with a merchant's promotion, and a voucher of a few units more."""
    prices = [rng.randint(1, rng.choice([9, 300])) for _ in range(4)]
    lines = [
        goods(number, price, festivals=rng.choice([(), (1,), (2,)]))
        for number, price in enumerate(prices, start=1)
    ]
    own = merchant_voucher(rng.randint(1, sum(prices)), id=1, is_picked=False)
    percentages = [
        promotion(
            rng.choice([Group.SAVE, Group.VOUCHER]),
            PercentOff,
            rng.randint(1, 99),
            id=number,
            festival_id=number - 1,
            budget_left=rng.choice([None, rng.randint(1, sum(prices))]),
        )
        for number in (2, 3)
    ]
    voucher = merchant_voucher(own.value + rng.randint(0, 3), id=9)
    return basket(*lines, promotions=(own, *percentages)), voucher


def with_promotion(cart: Basket, more: PromotionTerms) -> Basket:
    """Return the cart with one promotion more."""
    return replace(cart, promotions=(*cart.promotions, more))


def _line(rng: random.Random, number: int, scale: int) -> WantedUnits:
    deals = [_deal(rng, 10 * number + n, scale) for n in range(rng.choice([0, 1, 1, 2, 3]))]
    variant = item(rng.randint(1, scale), *deals, id=number)
    return WantedUnits(
        variant=variant,
        quantity=rng.randint(1, 6),
        product_id=rng.choice([number, 1]),
        merchant_id=rng.choice(MERCHANTS),
        pool_id=rng.choice([number, 1]),
        units_per_item=rng.choice([1, 1, 1, 4]),
        category_id=rng.choice([1, 2]),
        festivals=tuple(rng.sample(FESTIVALS, rng.randint(0, 2))),
        commission_bp=rng.choice([0, 800, 1250]),
    )


def _deal(rng: random.Random, number: int, scale: int) -> DealTerms:
    buys = rng.randint(2, 4)
    kinds = [Fixed(rng.randint(1, scale)), Percent(rng.randint(1, 99))]
    rule = rng.choice([*kinds, Multibuy(buys, rng.randint(1, buys - 1))])
    return DealTerms(
        id=number,
        festival_id=rng.choice(FESTIVALS),
        rule=rule,
        nomination_id=rng.choice([1, 1, number]),
        starts_at=START,
        ends_at=END,
        priority=rng.randint(0, 2),
        subsidy=rng.choice([0, rng.randint(1, scale)]),
        left=_perhaps(rng, 0.6, 0, 4),
        shopper_left=_perhaps(rng, 0.4, 0, 3),
    )


def _pool(rng: random.Random, pool_id: int, lines: tuple[WantedUnits, ...]) -> PoolTerms:
    sharing = [wanted for wanted in lines if wanted.pool_id == pool_id]
    aside = sum((d.left or 0) * w.units_per_item for w in sharing for d in w.variant.deals)
    free = max(0, aside + rng.choice([-1, 0, 3, 12, 1_000]))
    return PoolTerms(free, set_aside=rng.choice([aside, aside, aside // 2]))


def _perhaps(rng: random.Random, chance: float, least: int, most: int) -> int | None:
    return rng.randint(least, most) if rng.random() < chance else None
