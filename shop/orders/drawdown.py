"""The amounts that paid orders took of a sponsor's money, by benefit, and for deals."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, F, QuerySet, Sum

from shop.festivals.models import Fund
from shop.orders.models import Discount, Order, OrderLine


@dataclass(frozen=True, slots=True)
class Drawdown:
    """Amounts in minor units. ``rows`` are title, orders and amount; ``back`` went back since."""

    rows: tuple[tuple[str, int, int], ...]
    total: int
    back: int


def drawdown(fund: Fund) -> Drawdown:
    """Add up the discounts and subsidies of paid orders that a fund pays for. Three statements.

    What went back counts by units, as refunds do.
    """
    discounts = Discount.objects.filter(fund=fund, order__state=Order.State.PAID)
    titled = discounts.values("promotion__title").annotate(
        uses=Count("order", distinct=True), given=Sum("organizer_part")
    )
    rows = [(r["promotion__title"], r["uses"], r["given"]) for r in titled.order_by("-given")]
    lines = OrderLine.objects.filter(fund=fund, order__state=Order.State.PAID, subsidy__gt=0)
    deals = lines.aggregate(uses=Count("order", distinct=True), given=Sum("subsidy", default=0))
    if deals["given"]:
        rows.append(("Subsidised deals", deals["uses"], deals["given"]))
    back = _gone_back(discounts, lines)
    return Drawdown(tuple(rows), sum(row[2] for row in rows), back)


def _gone_back(discounts: QuerySet[Discount], lines: QuerySet[OrderLine]) -> int:
    """Return the parts that went back with units, rounded down over each line."""
    units = Sum("line__refund_lines__quantity")
    given = (
        discounts.filter(line__refund_lines__isnull=False)
        .values_list("pk")
        .annotate(back=F("organizer_part") * units / F("line__quantity"))
    )
    parcels = discounts.filter(suborder__refund_parcel__isnull=False)
    delivery = parcels.aggregate(back=Sum("organizer_part", default=0))["back"]
    subsidies = (
        lines.filter(refund_lines__isnull=False)
        .values_list("pk")
        .annotate(back=F("subsidy") * Sum("refund_lines__quantity") / F("quantity"))
    )
    return delivery + sum(back for _pk, back in (*given, *subsidies))
