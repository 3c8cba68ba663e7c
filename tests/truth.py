"""Compares the stored spans with the price function, and keeps watch over the past."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from fractions import Fraction
from math import floor

from shop.catalogue.models import Variant
from shop.festivals.deals import reserved_stock
from shop.festivals.models import Deal, PriceSpan, ProductSpan, RegularPrice
from shop.festivals.prices.load import timelines
from shop.festivals.pricing.timeline import span_at
from shop.storefront.product.variants import variants_now

Facts = tuple[int, int | None, int | None, int | None]


def span_differences(product_ids: Collection[int], instants: Iterable[datetime]) -> list[str]:
    """Say where a stored span differs from the function; empty when all agree."""
    known = timelines(product_ids)
    rows = _rows(PriceSpan.objects.filter(variant__product__in=product_ids), "variant_id")
    lowest = _rows(ProductSpan.objects.filter(product__in=product_ids), "product_id")
    found = []
    for at in instants:
        for product_id in product_ids:
            right = {}
            for pk, terms in known.get(product_id, {}).items():
                span = span_at(terms, at)
                want = (span.price, span.deal_id, span.prior, span.percent) if span else None
                if want:
                    right[pk] = want
                if (have := _in_force(rows.get(pk, []), at)) != want:
                    found.append(f"variant {pk} at {at}: {have} is stored, {want} is right")
            want = min(right.items(), key=lambda pair: (pair[1][0], pair[0]))[1] if right else None
            if (have := _in_force(lowest.get(product_id, []), at)) != want:
                found.append(f"product {product_id} at {at}: {have} is stored, {want} is right")
    return found


def past(product_ids: Collection[int], before: datetime) -> dict[tuple, Facts]:
    """Return what was public before an instant, as evidence: it may never change."""
    spans = PriceSpan.objects.filter(variant__product__in=product_ids, starts_at__lt=before)
    return {
        (s.variant_id, s.starts_at, min(s.ends_at, before)): (
            s.price, s.deal_id, s.prior_price, s.percent,
        )
        for s in spans
    }  # fmt: skip


def fence_differences(product_ids: Collection[int], instants: Iterable[datetime]) -> list[str]:
    """Say where the shop fences other units than the rules say, counted deal by deal in Python.

    What sells and counts asks one statement, product pages another one; both have to agree.
    """
    pools = sorted(Variant.objects.filter(product__in=product_ids).values_list("pool", flat=True))
    found = []
    for at in instants:
        right = {pool_id: _waiting(pool_id, at) for pool_id in pools}
        sold_by = reserved_stock.set_aside(pools, at=at)
        found += [
            f"pool {pk} at {at}: {sold_by.get(pk, 0)} are fenced, {units} is right"
            for pk, units in right.items()
            if sold_by.get(pk, 0) != units
        ]
        found += [
            f"variant {row.id} at {at}: its page says {row.set_aside}, not {right[row.pool_id]}"
            for product_id in product_ids
            for row in variants_now(product_id, at=at)
            if row.set_aside != right[row.pool_id]
        ]
    return found


def _waiting(pool_id: int, at: datetime) -> int:
    """Return the units of a pool that wait for deals."""
    deals = Deal.objects.filter(variant__pool=pool_id).exclude(allotment=None)
    return sum(
        (deal.allotment - deal.held - deal.sold) * deal.variant.units_per_item
        for deal in deals.select_related("variant")
        if deal.state in ("approved", "paused") and at < deal.effective_to
        if at < deal.effective_from or _lowers(deal, at)
    )


def _lowers(deal: Deal, at: datetime) -> bool:
    """Tell whether a deal lies below the regular price, if there is one."""
    prices = RegularPrice.objects.filter(variant=deal.variant_id, starts_at__lte=at)
    regular = prices.order_by("starts_at", "pk").values_list("amount", flat=True).last()
    if regular is None:
        return True
    if deal.kind == "fixed":
        return deal.value < regular
    exact = Fraction(regular * (100 - deal.value), 100)
    return max(1, floor(exact + Fraction(1, 2))) < regular


def _rows(spans: Iterable, owner: str) -> dict[int, list]:
    found: dict[int, list] = {}
    for span in spans:
        found.setdefault(getattr(span, owner), []).append(span)
    return found


def _in_force(spans: Iterable, at: datetime) -> Facts | None:
    for span in spans:
        if span.starts_at <= at < span.ends_at:
            return (span.price, span.deal_id, span.prior_price, span.percent)
    return None
