"""What a shopper gets back for units of a parcel, before anybody presses a button."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from shop.orders.after_sale.goodwill import counted
from shop.orders.models import OrderLine, RefundGoodwill, Suborder
from shop.orders.refund import delivery_left, gone
from shop.orders.shares import Share, share_of


@dataclass(frozen=True, slots=True)
class BackSum:
    """The parts of a sum that goes back; ``delivery`` is the parcel's part of it.

    Who pays it back may choose another part, from ``least`` to ``most``: all that is left of it
    where nothing of the parcel is kept.
    ``kept`` is goodwill that counts, since more than was paid would go back: rows below zero.
    """

    lines: Mapping[OrderLine, Share]
    delivery: int
    least: int = 0
    most: int = 0
    kept: Sequence[RefundGoodwill] = ()

    @property
    def had(self) -> int:
        """Return what of it the shopper had before, as goodwill."""
        return -sum(row.paid for row in self.kept)

    @property
    def total(self) -> int:
        """Return what the shopper gets, in minor units."""
        return sum(share.paid for share in self.lines.values()) + self.delivery - self.had

    def earned_of(self, part: Suborder) -> int:
        """Return what the store bears of it: its earnings from these units, and delivery."""
        goods = sum(row.paid + row.funded - row.commission for row in self.lines.values())
        again = sum(row.by_merchant for row in self.kept if row.suborder_id == part.pk)
        return goods + self.delivery + again


def sum_of(part: Suborder, units: Mapping[OrderLine, int], *, at_fault: set[int]) -> BackSum:
    """Return what goes back for units of a part's lines, with what of its delivery.

    With the last unit all that is left of the delivery goes back. Before that a share by value,
    rounded down, where the store is at fault.

    Args:
        at_fault: ids of the lines for which the store is.
    """
    back = _goods_of(part, units, at_fault=at_fault)
    return replace(back, kept=counted(part.order, back.total))


def _goods_of(part: Suborder, units: Mapping[OrderLine, int], *, at_fault: set[int]) -> BackSum:
    lines = list(part.lines.all())
    before = gone(lines)
    shares = {
        line: share_of(
            Share(line.quantity, line.paid, line.funded, line.commission),
            before.get(line.pk, Share()),
            count,
        )
        for line, count in units.items()
    }
    wanted = {line.pk: count for line, count in units.items()}
    left, _funded = delivery_left(part)
    is_last = all(
        before.get(line.pk, Share()).quantity + wanted.get(line.pk, 0) == line.quantity
        for line in lines
    )
    if is_last:
        return BackSum(shares, left, least=left, most=left)
    whole = sum(line.paid for line in lines)
    value = sum(line.paid * count // line.quantity for line, count in units.items()
                if line.pk in at_fault)  # fmt: skip
    share = part.delivery_paid * value // whole if whole else 0
    return BackSum(shares, min(share, left), most=left)
