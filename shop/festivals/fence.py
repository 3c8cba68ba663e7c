"""The ring fence: units set aside for deals are not sold at the everyday price.

The rule spans two tables, so the pools are locked first and the fence is read and tested in
the NEXT statement. In one statement PostgreSQL would read the deals as they were before it
waited for the lock, and the fence would break under load.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import F, QuerySet, Sum

from shop.errors import FenceBroken
from shop.festivals.models import Deal
from shop.stock import holding


def set_aside(pool_ids: Collection[int], *, at: datetime) -> dict[int, int]:
    """Return the units of pools that wait for deals, by pool id; call it under their locks.

    Counts what is left of the allotments of all approved or paused deals on any variant of a
    pool, from approval until the deal ends: the fence goes by itself.
    """
    return dict(
        fencing_deals(at=at)
        .filter(variant__pool_id__in=pool_ids)
        .values("variant__pool_id")
        .annotate(
            units=Sum((F("allotment") - F("held") - F("sold")) * F("variant__units_per_item"))
        )
        .values_list("variant__pool_id", "units")
    )


def fencing_deals(*, at: datetime) -> QuerySet[Deal]:
    """Return the deals that set units aside at an instant, those to come included."""
    return Deal.objects.filter(
        state__in=(Deal.State.APPROVED, Deal.State.PAUSED),
        allotment__isnull=False,
        effective_to__gt=at,
    )


def check_room(pool_ids: Collection[int], *, at: datetime) -> None:
    """Make sure that what is set aside is there; call it after a fence was raised.

    The deal rows are written and locked already; the pools are locked here, in this order
    everywhere.

    Raises:
        FenceBroken: more would be set aside than is free; the caller's transaction rolls back.
    """
    pools = holding.lock(pool_ids)
    asked = set_aside(pool_ids, at=at)
    for pool_id, pool in pools.items():
        if asked.get(pool_id, 0) > pool.free:
            promised = pool.held + pool.sold
            raise FenceBroken(asked.get(pool_id, 0) + promised, pool.on_hand)
