"""The ring fence: units set aside for deals are not sold at the everyday price.

The rule spans two tables, so the pools are locked first and the fence is read and tested in
the NEXT statement. In one statement PostgreSQL would read the deals as they were before it
waited for the lock, and the fence would break under load.

While the regular price is not above a running deal, the deal gives nothing, and its fence would
only keep units from everybody. It is open then: they are sold at the regular price. What was
promised to deals stays promised, so no other deal gets these units either.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import BooleanField, Expression, F, Func, QuerySet, Sum
from django.db.models.sql.compiler import SQLCompiler

from shop.catalogue.stock.units import lock
from shop.core.errors import FenceBroken
from shop.core.statements.composed import IDS, MOMENT, AnyOf, composed
from shop.festivals.models import Deal
from shop.festivals.models.deals import promising_sql
from shop.festivals.pricing.kinds import undercut_sql


def undercut_now_sql(*, variant: str, kind: str, value: str, at: str) -> str:
    """Return whether the regular price in force undercuts a deal, from the SQL of its columns."""
    is_under = undercut_sql(kind=kind, value=value, regular="now.amount")
    return f"""coalesce((SELECT {is_under}
    FROM shop_regularprice now WHERE now.variant_id = {variant} AND now.starts_at <= {at}
    ORDER BY now.starts_at DESC, now.id DESC LIMIT 1), false)"""  # noqa: S608 (constants only)


# Deals ``a`` whose units wait for them at %(at)s, as ``fencing_deals`` returns them: for the
# statements that pages and mails write out.
_UNDER = undercut_now_sql(variant="a.variant_id", kind="a.kind", value="a.value", at="%(at)s")
KEPT = f"{promising_sql('a')} AND NOT (a.effective_from <= %(at)s AND {_UNDER})"
LEFT = Deal.LEFT * F("variant__units_per_item")


class UndercutNow(Func):
    """Tells whether the regular price in force undercuts a deal."""

    output_field = BooleanField()

    def __init__(self, at: datetime | Expression) -> None:
        super().__init__("variant_id", "kind", "value", at)

    def as_sql(self, compiler: SQLCompiler, connection: Any, *_: Any, **__: Any) -> tuple[str, Any]:
        """Return ``undercut_now_sql`` over the columns of the deal."""
        columns = [compiler.compile(each) for each in self.source_expressions]
        variant, kind, value, at = (sql for sql, _params in columns)
        told = undercut_now_sql(variant=variant, kind=kind, value=value, at=at)
        return told, columns[-1][1]


def set_aside(pool_ids: Collection[int], *, at: datetime) -> dict[int, int]:
    """Return the units of pools that wait for deals, by pool id; call it under their locks.

    Counts what is left of the allotments of all approved or paused deals on any variant of a
    pool, from approval until the deal ends: the fence goes by itself. A deal that the regular
    price undercuts does not count meanwhile.
    """
    return dict(kept_units(False, pools=list(pool_ids), at=at))


def promised(pool_ids: Collection[int], *, at: datetime) -> dict[int, int]:
    """Return the units of pools that deals may still give, by pool id, undercut or not.

    Who sets units aside asks this: a regular price may rise again, and all fences stand then.
    """
    return dict(kept_units(True, pools=list(pool_ids), at=at))


def fencing_deals(*, at: datetime | Expression) -> QuerySet[Deal]:
    """Return the deals that set units aside at an instant, those to come included."""
    deals = Deal.objects.promising(at=at).alias(is_undercut=UndercutNow(at))
    return deals.exclude(effective_from__lte=at, is_undercut=True)


def check_room(pool_ids: Collection[int], *, at: datetime) -> None:
    """Make sure that the units set aside are there; call it after a fence was raised.

    The deal rows are written and locked already; the pools are locked here, in this order
    everywhere.

    Raises:
        FenceBroken: more would be set aside than is free; the caller's transaction rolls back.
    """
    pools = lock(pool_ids)
    asked = promised(pool_ids, at=at)
    for pool_id, pool in pools.items():
        if asked.get(pool_id, 0) > pool.free:
            taken = pool.held + pool.sold
            raise FenceBroken(asked.get(pool_id, 0) + taken, pool.on_hand)


@composed(pools=IDS, at=MOMENT)
def kept_units(is_any: bool, *, pools: Expression, at: Expression) -> QuerySet[Any, Any]:
    """Return the units that deals keep, by pool: of all that may give units, or of those fenced."""
    deals = Deal.objects.promising(at=at) if is_any else fencing_deals(at=at)
    own = deals.filter(AnyOf(F("variant__pool_id"), pools)).values("variant__pool_id")
    return own.annotate(units=Sum(LEFT)).values_list("variant__pool_id", "units")
