"""The price of one item at an instant, and the price it is compared with.

See docs/explanation/price.md: its tables are computed by the tests.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shop.festivals.pricing.terms import DealTerms, VariantTerms

# Directive 98/6/EC, Article 6a: the lowest price of at least 30 days before the reduction;
# 30 x 24 hours, measured from the start of this reduction.
PRIOR_PRICE_WINDOW = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Price:
    """The public price: the price of one, the regular price, and the deal that is on, if any."""

    regular: int
    price: int
    deal: DealTerms | None = None


def public_price(variant: VariantTerms, at: datetime) -> Price | None:
    """Return the public price at an instant, or None when the variant is not on sale.

    It depends on intervals alone: how many units are left limits who gets it, not what it is.
    """
    regular = regular_price(variant, at)
    if regular is None or not is_on_sale(variant, at):
        return None
    for price, deal in deals_at(variant, at, regular=regular):
        return Price(regular, price, deal)
    return Price(regular, regular)


def deals_at(variant: VariantTerms, at: datetime, *, regular: int) -> list[tuple[int, DealTerms]]:
    """Return the deals that give something at an instant, the lowest price of one unit first.

    Lowest price first, then the festival's priority, then the older deal.
    """
    found = [
        deal for deal in variant.deals if deal.is_open(at) and not deal.rule.is_undercut(regular)
    ]
    lower = [(deal.rule.price(regular), deal) for deal in found]
    return sorted(lower, key=lambda pair: (pair[0], -pair[1].priority, pair[1].id))


def first_rise(
    regular: Sequence[tuple[datetime, int]], starts_at: datetime, ends_at: datetime
) -> datetime | None:
    """Return when a regular price rises first between two instants, both left out, or None.

    Args:
        regular: amounts with the instants from which they count, in the order of time; of two at
            one instant the later one counts.
    """
    in_force = dict(regular)
    before: int | None = None
    for at, amount in in_force.items():
        if before is not None and amount > before and starts_at < at < ends_at:
            return at
        before = amount
    return None


def regular_price(variant: VariantTerms, at: datetime) -> int | None:
    """Return the regular price in force, or None before the first one."""
    amount = None
    for starts_at, value in variant.regular:
        if starts_at > at:
            break
        amount = value
    return amount


def is_on_sale(variant: VariantTerms, at: datetime) -> bool:
    """Tell whether the variant is listed and its sale has not closed."""
    return variant.listed_at <= at and (variant.sales_close is None or at < variant.sales_close)


def prior_price(variant: VariantTerms, starts_at: datetime) -> int | None:
    """Return the lowest public price in the 30 days before a reduction starts.

    Includes the price already in force when the window opens. A variant that is listed for
    less has no price before that, so it uses its own life; without any history there is none.
    """
    lowest = prior_sale(variant, starts_at)
    return lowest[1] if lowest else None


def prior_sale(variant: VariantTerms, starts_at: datetime) -> tuple[datetime, int] | None:
    """Return the prior price with the latest moment at which it began, or was in force already."""
    opens = starts_at - PRIOR_PRICE_WINDOW
    instants = {opens, *(b for b in boundaries(variant) if opens < b < starts_at)}
    seen = [(price.price, at) for at in instants if (price := public_price(variant, at))]
    lowest = min((price for price, _ in seen), default=None)
    if lowest is None:
        return None
    return max(at for price, at in seen if price == lowest), lowest


def percent_off(price: int, prior: int | None) -> int | None:
    """Return the whole percent below the prior price, rounded down; None when under one.

    Counted from the prior price alone (Court of Justice of the EU, C-330/23, 2024).
    """
    if prior is None or price >= prior:
        return None
    return (prior - price) * 100 // prior or None


def boundaries(variant: VariantTerms) -> set[datetime]:
    """Return every instant at which the public price may change."""
    found = {variant.listed_at, *(starts_at for starts_at, _ in variant.regular)}
    if variant.sales_close:
        found.add(variant.sales_close)
    for deal in variant.deals:
        found |= {deal.starts_at, deal.ends_at, *_ends(deal)}
    return found


def _ends(deal: DealTerms) -> Iterable[datetime]:
    for closure in deal.closures:
        yield closure.starts_at
        if closure.ends_at:
            yield closure.ends_at
