"""The sales of one store in one festival, line by line, with who paid for each part.

The rule is that of the tallies: a line counts for the festival whose deal or list its product is
in; a benefit counts for the festival that gives it, wherever it is used. So a statement has goods,
and apart from them the benefits that went to delivery or to goods outside the festival. It holds
the orders and refunds that the tallies count, and its sums are the store's row of the report.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any, cast

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Prefetch, Q, QuerySet, Subquery, Sum

from shop.core.money import split
from shop.festivals.models import Festival
from shop.orders.models import Discount, OrderLine, RefundLine, RefundParcel, Suborder
from shop.people.merchants.models import Merchant
from shop.reports.models import CountedOrder, CountedRefund, FinalStatement

GOODS, DELIVERY, OUTSIDE = "goods", "delivery", "outside"
AMOUNTS = (
    "regular", "price", "paid", "by_merchant", "by_organizer", "by_funds", "commission",
    "refunded", "payout", "refunded_funded",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One line of an order, or a benefit apart from them; amounts in minor units.

    ``what`` is goods; or delivery, or goods outside the festival: there a benefit alone counts.
    ``regular`` and ``price`` are of one unit, all else of the line. ``by_merchant`` is what the
    store gave below the regular price; organizer and sponsors pay their parts to the store.
    ``refunded`` went back to the shopper, ``refunded_funded`` to organizer and sponsors.
    ``payout`` is what the store keeps: see ``net``.
    """

    number: str
    paid_at: datetime
    what: str
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
    refunded_funded: int = 0  # last, since statements that were frozen before have none

    @property
    def went_back(self) -> int:
        """Return the sum refunded to the shopper and to those who had added to the price."""
        return self.refunded + self.refunded_funded


def net(amounts: Mapping[str, int]) -> int:
    """Return the payout of a line to its store, by the amounts that stand beside it."""
    given = amounts["paid"] + amounts["by_organizer"] + amounts["by_funds"]
    return given - amounts["commission"] - amounts["refunded"] - amounts["refunded_funded"]


COLUMNS = tuple(field.name for field in fields(StatementLine))
SUMMED = ("units", "refunded_units", *AMOUNTS[2:])


@dataclass(frozen=True, slots=True)
class Statement:
    """Lines of a store in a festival, with their sums; ``is_final``: frozen at the closing."""

    lines: tuple[StatementLine, ...]
    is_final: bool = False

    @property
    def sums(self) -> dict[str, int]:
        """Return the sum of every column that can be added up."""
        found = {name: sum(getattr(line, name) for line in self.lines) for name in SUMMED}
        return found | {"went_back": found["refunded"] + found["refunded_funded"]}

    @property
    def parts(self) -> dict[str, Statement]:
        """Return goods, delivery and goods outside the festival apart, as far as there are any."""
        parts = {
            what: Statement(tuple(line for line in self.lines if line.what == what))
            for what in (GOODS, DELIVERY, OUTSIDE)
        }
        return {what: part for what, part in parts.items() if part.lines}

    def kept(self) -> list[list[Any]]:
        """Return it as JSON knows it; ``read_kept`` is the way back."""
        rows = [asdict(line) | {"paid_at": line.paid_at.isoformat()} for line in self.lines]
        return [[row[name] for name in COLUMNS] for row in rows]


def statement(festival: Festival, merchant: Merchant) -> Statement:
    """Return a store's statement: the frozen one of a closed festival, else that of this moment.

    Four statements of the database at the most.
    """
    if festival.state == Festival.State.CLOSED:
        kept = FinalStatement.objects.filter(report__festival=festival)
        for lines in kept.filter(merchant=merchant).values_list("lines", flat=True):
            return read_kept(lines)
        if kept.exists():
            return Statement((), is_final=True)
    return statements_of(festival, merchant=merchant).get(merchant.pk, Statement(()))


def statements_of(festival: Festival, *, merchant: Merchant | None = None) -> dict[int, Statement]:
    """Return the statements of this moment by store, or of one store; in the order of payment."""
    by_line, by_parcel = grouped(discounts_of(festival, merchant))
    found: dict[int, list[StatementLine]] = defaultdict(list)
    for row in goods_of(festival, merchant):
        found[row.suborder.merchant_id].append(goods_line(row, by_line.pop(row.pk, [])))
    for discounts in by_parcel.values():
        parcel = cast("Suborder", discounts[0].suborder)
        found[parcel.merchant_id].append(delivery_line(discounts))
    for discounts in by_line.values():
        line = cast("OrderLine", discounts[0].line)
        found[line.suborder.merchant_id].append(outside_line(discounts))
    return {key: Statement(tuple(lines)) for key, lines in found.items()}


def read_kept(rows: Iterable[list[Any]]) -> Statement:
    """Return the statement that was kept as JSON."""
    found = (dict(zip(COLUMNS, row, strict=False)) for row in rows)
    lines = (line | {"paid_at": datetime.fromisoformat(line["paid_at"])} for line in found)
    return Statement(tuple(StatementLine(**line) for line in lines), is_final=True)


def goods_of(festival: Festival, merchant: Merchant | None) -> QuerySet[OrderLine]:
    """Return the lines that count as sold in a festival, in the order of payment."""
    rows = OrderLine.objects.filter(
        festival=festival, order__in=CountedOrder.objects.values("order")
    )
    if merchant:
        rows = rows.filter(suborder__merchant=merchant)
    rows = rows.select_related("order", "suborder", "deal__slot").only(
        "title", "options", "sku", "quantity", "regular", "price", "reduced", "paid", "funded",
        "commission", "subsidy", "fund", "order__placed_at", "order__paid_at", "suborder__merchant",
        "deal__slot__label",
    )  # fmt: skip
    return rows.prefetch_related(Prefetch("refund_lines", _refunds())).order_by(
        "order__paid_at", "order", "position"
    )


