"""Deals as organizers read them: found by a filter, running ones first, amounts written out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Case, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Greatest, Least

from shop.core.currencies import written
from shop.core.forms.numbers import number_of
from shop.festivals.deals.status import RUNNING, WORDS, choice, standing, standing_of, with_sold_out
from shop.festivals.local_time import wall_of
from shop.festivals.models import Deal, Festival, RegularPrice
from shop.festivals.words import deal_written

OPEN = "open"
STATES = ((OPEN, "Not over yet"), ("", "All"), *((word, word.capitalize()) for word in WORDS))


@dataclass(frozen=True, slots=True)
class DealRow:
    """A deal as organizers read it; amounts are written out."""

    deal: Deal
    choice: str
    price: str
    standing: str
    starts: datetime
    ends: datetime
    left: int | None
    percent: int


def deals_of(festival: Festival, *, at: datetime) -> QuerySet[Deal]:
    """Return the deals of a festival with all that a row says."""
    moment = Least(Greatest(Value(at), OuterRef("effective_from")), OuterRef("effective_to"))
    regular = RegularPrice.objects.begun(at=moment).filter(variant=OuterRef("variant"))
    rows = Deal.objects.filter(slot__festival=festival).annotate(
        regular=Subquery(regular.values("amount")[:1])
    )
    rows = rows.select_related("slot__festival", "variant__product__merchant", "nomination")
    return with_sold_out(rows)


def sought(rows: QuerySet[Deal], asked: dict[str, str], *, at: datetime) -> QuerySet[Deal]:
    """Keep the deals that a filter asks for: running ones first, then by their start."""
    if words := asked["q"].replace("\0", "").strip():
        product = Q(variant__product__title__icontains=words) | Q(variant__sku__icontains=words)
        rows = rows.filter(product | Q(variant__product__merchant__name__icontains=words))
    if slot := number_of(asked["slot"]):
        rows = rows.filter(slot=slot)
    if asked["state"] == OPEN:
        rows = rows.filter(effective_to__gt=at).exclude(state__in=Deal.GONE)
    elif asked["state"] in WORDS:
        rows = rows.filter(standing(asked["state"], at=at))
    rank = Case(When(standing(RUNNING, at=at), then=0), default=1)
    return rows.order_by(rank, "effective_from", "pk")


def row_of(deal: Deal, *, at: datetime) -> DealRow:
    """Return a deal of ``deals_of`` as organizers read it."""
    zone, variant = deal.slot.festival.zone, deal.variant
    return DealRow(
        deal=deal,
        choice=choice(variant.label, variant.session_start, variant.session_zone) or variant.sku,
        price=_price(deal),
        standing=standing_of(deal, at=at),
        starts=wall_of(deal.effective_from, zone),
        ends=wall_of(deal.effective_to, zone),
        left=0 if deal.state in Deal.GONE else deal.left,
        percent=deal.taken * 100 // deal.allotment if deal.allotment else 0,
    )


def _price(deal: Deal) -> str:
    """Write how the deal is set and, where it goes with the regular price, the price as well."""
    rule = deal.rule
    told = deal_written(rule, _amount)
    if deal.regular is None or not rule.follows_regular:
        return told
    return f"{_amount(rule.price(deal.regular))} ({told})"


def _amount(minor: int) -> str:
    return written(minor, settings.SHOP_CURRENCY, "en")
