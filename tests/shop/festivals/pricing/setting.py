"""The festival, items and promotions that the price tests talk about; facts are overridden by name.

Festival 1 runs from 10 to 20 May 2027. An item costs 20.00 since January, its deal is 15.00.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from shop.festivals.pricing.benefit_kinds import (
    AmountOff,
    AmountPerStep,
    BenefitKind,
    FreeShipping,
    Group,
    PercentOff,
)
from shop.festivals.pricing.kinds import Fixed, Percent
from shop.festivals.pricing.quoting import Quote, quote
from shop.festivals.pricing.terms import (
    Basket,
    DealTerms,
    PoolTerms,
    PromotionTerms,
    VariantTerms,
    WantedUnits,
)

START = datetime(2027, 5, 10, tzinfo=UTC)
END = datetime(2027, 5, 20, tzinfo=UTC)
JANUARY = datetime(2027, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
AMPLE = PoolTerms(free=1_000_000)


def instant(text: str) -> datetime:
    """Read ``05-10 12:00:00`` as an instant of 2027 in UTC."""
    return datetime.fromisoformat(f"2027-{text}+00:00")


def deal(value: int = 15_00, **facts: Any) -> DealTerms:
    """Return a deal of festival 1 at a fixed price."""
    kept = {"id": 1, "festival_id": 1, "rule": Fixed(value), "starts_at": START, "ends_at": END}
    return DealTerms(**kept | facts)


def percent_deal(percent: int, **facts: Any) -> DealTerms:
    """Return a deal of festival 1 that takes a percentage off."""
    return deal(rule=Percent(percent), **facts)


def item(price: int = 20_00, *deals: DealTerms, **facts: Any) -> VariantTerms:
    """Return a variant at one regular price since January, with its deals."""
    kept = {"id": 1, "regular": ((JANUARY, price),), "listed_at": JANUARY, "deals": deals}
    return VariantTerms(**kept | facts)


def line(variant: VariantTerms, quantity: int = 1, **facts: Any) -> WantedUnits:
    """Return a cart line of merchant 1 that takes part in no festival but by its deals."""
    ids = {"product_id": variant.id, "merchant_id": 1, "pool_id": variant.id}
    return WantedUnits(variant=variant, quantity=quantity, **ids | facts)


def goods(variant_id: int, price: int, merchant: int = 1, **facts: Any) -> WantedUnits:
    """Return one unit at its regular price, listed as taking part in festival 1."""
    kept = {"merchant_id": merchant, "festivals": (1,)}
    return line(item(price, id=variant_id), **kept | facts)


def promotion(
    group: Group, rule: type[BenefitKind], value: int = 0, **facts: Any
) -> PromotionTerms:
    """Return an automatic promotion of festival 1."""
    return PromotionTerms(
        group=group, rule=rule, value=value, **{"id": 1, "festival_id": 1} | facts
    )


def save(**facts: Any) -> PromotionTerms:
    """Return the spend-and-save: every 300 take 50, at most 3 steps, the organizer pays all."""
    kept = {"every": 300_00, "max_steps": 3, "organizer_share": 100}
    return promotion(Group.SAVE, AmountPerStep, 50_00, **kept | facts)


def voucher(value: int, **facts: Any) -> PromotionTerms:
    """Return a festival voucher over an amount that the shopper picked."""
    return promotion(Group.VOUCHER, AmountOff, value, **{"id": 2, "is_picked": True} | facts)


def percent_voucher(percent: int, **facts: Any) -> PromotionTerms:
    """Return a festival voucher over a percentage that the shopper picked."""
    return promotion(Group.VOUCHER, PercentOff, percent, **{"id": 2, "is_picked": True} | facts)


def merchant_voucher(value: int, merchant: int = 1, **facts: Any) -> PromotionTerms:
    """Return a voucher of one merchant that the shopper picked."""
    kept = {"id": 3, "merchant_id": merchant, "is_picked": True}
    return promotion(Group.MERCHANT, AmountOff, value, **kept | facts)


def free_shipping(**facts: Any) -> PromotionTerms:
    """Return an automatic free delivery paid by the organizer."""
    kept = {"id": 4, "organizer_share": 100}
    return promotion(Group.SHIPPING, FreeShipping, **kept | facts)


def basket(
    *lines: WantedUnits, promotions: tuple[PromotionTerms, ...] = (), **facts: Any
) -> Basket:
    """Return a cart with ample stock unless told otherwise."""
    pools = {wanted.pool_id: AMPLE for wanted in lines}
    return Basket(wanted=lines, promotions=promotions, **{"pools": pools} | facts)


def priced(*lines: WantedUnits, at: datetime = START, **facts: Any) -> Quote:
    """Return the quote of such a cart at the start of the festival."""
    return quote(basket(*lines, **facts), at=at)


def amounts(found: Quote) -> list[tuple[int, int]]:
    """Return quantity and price of each segment."""
    return [(segment.quantity, segment.price) for segment in found.segments]