def discounts_of(festival: Festival, merchant: Merchant | None) -> QuerySet[Discount]:
    """Return the discounts that benefits of the festival gave, in the order of payment."""
    rows = Discount.objects.filter(
        promotion__festival=festival, order__in=CountedOrder.objects.values("order")
    )
    if merchant:
        own = Q(suborder__merchant=merchant) | Q(line__suborder__merchant=merchant)
        # An index leads to the orders of a store, and from an order to its discounts.
        orders = Suborder.objects.filter(merchant=merchant).values("order")
        rows = rows.filter(own, order__in=orders)
    counted = CountedRefund.objects.values("refund")
    parcels = RefundParcel.objects.filter(suborder=OuterRef("suborder"), refund__in=counted)
    lines = _refunds().filter(line=OuterRef("line")).order_by("pk")
    rows = rows.select_related("order", "line__suborder", "suborder", "promotion").annotate(
        parcel_back=Subquery(parcels.values("suborder").annotate(sum=Sum("funded")).values("sum")),
        line_back=ArraySubquery(lines.values("funded")),
    )
    return rows.order_by("order__paid_at", "order", "pk")


def grouped(
    rows: Iterable[Discount],
) -> tuple[dict[int, list[Discount]], dict[int, list[Discount]]]:
    """Return discounts by line, and by parcel."""
    by_line: dict[int, list[Discount]] = defaultdict(list)
    by_parcel: dict[int, list[Discount]] = defaultdict(list)
    for row in rows:
        place = by_parcel if row.line_id is None else by_line
        place[cast("int", row.suborder_id or row.line_id)].append(row)
    return by_line, by_parcel


def _refunds() -> QuerySet[RefundLine]:
    return RefundLine.objects.filter(refund__in=CountedRefund.objects.values("refund"))


def goods_line(row: OrderLine, discounts: list[Discount]) -> StatementLine:
    """Return the statement's line of goods sold in the festival, with the benefits on them."""
    back = list(row.refund_lines.all())
    shares = _shares(discounts)
    shares["by_funds" if row.fund_id else "by_organizer"] += row.subsidy
    shares["by_merchant"] += max(0, row.below_regular - row.subsidy)
    given = shares["by_organizer"] + shares["by_funds"]
    # A benefit of another festival gave the rest: it stands in the statement of that one.
    own = (split(part.funded, [given, row.funded - given])[0] for part in back)
    amounts: dict[str, Any] = {
        "paid": row.paid,
        "commission": row.commission - sum(part.commission for part in back),
        "refunded": sum(part.paid for part in back),
        "refunded_funded": sum(own),
    }
    return StatementLine(
        number=row.order.number,
        paid_at=cast("datetime", row.order.paid_at),
        what=GOODS,
        slot=row.deal.slot.label if row.deal else "",
        units=row.quantity,
        refunded_units=sum(part.quantity for part in back),
        payout=net(amounts | shares),
        **_named(row),
        **amounts,
        **shares,
    )


def delivery_line(discounts: list[Discount]) -> StatementLine:
    """Return the line of benefits on the delivery of one parcel."""
    parcel, title = cast("Suborder", discounts[0].suborder), discounts[0].promotion.title
    price = dict.fromkeys(("regular", "price"), parcel.delivery_price)
    given = _given(discounts)
    back = split(discounts[0].parcel_back or 0, [parcel.delivery_funded - given, given])[1]
    return _apart(DELIVERY, discounts, back, product=title, options="", sku="", **price)


def outside_line(discounts: list[Discount]) -> StatementLine:
    """Return the line of benefits on goods that the festival does not count as sold."""
    line, given = cast("OrderLine", discounts[0].line), _given(discounts)
    parts = discounts[0].line_back
    back = sum(split(part, [line.funded - given, given])[1] for part in parts)
    return _apart(OUTSIDE, discounts, back, **_named(line))


def _apart(what: str, discounts: list[Discount], back: int, **named: Any) -> StatementLine:
    """Return the line of a benefit on delivery, or on goods that the festival does not count."""
    order = discounts[0].order
    amounts: dict[str, Any] = dict.fromkeys(("paid", "commission", "refunded"), 0) | {
        "refunded_funded": back
    }
    amounts |= _shares(discounts)
    at = cast("datetime", order.paid_at)
    return StatementLine(number=order.number, paid_at=at, what=what, slot="", units=0,
                         refunded_units=0, payout=net(amounts), **named, **amounts)  # fmt: skip


def _given(discounts: Iterable[Discount]) -> int:
    return sum(row.organizer_part for row in discounts)


def _named(line: OrderLine) -> dict[str, Any]:
    return {"product": line.title, "options": line.label, "sku": line.sku,
            "regular": line.regular, "price": line.price}  # fmt: skip


def _shares(discounts: Iterable[Discount]) -> dict[str, Any]:
    """Return who gave how much of benefits."""
    found = dict.fromkeys(("by_merchant", "by_organizer", "by_funds"), 0)
    for row in discounts:
        found["by_merchant"] += row.merchant_part
        found["by_organizer" if row.fund_id is None else "by_funds"] += row.organizer_part
    return found
