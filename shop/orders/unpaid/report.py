"""Finds where much is held unpaid, or was let lapse lately: organizers are told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from shop.orders.unpaid.reads import LATELY
from shop.storefront.cache.catalogue_version import current_version

TIMES = 5
"""As many full orders of guests from one place are worth a look."""

STATEMENT = """
WITH lately AS (
  SELECT o.network_key, o.email_key,
    CASE WHEN o.state = 'paid' THEN -l.pool_units ELSE l.pool_units END AS units
  FROM shop_order o JOIN shop_orderline l ON l.order_id = o.id
  WHERE o.placed_at > %(since)s AND (o.state = 'paid'
    OR o.state = 'expired' AND o.ended_at - o.placed_at >= (o.pay_by - o.placed_at) / 2)
)
SELECT 'held', count(*), max(units) FROM (
  SELECT sum(l.pool_units) AS units
  FROM shop_order o JOIN shop_orderline l ON l.order_id = o.id
  WHERE o.state = 'pending' GROUP BY o.network_key HAVING sum(l.pool_units) >= %(much)s) found
UNION ALL
SELECT 'lapsed', count(*), max(units) FROM (
  SELECT sum(units) AS units FROM lately GROUP BY network_key HAVING sum(units) >= %(much)s
  UNION ALL
  SELECT sum(units) FROM lately GROUP BY email_key HAVING sum(units) >= %(much)s) found
"""


@dataclass(frozen=True, slots=True)
class Parked:
    """How many networks hold much unpaid, and the most of one; the same for lapsed units."""

    holding: int
    most_held: int
    lapsing: int
    most_lapsed: int


def parked(*, at: datetime) -> Parked:
    """Return where much is held, or lapsed within two hours and was not made up for. A statement.

    Much are five full orders of guests; what was paid from a place is taken off what lapsed there.
    """
    much = TIMES * current_version(at=at).limits.guest_units
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT, {"much": much, "since": at - LATELY})
        found = {kind: (count, int(most or 0)) for kind, count, most in cursor.fetchall()}
    return Parked(*found["held"], *found["lapsed"])


def said(found: Parked) -> dict[str, int]:
    """Return the sentences for organizers, each with the number of places it is true of."""
    names = {
        "networks whose unpaid orders hold many units": found.holding,
        "networks or addresses that let many units lapse unpaid": found.lapsing,
    }
    return {name: count for name, count in names.items() if count}
