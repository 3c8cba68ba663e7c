"""What links bring, by week: visits, carts and orders. Counted, and nobody is followed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db import connection
from django.db.models import Sum

from shop.storefront.share_links.models import ShareDay, ShareLink

WEEKS = 12
DAY = timedelta(days=1)
# An order counts for a store when something of that store is in it and was not called off.
ORDERS = """
SELECT l.id, (s.paid_at AT TIME ZONE 'UTC')::date, o.id
FROM shop_sharelink l
JOIN shop_order o ON o.came_from = l.code AND o.came_from <> ''
JOIN shop_suborder s ON s.order_id = o.id
  AND (l.merchant_id IS NULL OR s.merchant_id = l.merchant_id)
WHERE l.id = ANY(%(links)s) AND o.state = 'paid' AND s.state <> 'cancelled'
  AND s.paid_at >= %(since)s AND o.paid_at >= %(since)s
GROUP BY 1, 2, 3
"""


@dataclass(frozen=True, slots=True)
class LinkSums:
    """What came by one link, or in one week."""

    visits: int = 0
    carts: int = 0
    orders: int = 0

    def __add__(self, other: LinkSums) -> LinkSums:
        return LinkSums(
            self.visits + other.visits, self.carts + other.carts, self.orders + other.orders
        )


@dataclass(frozen=True, slots=True)
class Results:
    """What links brought: by link, by the Monday of each week, and in all."""

    by_link: dict[int, LinkSums]
    weeks: list[tuple[date, LinkSums]]
    total: LinkSums


def results_of(links: Iterable[ShareLink], *, at: datetime, weeks: int = WEEKS) -> Results:
    """Return what links brought in the last weeks, this one included. Two statements.

    Orders are those that were paid and not called off; what was returned later still counts.
    """
    ids = [link.pk for link in links]
    monday = _monday(at.date())
    first = monday - (weeks - 1) * 7 * DAY
    visits: Counter[tuple[int, date]] = Counter()
    carts: Counter[tuple[int, date]] = Counter()
    rows = ShareDay.objects.filter(link__in=ids, day__gte=first).order_by()
    for row in rows.values("link_id", "day").annotate(v=Sum("visits"), c=Sum("carts")):
        key = (row["link_id"], _monday(row["day"]))
        visits[key] += row["v"]
        carts[key] += row["c"]
    orders = _orders(ids, first)
    keys = visits.keys() | carts.keys() | orders.keys()
    found = {key: LinkSums(visits[key], carts[key], orders[key]) for key in keys}
    mondays = [first + number * 7 * DAY for number in range(weeks)]
    return Results(
        by_link={pk: _sum(found[key] for key in keys if key[0] == pk) for pk in ids},
        weeks=[(day, _sum(found[key] for key in keys if key[1] == day)) for day in mondays],
        total=_sum(found.values()),
    )


def _orders(ids: list[int], first: date) -> Counter[tuple[int, date]]:
    since = datetime(first.year, first.month, first.day, tzinfo=UTC)
    with connection.cursor() as cursor:
        cursor.execute(ORDERS, {"links": ids, "since": since})
        rows = cursor.fetchall()
    # One order has a parcel and a visit of the same store: it is one order all the same.
    earliest: dict[tuple[int, int], date] = {}
    for link, day, order in rows:
        key = (link, order)
        earliest[key] = min(day, earliest.get(key, day))
    found: Counter[tuple[int, date]] = Counter()
    for (link, _order), day in earliest.items():
        found[link, _monday(day)] += 1
    return found


def _sum(parts: Iterable[LinkSums]) -> LinkSums:
    return sum(parts, LinkSums())


def _monday(day: date) -> date:
    return day - day.weekday() * DAY
