"""Moves an aged sample forward by whole days, so that its festival is always live.

Nothing else may change rows that are otherwise only added to, and it does so in demonstrations
only. The schedule moves as it stands: festival, slots, deals, promotions. What has happened, such
as a price change or a deal that sold out, moves along but never into the future. Orders stay.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.db.models import F, Min, OuterRef, QuerySet, Subquery
from django.db.models.functions import Greatest, Least

from sample.edition import Edition
from sample.opening import WALL
from shop.catalogue.models import Product, Variant
from shop.catalogue.stock.models import StockMove
from shop.festivals.models import (
    ChangeLog,
    Closure,
    CodeBatch,
    Deal,
    Enrolment,
    Festival,
    Nomination,
    PriceSpan,
    ProductRequest,
    ProductSpan,
    Promotion,
    RegularPrice,
    Slot,
    Terms,
)
from shop.festivals.prices import spans
from shop.people.merchants.models import Merchant
from shop.storefront.listings.refresh import refresh

A_DAY = timedelta(days=1)


@transaction.atomic
def move(edition: Edition, *, at: datetime) -> int:
    """Make today the day on which the sample was loaded, if less than a day is left of it.

    Returns:
        How many days everything moved; 0 when it is young enough or not there.

    Raises:
        ImproperlyConfigured: this is no demonstration; nothing is moved.
    """
    if settings.DEMO is not True:
        raise ImproperlyConfigured("The sample moves in demonstrations only: set DEMO=1.")
    festivals = Festival.objects.select_for_update()
    festival = festivals.filter(slug=edition.festival.slug).first()
    if festival is None or festival.ends_at - at >= A_DAY:
        return 0
    days = (at.astimezone(ZoneInfo(festival.zone)).date() - edition.loaded_on).days
    if days > 0:
        _move_all(edition, timedelta(days=days), at=at)
    return max(days, 0)


def _move_all(edition: Edition, by: timedelta, *, at: datetime) -> None:
    variants = Variant.objects.filter(product__slug__in=edition.slugs)
    products = set(variants.values_list("product_id", flat=True))
    festivals = list(Festival.objects.filter(slug__in=edition.festival_slugs))
    for festival in festivals:
        _move_schedule(festival, by, at=at)
    deals = Deal.objects.filter(slot__festival__in=festivals)
    _move_past(Closure.objects.filter(deal__in=deals), ("starts_at", "ends_at"), by, at=at)
    # A product made by hand may have a deal in this festival; its spans follow the deal.
    products |= set(deals.values_list("variant__product_id", flat=True))
    spans.lock_prices(products, at=at)
    _move_past(RegularPrice.objects.filter(variant__in=variants), ("starts_at",), by, at=at)
    _move_past(variants, ("listed_at",), by, at=at)
    own = Product.objects.filter(variants__in=variants)
    _move_past(own, ("published_at",), by, at=at)
    _move_records(edition, festivals, by, at=at)
    _respan(products)
    refresh(products, at=at)


def _move_schedule(festival: Festival, by: timedelta, *, at: datetime) -> None:
    names = ("starts_at", "ends_at", "enrol_opens", "enrol_closes")
    Festival.objects.filter(pk=festival.pk).update(**{name: F(name) + by for name in names})
    festival.refresh_from_db()
    zone = ZoneInfo(festival.zone)
    festival.starts_wall = f"{festival.starts_at.astimezone(zone):{WALL}}"
    festival.ends_wall = f"{festival.ends_at.astimezone(zone):{WALL}}"
    festival.save(update_fields=["starts_wall", "ends_wall"])
    slots = Slot.objects.filter(festival=festival)
    # What was typed for slots is cleared: what is not known cannot be out of date.
    slots.update(
        starts_at=F("starts_at") + by, ends_at=F("ends_at") + by, starts_wall="", ends_wall=""
    )
    names = ("use_from", "use_to", "claim_from", "claim_to")
    promotions = Promotion.objects.filter(festival=festival)
    promotions.update(**{name: F(name) + by for name in names})
    # A deal begins with its slot, or with its approval, which has happened.
    begun = Slot.objects.filter(pk=OuterRef("slot")).values("starts_at")
    Deal.objects.filter(slot__festival=festival).update(
        effective_from=Greatest(Subquery(begun), _but_not_after(at, "effective_from", by)),
        effective_to=F("effective_to") + by,
    )


def _move_records(
    edition: Edition, festivals: Sequence[Festival], by: timedelta, *, at: datetime
) -> None:
    """Move what says when something of the sample was made, joined or decided."""
    merchants = Merchant.objects.filter(slug__in=[store.slug for store in edition.stores])
    _move_past(merchants, ("created_at",), by, at=at)
    _move_past(Enrolment.objects.filter(festival__in=festivals), ("accepted_at",), by, at=at)
    nominations = Nomination.objects.filter(slot__festival__in=festivals)
    _move_past(nominations, ("submitted_at", "decided_at"), by, at=at)
    for model in (Terms, ProductRequest):
        _move_past(model.objects.filter(festival__in=festivals), ("at",), by, at=at)
    codes = CodeBatch.objects.filter(promotion__festival__in=festivals)
    _move_past(codes, ("at",), by, at=at)
    _move_past(ChangeLog.objects.filter(festival__in=festivals), ("at",), by, at=at)
    counts = StockMove.objects.filter(
        kind=StockMove.Kind.COUNT, pool__variants__product__slug__in=edition.slugs
    )
    _move_past(counts, ("at",), by, at=at)


def _move_past(rows: QuerySet, names: Collection[str], by: timedelta, *, at: datetime) -> None:
    """Move what has happened; a price that is announced for a later day stays announced."""
    for name in names:
        happened = rows.filter(**{f"{name}__lte": at})
        happened.update(**{name: _but_not_after(at, name, by)})


def _but_not_after(at: datetime, name: str, by: timedelta) -> Least:
    return Least(F(name) + by, at)


def _respan(products: Collection[int]) -> None:
    """Derive all spans anew: those of the past as well, since the past has moved."""
    PriceSpan.objects.filter(variant__product__in=products).delete()
    ProductSpan.objects.filter(product__in=products).delete()
    listed = Variant.objects.filter(product__in=products, listed_at__isnull=False)
    since = listed.aggregate(first=Min("listed_at"))["first"]
    spans.rebuild(products, since=since, what="sample moved")
