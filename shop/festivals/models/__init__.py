from shop.festivals.models.deals import Closure, Deal, DealUsage
from shop.festivals.models.festival import (
    ChangeLog,
    Enrolment,
    Festival,
    Nomination,
    Participation,
    Slot,
)
from shop.festivals.models.prices import PriceChange, PriceSpan, ProductSpan, RegularPrice
from shop.festivals.models.promotions import Claim, Promotion, PromotionUsage

__all__ = [
    "ChangeLog",
    "Claim",
    "Closure",
    "Deal",
    "DealUsage",
    "Enrolment",
    "Festival",
    "Nomination",
    "Participation",
    "PriceChange",
    "PriceSpan",
    "ProductSpan",
    "Promotion",
    "PromotionUsage",
    "RegularPrice",
    "Slot",
]
