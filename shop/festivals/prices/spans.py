"""Keeps the price spans true. Only the future is ever rebuilt: past spans are evidence.

A change of price, deal or pause goes through three steps in one transaction: ``lock_prices``
gives the instant at which the change counts, the caller writes its rows with that instant, and
``rebuild`` derives the spans from then on.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from shop.catalogue.models import Product, Variant
from shop.core.locks import locked
from shop.festivals.models import PriceChange, PriceSpan, ProductSpan
from shop.festivals.models.prices import FOREVER
from shop.festivals.prices.load import timelines
from shop.festivals.pricing.timeline import LowestSpan, Span, lowest_spans, spans

TICK = timedelta(microseconds=1)


def lock_prices(product_ids: Collection[int], *, at: datetime) -> datetime:
    """Lock the prices of products and return the instant from which a change may count.

    Without the lock two changes would write spans that overlap. The instant is never before
    an earlier change: a request that read its clock first may get the lock second, and would
    otherwise wipe a price that was public from the history.
    """
    rows = locked(Product.objects.filter(pk__in=product_ids))
    changed = [moment for moment in rows.values_list("priced_at", flat=True) if moment]
    counts_from = max([at, *(moment + TICK for moment in changed)])
    Product.objects.filter(pk__in=product_ids).update(priced_at=counts_from)
    return counts_from


@transaction.atomic
def rebuild(product_ids: Collection[int], *, since: datetime, what: str) -> None:
    """Derive the spans of products anew from an instant on and mark the change.

    Args:
        since: what ``lock_prices`` returned; the rows are locked.
        what: a word for the record of changes.
    """
    variant_rows, product_rows = computed(product_ids, since=since)
    # By their ids: with a join the planner may read every span to delete a few.
    ids = list(Variant.objects.filter(product_id__in=product_ids).values_list("pk", flat=True))
    prices = PriceSpan.objects.filter(variant_id__in=ids)
    _replace(prices, "variant_id", variant_rows, since=since)
    ranges = ProductSpan.objects.filter(product_id__in=product_ids)
    _replace(ranges, "product_id", product_rows, since=since)
    mark_change(what, at=since)


def computed(
    product_ids: Collection[int], *, since: datetime
) -> tuple[dict[int, list[PriceSpan]], dict[int, list[ProductSpan]]]:
    """Return the spans from an instant on as rows: by variant, and by product. Five statements."""
    known = timelines(product_ids)
    by_variant = {
        product_id: {pk: spans(terms, since) for pk, terms in known.get(product_id, {}).items()}
        for product_id in product_ids
    }
    variant_rows = {
        variant_id: [_variant_row(variant_id, span) for span in found]
        for variants in by_variant.values()
        for variant_id, found in variants.items()
    }
    product_rows = {
        product_id: [_product_row(product_id, span) for span in lowest_spans(variants)]
        for product_id, variants in by_variant.items()
    }
    return variant_rows, product_rows


def mark_change(what: str, *, at: datetime) -> None:
    """Record that something shown to everybody changed, so that no cached page outlives it."""
    PriceChange.objects.create(at=at, what=what)


def _replace(
    own: QuerySet[Any], owner: str, rows: Mapping[int, list[Any]], *, since: datetime
) -> None:
    """Write the spans from an instant on; one that goes on unchanged is made longer, not cut."""
    own.filter(starts_at__gte=since).delete()
    running = list(own.filter(ends_at__gt=since))
    for row in running:
        following = rows.get(getattr(row, owner), [])
        goes_on = bool(following) and _facts(following[0]) == _facts(row)
        goes_on = goes_on and following[0].starts_at == since
        row.ends_at = following.pop(0).ends_at if goes_on else since
    own.model.objects.bulk_update(running, ["ends_at"])
    own.model.objects.bulk_create(row for found in rows.values() for row in found)


def _facts(row: PriceSpan | ProductSpan) -> tuple[Any, ...]:
    dearest = row.highest if isinstance(row, ProductSpan) else row.regular
    return (row.price, dearest, row.deal_id, row.prior_price, row.percent)


def _variant_row(variant_id: int, span: Span) -> PriceSpan:
    return PriceSpan(
        variant_id=variant_id,
        starts_at=span.starts_at,
        ends_at=span.ends_at or FOREVER,
        regular=span.regular,
        price=span.price,
        deal_id=span.deal_id,
        prior_price=span.prior,
        percent=span.percent,
    )


def _product_row(product_id: int, span: LowestSpan) -> ProductSpan:
    return ProductSpan(
        product_id=product_id,
        starts_at=span.starts_at,
        ends_at=span.ends_at or FOREVER,
        price=span.lowest.price,
        highest=span.highest,
        deal_id=span.lowest.deal_id,
        prior_price=span.lowest.prior,
        percent=span.lowest.percent,
    )
