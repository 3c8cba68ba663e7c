"""The amounts that paid orders took of a sponsor's money, by benefit, and for deals."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Sum

from shop.festivals.models import Fund
from shop.money.ledger.models import LedgerEntry, LedgerTransaction
from shop.orders.models import Discount, Order, OrderLine, RefundGoodwill

Kind = LedgerTransaction.Kind


@dataclass(frozen=True, slots=True)
class Drawdown:
    """Amounts in minor units. ``rows`` are title, orders and amount; ``back`` went back since."""

    rows: tuple[tuple[str, int, int], ...]
    total: int
    back: int


def drawdown(fund: Fund) -> Drawdown:
    """Add up the discounts, subsidies and goodwill that a fund pays for. Four statements."""
    discounts = Discount.objects.filter(fund=fund, order__state=Order.State.PAID)
    titled = discounts.values("promotion__title").annotate(
        uses=Count("order", distinct=True), given=Sum("organizer_part")
    )
    rows = [(r["promotion__title"], r["uses"], r["given"]) for r in titled.order_by("-given")]
    lines = OrderLine.objects.filter(fund=fund, order__state=Order.State.PAID, subsidy__gt=0)
    deals = lines.aggregate(uses=Count("order", distinct=True), given=Sum("subsidy", default=0))
    if deals["given"]:
        rows.append(("Subsidised deals", deals["uses"], deals["given"]))
    gifts = RefundGoodwill.objects.filter(fund=fund).aggregate(
        uses=Count("refund__order", distinct=True), given=Sum("by_fund", default=0)
    )
    if gifts["given"]:
        rows.append(("Goodwill", gifts["uses"], gifts["given"]))
    back = _gone_back(fund)
    return Drawdown(tuple(rows), sum(row[2] for row in rows), back)


def _gone_back(fund: Fund) -> int:
    """Return what refunds gave back to the fund, as the books have it."""
    rows = LedgerEntry.objects.filter(
        account=LedgerEntry.Account.FUNDS, fund=fund, transaction__kind=Kind.REFUND
    )
    return -(rows.aggregate(sum=Sum("amount"))["sum"] or 0)
