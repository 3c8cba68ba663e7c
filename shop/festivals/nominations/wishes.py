"""Organizers publish wishes; stores answer with nominations.

The refusals are said to organizers, whose desk is in English.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Count, F, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from shop.catalogue.models import Product, Variant
from shop.catalogue.stock.models import free_units
from shop.core.conditions import under
from shop.core.errors import NotPossible
from shop.core.locks import lock_one
from shop.festivals.changelog import log
from shop.festivals.deals.reserved_stock import LEFT
from shop.festivals.models import Deal, Enrolment, Festival, ProductRequest
from shop.festivals.nominations.entry_rules import ceiling
from shop.festivals.prices.load import timelines
from shop.festivals.prices.reductions import amount
from shop.festivals.pricing.items import regular_price
from shop.festivals.pricing.kinds import Fixed, reduced
from shop.people.accounts.models import User

# Two wishes that agree in these are one.
SAME = ("product", "category", "country", "slot", "price", "percent")


@transaction.atomic
def want(row: ProductRequest, *, at: datetime, by: User) -> ProductRequest:
    """Save a wish, which the stores that can answer it read at once.

    Raises:
        NotPossible: it names nothing, proposes both a price and a percentage or what no store
            could answer with, or the same is asked for already.
    """
    if row.product is None and row.category is None and not row.country:
        raise NotPossible("Name a product, a category or a country.")
    if row.price is not None and row.percent is not None:
        raise NotPossible("Propose a price or a percentage, not both.")
    festival = lock_one(Festival.objects, row.festival_id)
    _refuse_unanswerable(row, festival, at=at)
    if festival.wanted.filter(**{name: getattr(row, name) for name in SAME}).exists():
        raise NotPossible("This is asked for already.")
    row.at, row.by = at, by
    row.save()
    log(row, "want", at=at, by=by, festival=row.festival, reason=row.note)
    return row


def _refuse_unanswerable(row: ProductRequest, festival: Festival, *, at: datetime) -> None:
    """Refuse a proposal that breaks the festival's own rules: every answer would be refused."""
    least = festival.min_percent_off
    if row.percent is not None and row.percent < least:
        raise NotPossible(f"This festival asks for at least {least} % off.")
    if row.price is None:
        return
    slots = [row.slot] if row.slot else list(festival.slots.select_related("festival"))
    limits = [ceiling(slot) for slot in slots]
    known = [limit for limit in limits if limit is not None]
    if None not in limits and row.price > max(known):
        raise NotPossible(f"A deal costs {amount(max(known))} at the most here.")
    if (regular := _regular(row.product, max(at, festival.starts_at))) is None:
        return
    if Fixed(row.price).is_undercut(regular):
        raise NotPossible(f"Its regular price is {amount(regular)}: a deal lies below that.")
    if row.price > (most := reduced(regular, least)):
        raise NotPossible(
            f"This festival asks for at least {least} % off. "
            f"Of {amount(regular)} that leaves {amount(most)} at the most."
        )


def _regular(product: Product | None, at: datetime) -> int | None:
    """Return the regular price of a product's dearest variant; None where there is none."""
    if product is None:
        return None
    known = timelines([product.pk]).get(product.pk, {})
    found = (regular_price(terms, at) for terms in known.values())
    return max((price for price in found if price is not None), default=None)


@transaction.atomic
def forget(row: ProductRequest, *, at: datetime, by: User) -> None:
    """Take a wish away; the nominations that answered it stay."""
    log(row, "forget", at=at, by=by, festival=row.festival, reason=row.note)
    row.delete()


def stores_with_units(festival: Festival, *, at: datetime) -> int:
    """Return how many stores that take part have units which no deal sets aside. One statement."""
    fences = Deal.objects.promising(at=at).filter(variant__pool=OuterRef("pool")).order_by()
    fence = fences.values("variant__pool").annotate(units=Sum(LEFT)).values("units")
    free = free_units("pool") - Coalesce(Subquery(fence), 0)
    stores = Enrolment.objects.filter(festival=festival, state=Enrolment.State.ACCEPTED)
    variants = Variant.objects.on_sale(at=at).filter(
        under("product", Product.PUBLIC), product__merchant__in=stores.values("merchant")
    )
    found = variants.annotate(free=free).filter(free__gte=F("units_per_item"))
    return found.aggregate(stores=Count("product__merchant", distinct=True))["stores"]
