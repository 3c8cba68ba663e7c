"""What a paper is about, in minor units: lines and delivery, and the tax inside them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.db.models import Prefetch, QuerySet, Sum

from shop.core.money import split
from shop.orders.models import OrderLine, Refund, RefundLine, RefundParcel, Suborder
from shop.orders.taxes import tax_in


@dataclass(frozen=True, slots=True)
class PaperLine:
    """Units of one line, or a delivery where there is no line; ``tax`` is inside ``paid``."""

    line: OrderLine | None
    quantity: int
    price: int
    less: int
    paid: int
    tax: int = 0


@dataclass(frozen=True, slots=True)
class TaxInside:
    """The tax inside the amounts of one rate: ``net`` and ``tax`` together are ``gross``."""

    vat_bp: int
    gross: int
    tax: int

    @property
    def net(self) -> int:
        """Return the amount without its tax."""
        return self.gross - self.tax


def with_lines(parts: QuerySet[Suborder]) -> QuerySet[Suborder]:
    """Read parts of orders with all that papers say of them."""
    lines = OrderLine.objects.annotate(less=Sum("discounts__amount", default=0))
    lines = lines.select_related("product").order_by("position")
    return parts.select_related("merchant", "order__contact").prefetch_related(
        Prefetch("lines", lines)
    )


def sold(part: Suborder) -> list[PaperLine]:
    """Return what an invoice lists: the lines of a part of an order, and its delivery."""
    found = [
        PaperLine(line, line.quantity, line.price, line.less + line.reduced, line.paid)
        for line in part.lines.all()
    ]
    if part.service:
        paid, price = part.delivery_paid, part.delivery_price
        found.append(PaperLine(None, 1, price, price - paid, paid))
    return with_tax(found, tax_in(sum(line.paid for line in found), part.vat_bp))


def credited(part: Suborder, refund: Refund) -> list[PaperLine]:
    """Return what a credit note lists: what of a part of an order goes back by a refund.

    Its tax follows from what is left after it, so that the credit notes of an invoice add up to
    the invoice's tax, whatever went back in how many pieces.
    """
    lines = {line.pk: line for line in part.lines.all()}
    rows = RefundLine.objects.filter(line__suborder=part)
    parcels = RefundParcel.objects.filter(suborder=part)
    found = [
        PaperLine(lines[row.line_id], row.quantity, lines[row.line_id].price, 0, row.paid)
        for row in rows.filter(refund=refund).order_by("pk")
    ]
    found += [PaperLine(None, 1, row.paid, 0, row.paid) for row in parcels.filter(refund=refund)]
    left = sum(line.paid for line in lines.values()) + part.delivery_paid
    left -= _sum(rows.filter(refund__lt=refund)) + _sum(parcels.filter(refund__lt=refund))
    after = left - sum(line.paid for line in found)
    return with_tax(found, tax_in(left, part.vat_bp) - tax_in(after, part.vat_bp))


def with_tax(lines: Sequence[PaperLine], tax: int) -> list[PaperLine]:
    """Return lines with the tax inside them divided over them."""
    parts = split(tax, [line.paid for line in lines])
    return [replace(line, tax=part) for line, part in zip(lines, parts, strict=True)]


def taxes(lines: Iterable[PaperLine], vat_bp: int) -> list[TaxInside]:
    """Return the tax inside lines by rate: a part of an order has one, or none."""
    if not vat_bp:
        return []
    lines = list(lines)
    gross, tax = sum(line.paid for line in lines), sum(line.tax for line in lines)
    return [TaxInside(vat_bp, gross, tax)]


def _sum(rows: QuerySet[RefundLine] | QuerySet[RefundParcel]) -> int:
    return rows.aggregate(sum=Sum("paid", default=0))["sum"]
