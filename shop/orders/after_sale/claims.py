"""Vouchers of a refunded order that come back to their shopper, or are given anew."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime

from shop.festivals.holds import counters
from shop.festivals.models import Claim
from shop.festivals.promotions.replace import give_equal, may_still_be_used
from shop.orders.models import (
    Discount,
    Order,
    OrderLine,
    Refund,
    RefundParcel,
    ReturnedClaim,
)
from shop.orders.shares import Share

# Not the shopper's doing: a voucher whose time is over is given anew.
OTHERS_FAULT = frozenset(
    {
        Refund.Cause.CANNOT_DELIVER,
        Refund.Cause.LOST,
        Refund.Cause.SESSION_CANCELLED,
        Refund.Cause.WRONG_PRICE,
    }
)


def return_claims(
    refund: Refund, after: Mapping[int, Share], parcels: Iterable[RefundParcel]
) -> None:
    """Give back the vouchers of an order of which everything that they were used for went back.

    Called under the order's lock, before its deals and pools: vouchers are locked first.

    Args:
        after: what went back of lines, this refund included, by the line's id.
        parcels: the deliveries that go back by this refund.
    """
    if refund.cause == Refund.Cause.DISPUTE:  # the bank took the money: nobody gave it back
        return
    rows = refund.order.discounts.filter(claim__isnull=False)
    by_claim: dict[int, list[Discount]] = defaultdict(list)
    for row in rows.select_related("claim__promotion__festival", "line", "suborder"):
        by_claim[row.claim_id or 0].append(row)
    if not by_claim:
        return
    gone = _deliveries_gone(refund.order, after, parcels)
    done = set(
        ReturnedClaim.objects.filter(refund__order=refund.order).values_list("claim", flat=True)
    )
    over = {
        pk: uses
        for pk, uses in by_claim.items()
        if pk not in done and all(_is_undone(use, after, gone) for use in uses)
    }
    for pk in sorted(over):
        _return_one(refund, over[pk], at=refund.at)


def _return_one(refund: Refund, uses: Collection[Discount], *, at: datetime) -> None:
    claim, amount = _claim(uses), sum(use.amount for use in uses)
    mailbox = refund.order.mailbox_id
    if may_still_be_used(claim.promotion, at=at):
        counters.take_back_use(claim, amount, shopper_id=mailbox)
        ReturnedClaim.objects.create(refund=refund, claim=claim, amount=amount)
    elif refund.cause in OTHERS_FAULT and (equal := give_equal(claim, amount, at=at)):
        ReturnedClaim.objects.create(refund=refund, claim=claim, instead=equal, amount=amount)


def _claim(uses: Collection[Discount]) -> Claim:
    claim = next(iter(uses)).claim
    assert claim is not None  # noqa: S101 - only rows with one were read
    return claim


def _is_undone(use: Discount, after: Mapping[int, Share], gone: Collection[int]) -> bool:
    if use.line is None:
        return use.suborder_id in gone
    return _is_whole(use.line, after.get(use.line.pk, Share()))


def _is_whole(line: OrderLine, back: Share) -> bool:
    return back.quantity == line.quantity or (bool(line.paid) and back.paid == line.paid)


def _deliveries_gone(
    order: Order, after: Mapping[int, Share], parcels: Iterable[RefundParcel]
) -> set[int]:
    """Return the parts whose delivery has gone back whole, or all of their units, by their ids.

    A delivery that was free goes back with the last unit: there is no row of it.
    """
    back: Counter[int] = Counter({row.suborder_id: row.paid for row in parcels})
    for row in RefundParcel.objects.filter(suborder__order=order):
        back[row.suborder_id] += row.paid
    kept = {line.suborder_id for line in order.lines.all()
            if after.get(line.pk, Share()).quantity < line.quantity}  # fmt: skip
    return {
        part.pk
        for part in order.suborders.all()
        if part.pk not in kept or 0 < part.delivery_paid == back[part.pk]
    }
