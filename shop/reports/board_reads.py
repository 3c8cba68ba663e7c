"""The reads of the live board: one statement each, over counters and the newest rows alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Value

from shop.catalogue.stock.models import free_sql
from shop.festivals.deals.status import choice
from shop.festivals.models import Festival, Fund, Promotion
from shop.festivals.models.deals import in_time_sql, left_sql
from shop.reports.models import Check

MOST_NETWORKS = 8
KEY_SHOWN = 8  # letters of a hash that tell addresses apart and lead nowhere

TALLIES = """
SELECT t.kind, t.key, coalesce(m.name, s.label, ''), coalesce(m.country, ''),
  t.orders, t.units, t.paid, t.by_merchant, t.by_organizer, t.by_funds, t.refunded_units,
  t.refunded, t.new_shoppers
FROM shop_tally t
LEFT JOIN shop_merchant m ON m.id = CASE WHEN t.kind = 'merchant' THEN t.key::bigint END
LEFT JOIN shop_slot s ON s.id = CASE WHEN t.kind = 'slot' THEN nullif(t.key, '')::bigint END
WHERE t.festival_id = %(festival)s AND (
  t.kind IN ('total', 'country', 'slot', 'merchant', 'fund')
  OR (t.kind = 'minute' AND t.key >= %(since)s))
ORDER BY t.kind, t.paid DESC, t.key
"""
DEALS = f"""
SELECT s.id, s.label, s.kind, s.starts_at, s.ends_at, s.cancelled_at, d.id, p.title, m.name,
  d.state, d.allotment, d.held, d.sold, {left_sql("d")}, {in_time_sql("d")},
  greatest(0, {free_sql("pool")}) / v.units_per_item, array_to_string(v.options, ', '),
  v.session_start, v.session_zone
FROM shop_slot s
LEFT JOIN shop_deal d ON d.slot_id = s.id AND d.state IN ('approved', 'paused')
LEFT JOIN shop_variant v ON v.id = d.variant_id LEFT JOIN shop_pool pool ON pool.id = v.pool_id
LEFT JOIN shop_product p ON p.id = v.product_id LEFT JOIN shop_merchant m ON m.id = p.merchant_id
WHERE s.festival_id = %(festival)s ORDER BY s.starts_at, s.id, d.id
"""  # noqa: S608 (constants only)
# Few orders are pending at a time, and an index holds them alone.
PENDING = """
SELECT o.network_key, count(DISTINCT o.id), sum(l.quantity),
  sum(count(DISTINCT o.id)) OVER (), sum(sum(l.quantity)) OVER (), max(max(o.pay_by)) OVER (),
  sum(count(DISTINCT o.id) FILTER (WHERE o.pay_by <= %(at)s)) OVER ()
FROM shop_order o JOIN shop_orderline l ON l.order_id = o.id
WHERE o.state = 'pending' AND l.festival_id = %(festival)s
GROUP BY o.network_key ORDER BY 3 DESC, 1 LIMIT %(most)s
"""
CONVERSION = """
SELECT count(*), count(*) FILTER (WHERE o.state = 'paid') FROM shop_order o
WHERE o.placed_at >= %(since)s AND o.placed_at < %(until)s AND EXISTS (
  SELECT 1 FROM shop_orderline l WHERE l.order_id = o.id AND l.festival_id = %(festival)s)
