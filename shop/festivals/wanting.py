"""Organizers say what they are looking for; stores answer with nominations.

The refusals are said to organizers, whose desk is in English.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Count, F, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce

from shop.accounts.models import User
from shop.catalogue.models import Product, Variant
from shop.errors import NotPossible
from shop.festivals.changes import log
from shop.festivals.fence import fencing_deals
from shop.festivals.models import Enrolment, Festival, Wanted


@transaction.atomic
def want(row: Wanted, *, at: datetime, by: User) -> Wanted:
    """Save a wish, which the stores that can answer it read at once.

    Raises:
        NotPossible: it names nothing, or proposes both a price and a percentage.
    """
    if row.product is None and row.category is None and not row.country:
        raise NotPossible("Name a product, a category or a country.")
    if row.price is not None and row.percent is not None:
        raise NotPossible("Propose a price or a percentage, not both.")
    row.at, row.by = at, by
    row.save()
    log(row, "want", at=at, by=by, festival=row.festival, reason=row.note)
    return row


@transaction.atomic
def forget(row: Wanted, *, at: datetime, by: User) -> None:
    """Take a wish away; what answered it stays."""
    log(row, "forget", at=at, by=by, festival=row.festival, reason=row.note)
    row.delete()


def stores_with_units(festival: Festival, *, at: datetime) -> int:
    """Return how many stores that take part have units which no deal sets aside. One statement."""
    left = (F("allotment") - F("held") - F("sold")) * F("variant__units_per_item")
    fences = fencing_deals(at=at).filter(variant__pool=OuterRef("pool")).order_by()
    fence = fences.values("variant__pool").annotate(units=Sum(left)).values("units")
    free = F("pool__on_hand") - F("pool__held") - F("pool__sold") - Coalesce(Subquery(fence), 0)
    stores = Enrolment.objects.filter(festival=festival, state=Enrolment.State.ACCEPTED)
    variants = Variant.objects.to_come(at=at).filter(
        product__merchant__in=stores.values("merchant"), product__state=Product.State.PUBLISHED
    )
    found = variants.annotate(free=free).filter(free__gte=F("units_per_item"))
    return found.aggregate(stores=Count("product__merchant", distinct=True))["stores"]
