"""Compares the stored spans with the price function, and keeps watch over the past."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from shop.festivals.facts import timelines
from shop.festivals.models import PriceSpan, ProductSpan
from shop.festivals.pricing.timeline import span_at

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