"""
REFUSED = """
SELECT reason, count(*) FILTER (WHERE at >= %(hour)s), count(*)
FROM shop_refused WHERE at >= %(day)s AND at <= %(at)s GROUP BY reason ORDER BY 2 DESC, 3 DESC, 1
"""


@dataclass(frozen=True, slots=True)
class TallyRow:
    """A tally as it is shown, with the name of its country, slot or store."""

    kind: str
    key: str = ""
    name: str = ""
    country: str = ""
    orders: int = 0
    units: int = 0
    paid: int = 0
    by_merchant: int = 0
    by_organizer: int = 0
    by_funds: int = 0
    refunded_units: int = 0
    refunded: int = 0
    new_shoppers: int = 0


@dataclass(frozen=True, slots=True)
class BoardDeal:
    """A deal by its counters; ``choice`` says which variant, ``percent`` how much is claimed."""

    id: int
    title: str
    choice: str
    store: str
    slot: str
    allotment: int | None
    held: int
    sold: int
    left: int | None
    is_open: bool
    is_paused: bool
    room: int

    @property
    def name(self) -> str:
        """Return its name in a sentence: product and variant."""
        return f"{self.title}, {self.choice}" if self.choice else self.title

    @property
    def percent(self) -> int:
        """Return how much is claimed: held or sold."""
        return (self.held + self.sold) * 100 // self.allotment if self.allotment else 0


@dataclass(frozen=True, slots=True)
class Deals:
    """The deals of a festival, and its coming slots in which there are none."""

    rows: list[BoardDeal]
    empty: list[tuple[str, datetime]]


@dataclass(frozen=True, slots=True)
class MoneyBudget:
    """Money that a benefit or a sponsor may spend: how much is spent and held of it."""

    kind: str
    id: int
    name: str
    spent: int
    held: int
    limit: int | None

    @property
    def percent(self) -> int:
        """Return how much of it is gone or held."""
        return (self.spent + self.held) * 100 // self.limit if self.limit else 0


@dataclass(frozen=True, slots=True)
class ParkedNetwork:
    """The unpaid orders of one network address; the key is a part of a keyed hash."""

    key: str
    orders: int
    units: int


@dataclass(frozen=True, slots=True)
class Open:
    """The pending orders of a festival; ``overdue`` of them are past their time."""

    orders: int = 0
    units: int = 0
    last_pay_by: datetime | None = None
    overdue: int = 0
    networks: list[ParkedNetwork] = field(default_factory=list)


def tallies(festival: Festival, *, since: datetime) -> list[TallyRow]:
    """Return totals, and sales by country, slot, store, and minute since an instant."""
    key = since.strftime("%Y-%m-%dT%H:%M")
    return [TallyRow(*row) for row in _rows(TALLIES, festival=festival.pk, since=key)]


def deals(festival: Festival, *, at: datetime) -> Deals:
    """Return all deals that are approved or paused, and coming slots without any."""
    rows, empty = [], []
    for row in _rows(DEALS, festival=festival.pk, at=at):
        _slot, label, kind, starts, ends, cancelled, deal_id, *facts = row
        if deal_id is None:
            if kind == "flash" and ends > at and cancelled is None:
                empty.append((label, starts))
            continue
        title, store, state, allotment, held, sold, left, is_open, room, *which = facts
        rows.append(BoardDeal(deal_id, title, choice(*which), store, label, allotment, held, sold,
                            left, is_open, state == "paused", room))  # fmt: skip
    return Deals(rows, empty)


def budgets(festival: Festival, *, drawn: Mapping[int, int]) -> list[MoneyBudget]:
    """Return the budgets of benefits and sponsors, those that are nearest to their end first.

    Args:
        drawn: what discounts have taken from funds, by id.
    """
    benefits = Promotion.objects.filter(festival=festival).exclude(state=Promotion.State.DRAFT)
    own = benefits.order_by().values_list(
        Value("benefit"), "pk", "title", "spent", "held_amount", "budget"
    )
    funds = Fund.objects.filter(festival=festival).order_by()
    theirs = funds.values_list(Value("fund"), "pk", "sponsor", Value(0), Value(0), "amount")
    found = [MoneyBudget(*row) for row in own.union(theirs, all=True)]
    found = [replace(b, spent=drawn.get(b.id, 0)) if b.kind == "fund" else b for b in found]
    return sorted(found, key=lambda budget: (-budget.percent, budget.kind, budget.id))


def pending(festival: Festival, *, at: datetime) -> Open:
    """Return the units of unpaid orders, and the network addresses that hold most."""
    rows = _rows(PENDING, festival=festival.pk, at=at, most=MOST_NETWORKS)
    if not rows:
        return Open()
    networks = [ParkedNetwork(key[:KEY_SHOWN], orders, units) for key, orders, units, *_ in rows]
    orders, units, last, overdue = rows[0][3:]
    return Open(int(orders), int(units), last, int(overdue), networks)


def conversion(festival: Festival, *, since: datetime, until: datetime) -> tuple[int, int]:
    """Return how many orders were placed between two instants, and how many of them are paid."""
    return _rows(CONVERSION, festival=festival.pk, since=since, until=until)[0]


def refused(*, at: datetime) -> list[tuple[str, int, int]]:
    """Return why orders were not placed in the whole shop: reason, last hour, last day."""
    hour, day = at - timedelta(hours=1), at - timedelta(days=1)
    return _rows(REFUSED, hour=hour, day=day, at=at)


def checks() -> list[Check]:
    """Return the results of the last checks of the shop."""
    return list(Check.objects.all())


def _rows(statement: str, **asked: Any) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement, asked)
        return cursor.fetchall()
