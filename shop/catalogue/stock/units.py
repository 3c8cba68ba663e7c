"""The only writer of a pool's counters. Everything runs inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TypedDict, Unpack

from django.db.models import Expression, F, Max, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from shop.catalogue.stock.models import Pool, StockMove
from shop.core.errors import Unavailable
from shop.core.locks import locked
from shop.core.statements.composed import IDS, AnyOf, composed
from shop.core.statements.prepared import ask, prepared_cursor
from shop.people.accounts.models import User

# One statement moves all rows; they are locked in id order before it.
HOLD = """
UPDATE shop_pool SET held = held + v.units
FROM unnest(%(ids)s::bigint[], %(units)s::int[], %(everyday)s::int[], %(fence)s::int[])
  AS v(id, units, everyday, fence)
WHERE shop_pool.id = v.id
  AND (v.units <= 0 OR on_hand - held - sold >= v.units)
  AND (v.everyday <= 0 OR on_hand - held - sold - v.units >= v.fence)
RETURNING shop_pool.id
"""
SETTLE = """
UPDATE shop_pool SET held = held - v.units, sold = sold + v.units
FROM unnest(%(ids)s::bigint[], %(units)s::int[]) AS v(id, units)
WHERE shop_pool.id = v.id
"""


class MoveFacts(TypedDict):
    """When, by whom and why units came or went."""

    at: datetime
    by: User | None
    note: str


def lock(pool_ids: Collection[int]) -> dict[int, Pool]:
    """Lock pools in id order and return them by id, as they are now.

    ``most_units`` tells how many units the largest item takes that is sold from a pool.
    """
    return {pool.pk: pool for pool in locked_pools(ids=list(pool_ids))}


@composed(ids=IDS)
def locked_pools(*, ids: Expression) -> QuerySet[Pool]:
    """Return pools, locked until the transaction ends."""
    sold_from = Pool.objects.filter(pk=OuterRef("pk")).order_by()
    most = sold_from.annotate(most=Max("variants__units_per_item")).values("most")
    rows = locked(Pool.objects.filter(AnyOf(F("pk"), ids)))
    return rows.annotate(most_units=Coalesce(Subquery(most), 1))


def hold(
    units: Mapping[int, int], *, everyday: Mapping[int, int], fence: Mapping[int, int]
) -> None:
    """Hold units of pools, or give held units back where the number is negative.

    Args:
        units: change of the held units, by pool id. The pools are locked.
        everyday: how many of them are not covered by a deal's allotment.
        fence: units set aside for deals, read under the locks after the deals moved.

    Raises:
        Unavailable: a pool has too few; nothing is held.
    """
    ids = sorted(pool_id for pool_id, change in units.items() if change or everyday.get(pool_id))
    if not ids:
        return
    rows = {
        "ids": ids,
        "units": [units[i] for i in ids],
        "everyday": [everyday.get(i, 0) for i in ids],
        "fence": [fence.get(i, 0) for i in ids],
    }
    moved = {row[0] for row in ask(HOLD, rows)}
    if refused := set(ids) - moved:
        raise Unavailable("pool", sorted(refused))


def settle(units: Mapping[int, int]) -> None:
    """Turn held units into sold ones. Locks the pools; a single one by the update itself."""
    ids = sorted(units)
    if len(ids) > 1:
        lock(ids)
    if ids:
        with prepared_cursor() as cursor:
            cursor.execute(SETTLE, {"ids": ids, "units": [units[i] for i in ids]})


def give_back(units: Mapping[int, int]) -> None:
    """Let sold units be sold again, since their money goes back. Locks the pools."""
    pools = lock(units)
    for pool_id, pool in pools.items():
        pool.sold -= units[pool_id]
    Pool.objects.bulk_update(pools.values(), ["sold"])


def ship(units: Mapping[int, int], **facts: Unpack[MoveFacts]) -> None:
    """Ship sold units: on hand and sold fall together."""
    _take_away(units, StockMove.Kind.SHIP, **facts)


def write_off(units: Mapping[int, int], **facts: Unpack[MoveFacts]) -> None:
    """Take sold units away that are not there to be sent, as ``ship`` does."""
    _take_away(units, StockMove.Kind.LOST, **facts)


def take_in(units: Mapping[int, int], **facts: Unpack[MoveFacts]) -> None:
    """Let units be sold again that a shopper sent back. Locks the pools."""
    pools = lock(units)
    for pool_id, pool in pools.items():
        pool.on_hand += units[pool_id]
    Pool.objects.bulk_update(pools.values(), ["on_hand"])
    _note(units, StockMove.Kind.RESTOCK, 1, **facts)


def _take_away(units: Mapping[int, int], kind: str, **facts: Unpack[MoveFacts]) -> None:
    pools = lock(units)
    for pool_id, pool in pools.items():
        pool.on_hand -= units[pool_id]
        pool.sold -= units[pool_id]
    Pool.objects.bulk_update(pools.values(), ["on_hand", "sold"])
    _note(units, kind, -1, **facts)


def _note(units: Mapping[int, int], kind: str, sign: int, **facts: Unpack[MoveFacts]) -> None:
    StockMove.objects.bulk_create(
        StockMove(pool_id=pk, kind=kind, change=sign * count, **facts)
        for pk, count in sorted(units.items())
    )
