"""What one store sold in one festival, line by line, with who paid for what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime

from shop.festivals.models import Festival
from shop.merchants.models import Merchant
from shop.orders.models import Order, OrderLine

AMOUNTS = (
    "regular", "price", "paid", "by_merchant", "by_organizer", "by_funds", "commission",
    "refunded", "payout",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One line of an order; amounts in minor units.

    ``regular`` and ``price`` are of one unit, all else of the line. ``by_merchant`` is what the
    store gave below the regular price; organizer and sponsors pay their parts to the store.
    ``payout`` is what the store keeps of its goods after commission and refunds.
    """

    number: str
    paid_at: datetime
    product: str
    options: str
    sku: str
    slot: str
    units: int
    regular: int
    price: int
    paid: int
    by_merchant: int
    by_organizer: int
    by_funds: int
    commission: int
    refunded_units: int
    refunded: int
    payout: int


@dataclass(frozen=True, slots=True)
class Statement:
    """All lines of a store in a festival, with their sums."""

    lines: tuple[StatementLine, ...]

    @property
    def sums(self) -> dict[str, int]:
        """Return the sum of every column that can be added up."""
        names = ("units", "refunded_units", *AMOUNTS[2:])
        return {name: sum(getattr(line, name) for line in self.lines) for name in names}


COLUMNS = tuple(field.name for field in fields(StatementLine))


def statement(festival: Festival, merchant: Merchant) -> Statement:
    """Return a store's statement, in the order of payment. Three statements of the database."""
    rows = OrderLine.objects.filter(
        festival=festival, suborder__merchant=merchant, order__state=Order.State.PAID
    )
    rows = rows.select_related("order", "deal__slot").order_by(
        "order__paid_at", "order", "position"
    )
    return Statement(
        tuple(_line(row) for row in rows.prefetch_related("discounts", "refund_lines"))
    )


def _line(row: OrderLine) -> StatementLine:
    discounts, back = list(row.discounts.all()), list(row.refund_lines.all())
    by_funds = _given(discounts, is_fund=True) + (row.subsidy if row.fund_id else 0)
    by_organizer = _given(discounts, is_fund=False) + (0 if row.fund_id else row.subsidy)
    below = max(0, (row.regular - row.price) * row.quantity - row.subsidy)
    returned = sum(part.paid + part.funded - part.commission for part in back)
    return StatementLine(
        number=row.order.number,
        paid_at=row.order.paid_at,
        product=row.title,
        options=row.label,
        sku=row.sku,
        slot=row.deal.slot.label if row.deal else "",
        units=row.quantity,
        regular=row.regular,
        price=row.price,
        paid=row.paid,
        by_merchant=below + sum(part.merchant_part for part in discounts),
        by_organizer=by_organizer,
        by_funds=by_funds,
        commission=row.commission - sum(part.commission for part in back),
        refunded_units=sum(part.quantity for part in back),
        refunded=sum(part.paid for part in back),
        payout=row.paid + row.funded - row.commission - returned,
    )


def _given(discounts: Iterable, *, is_fund: bool) -> int:
    return sum(part.organizer_part for part in discounts if (part.fund_id is not None) == is_fund)
