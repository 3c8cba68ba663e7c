"""Reads the values for pricing from the database, in a fixed number of statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

from django.db.models import Exists, Expression, F, OuterRef, Q, QuerySet
from django.db.models.functions import Least

from shop.catalogue.models import Product, Variant
from shop.core.conditions import under
from shop.core.statements.composed import ID, IDS, MOMENT, AnyOf, composed
from shop.festivals.models import Closure, Deal, DealUsage, Festival, RegularPrice, Slot
from shop.festivals.pricing.terms import DealTerms, Interval, VariantTerms

CLOSES = Least("sales_close", "session_start")  # as ``Variant.closes_at``


def timelines(
    product_ids: Collection[int], *, planned: Collection[int] = ()
) -> dict[int, dict[int, VariantTerms]]:
    """Return the whole price history and plan of products: by product id, then variant id.

    Variants that are not for sale are left out, and all of stores that are not open. Four
    statements, however many products.

    Args:
        planned: festivals whose deals count although they are drafts: what will be public
            together is judged together.
    """
    variants = Variant.objects.filter(
        under("product", Product.PUBLIC),
        product_id__in=product_ids,
        is_active=True,
        listed_at__isnull=False,
    )
    rows = list(variants.values_list("id", "product_id", "listed_at", CLOSES))
    ids = [row[0] for row in rows]
    regular = RegularPrice.objects.histories(ids)
    rows_of_deals = list(_public(Deal.objects.filter(variant_id__in=ids), planned))
    closures = _closures(deal.pk for deal in rows_of_deals)
    deals: dict[int, list[DealTerms]] = defaultdict(list)
    for deal in rows_of_deals:
        deals[deal.variant_id].append(terms_of(deal, closures.get(deal.pk, ())))
    found: dict[int, dict[int, VariantTerms]] = defaultdict(dict)
    for pk, product_id, listed_at, closes_at in rows:
        found[product_id][pk] = VariantTerms(
            pk, tuple(regular[pk]), listed_at, closes_at, tuple(deals[pk])
        )
    return found


def with_deals(terms: VariantTerms, deals: Iterable[Deal]) -> VariantTerms:
    """Return the terms of a variant with these deals added."""
    return replace(terms, deals=(*terms.deals, *(terms_of(deal) for deal in deals)))


def planned_prices(variants: Collection[Variant], *, at: datetime) -> dict[int, VariantTerms]:
    """Return the regular prices of variants that are not on sale yet, as from now on."""
    regular = RegularPrice.objects.histories([variant.pk for variant in variants])
    return {
        variant.pk: VariantTerms(variant.pk, tuple(regular[variant.pk]), at, variant.closes_at)
        for variant in variants
    }


def deals_now(
    variant_ids: Collection[int], *, at: datetime, shopper_id: int | None
) -> dict[int, list[DealTerms]]:
    """Return the deals that are open at an instant, by variant id, with the units left.

    Args:
        shopper_id: the mailbox of a signed-in shopper with a verified address, or None; without
            one a deal with a limit per shopper gives nothing.
    """
    found: dict[int, list[DealTerms]] = defaultdict(list)
    for deal in open_deals(variants=list(variant_ids), at=at, mailbox=shopper_id):
        found[deal.variant_id].append(_with_counters(terms_of(deal), deal, shopper_id))
    return found


@composed(variants=IDS, at=MOMENT, mailbox=ID)
def open_deals(*, variants: Expression, at: Expression, mailbox: Expression) -> QuerySet[Deal]:
    """Return the deals of variants open at an instant, with the units a mailbox had of each."""
    closed = Closure.objects.filter(
        Q(ends_at__isnull=True) | Q(ends_at__gt=at), deal=OuterRef("pk"), starts_at__lte=at
    )
    usage = DealUsage.objects.filter(deal=OuterRef("pk"), mailbox=mailbox)
    deals = Deal.objects.filter(
        ~Exists(closed),
        AnyOf(F("variant_id"), variants),
        effective_from__lte=at,
        effective_to__gt=at,
    )
    return _public(deals.annotate(had=usage.annotate(n=DealUsage.TAKEN).values("n")[:1]))


def _public(deals: QuerySet[Deal], planned: Collection[int] = ()) -> QuerySet[Deal]:
    # A draft's deals are nobody's business; those of a cancelled festival give no price any more.
    counts = Q(slot__festival__state__in=Festival.SHOWN)
    if planned:
        counts |= Q(slot__festival__in=planned, slot__festival__state=Festival.State.DRAFT)
    return (
        deals.exclude(state=Deal.State.WITHDRAWN)
        .filter(counts, effective_to__gt=F("effective_from"))
        .select_related("slot__festival", "nomination__enrolment")
        .order_by("id")
    )


def _closures(deal_ids: Iterable[int]) -> dict[int, tuple[Interval, ...]]:
    found: dict[int, list[Interval]] = defaultdict(list)
    rows = Closure.objects.filter(deal_id__in=list(deal_ids)).order_by("starts_at")
    for deal_id, starts_at, ends_at in rows.values_list("deal_id", "starts_at", "ends_at"):
        found[deal_id].append(Interval(starts_at, ends_at))
    return {deal_id: tuple(intervals) for deal_id, intervals in found.items()}


def terms_of(deal: Deal, closures: tuple[Interval, ...] = ()) -> DealTerms:
    """Return a deal as the price function sees it. Reads its slot, festival and enrolment."""
    slot, festival = deal.slot, deal.slot.festival
    return DealTerms(
        id=deal.pk if deal.pk is not None else -deal.nomination_id,  # not saved yet
        festival_id=festival.pk,
        nomination_id=deal.nomination_id,
        rule=deal.rule,
        starts_at=deal.effective_from,
        ends_at=deal.effective_to,
        priority=festival.priority,
        closures=closures,
        subsidy=deal.subsidy,
        fund_id=deal.nomination.fund_id,
        per_shopper=deal.per_shopper,
        commission_bp=deal.nomination.enrolment.commission_bp,
        hold_minutes=slot.hold_minutes or festival.hold_minutes,
        is_flash=slot.kind == Slot.Kind.FLASH,
    )


def _with_counters(terms: DealTerms, deal: Deal, shopper_id: int | None) -> DealTerms:
    shopper_left = None
    if deal.per_shopper is not None:
        shopper_left = max(0, deal.per_shopper - (deal.had or 0)) if shopper_id else 0
    return replace(terms, left=deal.left, shopper_left=shopper_left)
