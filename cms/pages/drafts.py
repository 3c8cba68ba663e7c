"""Prices of a festival that the shop does not show yet, for those who prepare it.

Spans know the deals of published festivals only. For a preview the same function computes, in
memory, what the festival's own deals would give at the instant; nothing is written.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace as replaced
from datetime import datetime

from shop.festivals.facts import terms_of, timelines
from shop.festivals.models import Deal, Participation, Slot
from shop.festivals.pricing.terms import VariantTerms
from shop.festivals.pricing.timeline import Span, span_at
from shop.storefront.epoch import KnownFestival
from shop.storefront.finding import Row
from shop.storefront.shelves import Shelf
from shop.storefront.shelves import find_shelves as find_public

MOST = 2_000  # products of one festival that a preview computes


def find_shelves(
    shelves: list[Shelf], festival: KnownFestival, *, at: datetime, language: str
) -> list[list[Row]]:
    """Return the products of each shelf as they would be if the festival were published."""
    deals = _deals(festival)
    own = _own_products(festival, deals)
    priced = _prices(own, deals, at=at)
    flash = {deal.id for deal in deals if deal.slot.kind == Slot.Kind.FLASH}
    asked = [_without_prices(shelf, own, deals, at) for shelf in shelves]
    found = find_public(asked, festivals=[], at=at, language=language)
    return [
        _as_asked([_row(row, priced, flash) for row in rows], shelf)
        for shelf, rows in zip(shelves, found, strict=True)
    ]


def _deals(festival: KnownFestival) -> list[Deal]:
    rows = Deal.objects.filter(slot__festival=festival.id).exclude(state__in=Deal.GONE)
    wanted = rows.select_related("slot__festival", "nomination__enrolment", "variant")
    return list(wanted.order_by("id")[:MOST])


def _own_products(festival: KnownFestival, deals: list[Deal]) -> list[int]:
    listed = Participation.objects.filter(festival=festival.id)
    ids = {deal.variant.product_id for deal in deals}
    return sorted(ids | set(listed.values_list("product_id", flat=True)[:MOST]))


def _prices(own: list[int], deals: list[Deal], *, at: datetime) -> dict[int, list[Span]]:
    """Return the prices of each product's variants at the instant, by product."""
    by_variant = defaultdict(list)
    for deal in deals:
        by_variant[deal.variant_id].append(terms_of(deal))
    found = defaultdict(list)
    for product_id, variants in timelines(own).items():
        for pk, terms in variants.items():
            span = span_at(_with(terms, by_variant[pk]), at)
            if span is not None:
                found[product_id].append(span)
    return found


def _with(terms: VariantTerms, deals: list) -> VariantTerms:
    known = {deal.id for deal in terms.deals}
    return replaced(terms, deals=(*terms.deals, *(deal for deal in deals if deal.id not in known)))


def _without_prices(shelf: Shelf, own: list[int], deals: list[Deal], at: datetime) -> Shelf:
    """Return a shelf wide enough to choose from once the prices of the draft are known."""
    if shelf.picked:
        return shelf
    filters = shelf.filters
    among = shelf.among
    if filters.in_flash or filters.slot:
        now = [deal for deal in deals if _is_asked(deal, filters.slot, at)]
        among = tuple(sorted({deal.variant.product_id for deal in now}))
    elif filters.in_festival or shelf.only_deals:
        among = tuple(own)
    wide = filters.changed(low=None, high=None, in_festival=False, in_flash=False, slot=None)
    return Shelf(wide.changed(sort="popular"), among=among, most=MOST)


def _is_asked(deal: Deal, slot: int | None, at: datetime) -> bool:
    if slot:
        return deal.slot_id == slot
    is_on = deal.effective_from <= at < deal.effective_to
    return deal.slot.kind == Slot.Kind.FLASH and is_on


def _row(row: Row, priced: dict[int, list[Span]], flash: set[int]) -> Row:
    """Return a product with the price of its cheapest variant under the draft."""
    spans = priced.get(row.product_id)
    if not spans:
        return row
    lowest = min(spans, key=lambda span: span.price)
    return row._replace(
        price=lowest.price,
        highest=max(span.price for span in spans),
        prior_price=lowest.prior,
        percent=lowest.percent,
        deal_id=lowest.deal_id,
        is_flash=lowest.deal_id in flash,
    )


def _as_asked(rows: list[Row], shelf: Shelf) -> list[Row]:
    """Return the rows that the shelf is for, in its order, by their prices under the draft."""
    filters = shelf.filters
    kept = [
        row
        for row in rows
        if (filters.low is None or row.price >= filters.low)
        and (filters.high is None or row.price <= filters.high)
        and (not shelf.only_deals or row.deal_id is not None)
        and (filters.sort != "saving" or row.percent)
    ]
    if filters.sort in ("price", "-price"):
        kept.sort(key=lambda row: row.price, reverse=filters.sort == "-price")
    elif filters.sort == "saving":
        kept.sort(key=lambda row: -(row.percent or 0))
    return kept[: shelf.most]
