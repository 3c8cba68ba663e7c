"""The terms behind a price, as frozen values. Amounts are minor units, instants are in UTC."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from shop.festivals.pricing.benefit_kinds import BenefitKind, Group
from shop.festivals.pricing.kinds import DealKind


@dataclass(frozen=True, slots=True)
class Interval:
    """A half-open time; without an end it lasts."""

    starts_at: datetime
    ends_at: datetime | None = None

    def holds(self, at: datetime) -> bool:
        """Tell whether the instant lies inside."""
        return self.starts_at <= at and (self.ends_at is None or at < self.ends_at)


@dataclass(frozen=True, slots=True)
class DealTerms:
    """A deal as pricing sees it.

    ``left`` and ``shopper_left`` limit how many units get the price; they never change the
    price itself. ``left`` of None sells from everyday stock.
    """

    id: int
    festival_id: int
    rule: DealKind
    starts_at: datetime
    ends_at: datetime
    nomination_id: int = 0
    priority: int = 0
    closures: tuple[Interval, ...] = ()
    subsidy: int = 0
    fund_id: int | None = None
    left: int | None = None
    shopper_left: int | None = None
    per_shopper: int | None = None
    commission_bp: int | None = None
    hold_minutes: int = 30
    is_flash: bool = False

    def is_open(self, at: datetime) -> bool:
        """Tell whether it gives its price at the instant."""
        return self.starts_at <= at < self.ends_at and not any(
            closure.holds(at) for closure in self.closures
        )


@dataclass(frozen=True, slots=True)
class VariantTerms:
    """A variant's regular prices and deals. ``regular`` is in order of instant, then of writing."""

    id: int
    regular: tuple[tuple[datetime, int], ...]
    listed_at: datetime
    sales_close: datetime | None = None
    deals: tuple[DealTerms, ...] = ()


@dataclass(frozen=True, slots=True)
class PoolTerms:
    """Units of a pool: ``free`` are promised to nobody, ``set_aside`` of them wait for deals."""

    free: int
    set_aside: int = 0


@dataclass(frozen=True, slots=True)
class WantedUnits:
    """So many of a variant in a cart, with the facts of its product that the price rules need.

    ``festivals`` are the live festivals in which the product is listed, best first;
    ``commission_bp`` is the merchant's own, ``festival_commission_bp`` that of an enrolment.
    """

    variant: VariantTerms
    quantity: int
    product_id: int
    merchant_id: int
    pool_id: int
    units_per_item: int = 1
    category_id: int = 0
    festivals: tuple[int, ...] = ()
    commission_bp: int = 0
    festival_commission_bp: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PromotionTerms:
    """A promotion as pricing sees it. None in ``budget_left`` or ``uses_left`` means no limit."""

    id: int
    festival_id: int
    group: Group
    rule: type[BenefitKind]
    value: int = 0
    every: int | None = None
    max_steps: int | None = None
    min_spend: int = 0
    cap: int | None = None
    merchant_id: int | None = None
    organizer_share: int = 0
    fund_id: int | None = None
    budget_left: int | None = None
    uses_left: int | None = None
    is_picked: bool = False
    claim_id: int | None = None
    title: str = ""

    @property
    def is_voucher(self) -> bool:
        """Tell whether the shopper has it by a code or a claim, picked for this cart or not."""
        return self.is_picked or self.claim_id is not None


@dataclass(frozen=True, slots=True)
class Basket:
    """All that a quote is computed from.

    Args:
        parcels: delivery price by merchant id; merchants that send nothing are absent.
        minimum: the least amount that can be charged.
    """

    wanted: tuple[WantedUnits, ...]
    pools: dict[int, PoolTerms]
    promotions: tuple[PromotionTerms, ...] = ()
    parcels: dict[int, int] = field(default_factory=dict)
    minimum: int = 0
    currency: str = "USD"
    hold_minutes: int = 30
