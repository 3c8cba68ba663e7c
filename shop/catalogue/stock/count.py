"""Counts the units that are physically there, inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from shop.catalogue.stock.models import Pool, StockMove
from shop.catalogue.stock.units import lock
from shop.core.errors import NotPossible, StaleState
from shop.people.accounts.models import User

MOST = 1_000_000
"""Units of one pool: more is a slip of the finger."""

type Fence = Callable[[Collection[int]], Mapping[int, int]]
"""Gives the units that wait for deals, by pool id; it is called under the pools' locks."""


class TooFewCounted(NotPossible):
    """Fewer units were counted than are promised already; nothing is changed.

    Args:
        sold: units that are paid and have not left.
        held: units that wait for a payment that has begun.
        set_aside: units that wait for deals.
        on_hand: units that were known to be there.
    """

    def __init__(self, pool: Pool, set_aside: int) -> None:
        self.pool_id, self.on_hand = pool.pk, pool.on_hand
        self.sold, self.held, self.set_aside = pool.sold, pool.held, set_aside
        self.least = pool.sold + pool.held + set_aside
        super().__init__(
            _(
                "At least %(least)d must be there: %(sold)d are sold, %(held)d are being paid for "
                "and %(aside)d are set aside for deals."
            )
            % {
                "least": self.least,
                "sold": self.sold,
                "held": self.held,
                "aside": set_aside,
            }
        )


def count(
    counted: Mapping[int, int],
    *,
    fence: Fence,
    at: datetime,
    by: User | None,
    note: str = "",
    seen: Mapping[int, int] | None = None,
) -> list[int]:
    """Set the units on hand of pools to the counted ones; return the ids of those that changed.

    Sold units that have not left are still on the shelf and are counted too. The pools are
    locked first; the fence is read in the next statement, since it spans another table.

    Args:
        counted: units by pool id.
        seen: what was known to be there when the counting began, by pool id; None: not asked.

    Raises:
        TooFewCounted: units would be missing that were promised or set aside.
        StaleState: the units changed while they were counted; count again.
        NotPossible: the number cannot be.
    """
    if any(not 0 <= units <= MOST for units in counted.values()):
        raise NotPossible(_("Enter a number of units from 0 to %(most)d.") % {"most": MOST})
    pools = lock(counted)
    waiting = fence(list(counted))
    # A fence may stand above what is there: what is left of it is what is there.
    aside = {pool_id: min(waiting.get(pool_id, 0), pool.free) for pool_id, pool in pools.items()}
    moves = []
    for pool_id, pool in pools.items():
        if seen is not None and seen.get(pool_id, pool.on_hand) != pool.on_hand:
            raise StaleState
        units = counted[pool_id]
        if units < pool.on_hand and units < pool.sold + pool.held + aside[pool_id]:
            raise TooFewCounted(pool, aside[pool_id])
        if units != pool.on_hand:
            moves.append(
                StockMove(
                    pool_id=pool_id,
                    kind=StockMove.Kind.COUNT,
                    change=units - pool.on_hand,
                    at=at,
                    by=by,
                    note=note[:200],
                )
            )
            pool.on_hand = units
    Pool.objects.bulk_update(pools.values(), ["on_hand"])
    StockMove.objects.bulk_create(moves)
    return [move.pool_id for move in moves]
