"""Reads in one statement the units that a network and a person hold unpaid or let lapse.

Read it after the wait for others of the network: what they placed meanwhile is seen then.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from shop.catalogue.stock.models import free_sql
from shop.core.statements.prepared import ask
from shop.festivals.deals.reserved_stock import KEPT
from shop.festivals.models.deals import left_sql

# An order that nobody can pay any more is ended within a minute or so; one that is still there
# after this waits for a bank or a person, which is nobody's attack.
PATIENCE = timedelta(minutes=5)
LATELY = timedelta(hours=2)
MOST_READ = 1_000  # of a network's orders of the last hours, the newest first
DEAL, POOL = "deal", "pool"
type Key = tuple[str, int]

# What is free of a pool is what is neither promised nor set aside: see ``reserved_stock``.
STATEMENT = f"""
WITH own AS (
  SELECT id, state, placed_at, pay_by, ended_at FROM shop_order
  WHERE email_key = %(email)s AND placed_at > %(since)s
  UNION
  SELECT id, state, placed_at, pay_by, ended_at FROM shop_order
  WHERE shopper_key = %(shopper)s AND placed_at > %(since)s
), near AS (
  SELECT state, placed_at, pay_by, ended_at FROM shop_order
  WHERE network_key = %(network)s AND placed_at > %(since)s
  ORDER BY placed_at DESC LIMIT {MOST_READ}
), held AS (
  SELECT l.pool_id, l.deal_id, l.is_set_aside, l.quantity, l.pool_units, o.pay_by
  FROM shop_order o JOIN shop_orderline l ON l.order_id = o.id
  WHERE o.state = 'pending' AND o.network_key = %(network)s AND o.pay_by > %(late)s
    AND o.has_verified_email = %(verified)s AND o.id IS DISTINCT FROM %(replaced)s
)
SELECT 'email', 0, 0, count(*), min(pay_by) FROM shop_order
WHERE state = 'pending' AND email_key = %(email)s AND pay_by > %(late)s
  AND id IS DISTINCT FROM %(replaced)s
UNION ALL
SELECT 'own', 0, 0, count(*) FILTER (WHERE (state = 'expired' OR id = %(replaced)s)
    AND coalesce(ended_at, %(at)s) - placed_at >= (pay_by - placed_at) / 2)
  - count(*) FILTER (WHERE state = 'paid'), NULL FROM own
UNION ALL
SELECT 'near', 0, 0, count(*) FILTER (WHERE state = 'expired'
    AND ended_at - placed_at >= (pay_by - placed_at) / 2)
  - count(*) FILTER (WHERE state = 'paid'), NULL FROM near
UNION ALL
SELECT 'network', 0, 0, coalesce(sum(pool_units), 0), min(pay_by) FROM held
UNION ALL
SELECT 'deal', d.id, {left_sql("d")}, coalesce(sum(h.quantity), 0), min(h.pay_by)
FROM shop_deal d LEFT JOIN held h ON h.deal_id = d.id AND h.is_set_aside
WHERE d.id = ANY(%(deals)s) GROUP BY d.id
UNION ALL
SELECT 'pool', p.id, {free_sql("p")} - coalesce((
    SELECT sum(({left_sql("a")}) * v.units_per_item)
    FROM shop_deal a JOIN shop_variant v ON v.id = a.variant_id
    WHERE v.pool_id = p.id AND {KEPT}
  ), 0), coalesce(sum(h.pool_units), 0), min(h.pay_by)
FROM shop_pool p LEFT JOIN held h ON h.pool_id = p.id AND NOT h.is_set_aside
WHERE p.id = ANY(%(pools)s) GROUP BY p.id
"""  # noqa: S608 (constants only)


@dataclass(frozen=True, slots=True)
class OrderSource:
    """Where an order comes from, by the keys that are kept of it; ``replaces`` is its id."""

    shopper_key: str
    email_key: str
    network_key: str
    has_verified_email: bool
    replaces: int | None


@dataclass(frozen=True, slots=True)
class Count:
    """How many there are, and the moment at which the first of them must be paid."""

    number: int
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Scarce:
    """The free units of a deal or of everyday stock, and those that others of the network hold."""

    free: int
    others: int = 0
    until: datetime | None = None

    def room(self, share: int, each: int) -> int:
        """Return the units that one more order may hold: one item at least before others came."""
        return max((self.free + self.others) * share // 100, each) - self.others


@dataclass(frozen=True, slots=True)
class Seen:
    """The unpaid orders of the e-mail address and of the network, and those that lapsed lately.

    ``own_lapsed`` and ``near_lapsed`` are how many more orders lapsed than were paid: of the
    person, and of the network.
    """

    email: Count
    network: Count
    scarce: dict[Key, Scarce]
    own_lapsed: int
    near_lapsed: int


def look(place: OrderSource, keys: Collection[Key], *, at: datetime) -> Seen:
    """Return the free units now, and those that others of the place hold. One statement."""
    asked = {
        "shopper": place.shopper_key,
        "email": place.email_key,
        "network": place.network_key,
        "verified": place.has_verified_email,
        "replaced": place.replaces,
        "deals": [pk for kind, pk in keys if kind == DEAL],
        "pools": [pk for kind, pk in keys if kind == POOL],
        "since": at - LATELY,
        "late": at - PATIENCE,
        "at": at,
    }
    rows = ask(STATEMENT, asked)
    said = {row[0]: Count(int(row[3]), row[4]) for row in rows}
    scarce = {(row[0], row[1]): Scarce(int(row[2]), int(row[3]), row[4]) for row in rows if row[1]}
    own, near = said["own"].number, said["near"].number
    return Seen(said["email"], said["network"], scarce, own, near)
