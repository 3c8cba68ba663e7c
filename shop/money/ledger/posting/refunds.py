"""Books refunds: whose money goes back, and where the money itself is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from typing import Unpack

from django.db.models import Sum

from shop.money.ledger.models import LedgerTransaction
from shop.money.ledger.posting.entries import Account, Entry, Kind, OfOrder, moved, write_of
from shop.money.ledger.posting.sales import by_fund, delivery_by_fund, given, tax_owed
from shop.orders.models import (
    Discount,
    Order,
    Refund,
    RefundGoodwill,
    RefundLine,
    RefundParcel,
    Suborder,
)


def post_refund(
    refund: Refund, *, at: datetime, against: str = Account.REFUNDS_DUE
) -> LedgerTransaction | None:
    """Book that a sale is undone in part: each party's share of it goes back.

    What is given beside it for goodwill is an event of its own, with who gives it.

    Args:
        against: where the shopper's money is: owed until the provider has sent it, or held by the
            bank in a dispute.
    """
    order = refund.order
    discounts = list(order.discounts.all())
    for gift in refund.goodwill.select_related("suborder__order").order_by("pk"):
        reference = f"{refund.pk}-{gift.suborder_id}"
        if gift.fund_id:
            reference += f"-{gift.fund_id}"
        post_goodwill(gift.suborder, _payers(gift), reference=reference, at=at)
    lines = refund.lines.select_related("line__suborder").order_by("line__suborder", "pk")
    parcels = refund.parcels.select_related("suborder").order_by("pk")
    back = sum(row.paid for row in lines) + sum(row.paid for row in parcels)
    entries = [Entry(against, -back)]
    for suborder, own in groupby(lines, key=lambda row: row.line.suborder):
        entries += _undone(suborder, list(own), discounts)
    for parcel in parcels:
        entries += _delivery_undone(parcel, discounts)
    return write_of(order, Kind.REFUND, entries, reference=str(refund.pk), at=at)


def post_goodwill(suborder: Suborder, payers: dict[str, int], **facts: Unpack[OfOrder]) -> None:
    """Book money for a shopper beside the goods, with who gives it, or has it again.

    Args:
        payers: minor units by ``merchant``, ``platform`` or the number of a fund; below zero
            what is kept of an earlier goodwill.
    """
    order = suborder.order
    entries = [Entry(Account.REFUNDS_DUE, -sum(payers.values()))]
    for payer, amount in payers.items():
        if amount:
            entries.append(_payer(payer, amount, suborder))
    write_of(order, Kind.GOODWILL, entries, **facts)


def post_refund_done(order: Order, amount: int, **facts: Unpack[OfOrder]) -> None:
    """Book that money owed to a shopper left the provider."""
    entries = moved(Account.REFUNDS_DUE, Account.PROVIDER, amount)
    write_of(order, Kind.REFUND_DONE, entries, **facts)


def post_refund_failed(order: Order, amount: int, **facts: Unpack[OfOrder]) -> None:
    """Book that the shopper's bank returned money that went back: it is owed again."""
    entries = moved(Account.PROVIDER, Account.REFUNDS_DUE, amount)
    write_of(order, Kind.REFUND_FAILED, entries, **facts)


def post_refund_elsewhere(order: Order, amount: int, **facts: Unpack[OfOrder]) -> None:
    """Book that money owed to a shopper was paid from the operator's own bank account."""
    entries = moved(Account.REFUNDS_DUE, Account.BANK, amount)
    write_of(order, Kind.REFUND_ELSEWHERE, entries, **facts)


def post_refund_never_came(order: Order, amount: int, **facts: Unpack[OfOrder]) -> None:
    """Book that a part of what goes back was never paid: the platform bears it no more."""
    facts["reference"] = f"never-came-{facts['reference']}"
    entries = moved(Account.REFUNDS_DUE, Account.LOSSES, amount)
    write_of(order, Kind.REFUND_MATCHED, entries, **facts)


def post_refund_found(order: Order, amount: int, **facts: Unpack[OfOrder]) -> None:
    """Book a refund that somebody made at the provider: nobody knows yet what it is for."""
    entries = moved(Account.SUSPENSE, Account.PROVIDER, amount)
    write_of(order, Kind.REFUND_FOUND, entries, **facts)


def post_refund_lost(order: Order, amount: int, matched: int, **facts: Unpack[OfOrder]) -> None:
    """Book that such a refund came back: what it was matched with is owed to the shopper again."""
    entries = [
        Entry(Account.PROVIDER, amount),
        Entry(Account.SUSPENSE, matched - amount),
        Entry(Account.REFUNDS_DUE, -matched),
    ]
    write_of(order, Kind.REFUND_FAILED, entries, **facts)


def post_refund_matched(order: Order, amount: int, **facts: Unpack[OfOrder]) -> None:
    """Book that such a refund is the one that is owed: the goods that it is for are known."""
    entries = moved(Account.REFUNDS_DUE, Account.SUSPENSE, amount)
    write_of(order, Kind.REFUND_MATCHED, entries, **facts)


def _undone(
    suborder: Suborder, rows: Sequence[RefundLine], discounts: Sequence[Discount]
) -> list[Entry]:
    paid, funded = sum(row.paid for row in rows), sum(row.funded for row in rows)
    commission = sum(row.commission for row in rows)
    parts: Counter[int] = Counter()
    for row in rows:
        parts += _sponsors_back(row, discounts)
    refund = rows[0].refund_id
    # By what is left, so that the parts of several refunds add up to the tax of the sale.
    left = _goods_left(suborder, refund) + _delivery_before(suborder, refund)
    tax = tax_owed(suborder, left + paid) - tax_owed(suborder, left)
    merchant, pk = suborder.merchant_id, suborder.pk
    return [
        *given(suborder, funded, parts, sign=-1),
        Entry(Account.PAYABLE, paid + funded - commission - tax, merchant, pk),
        Entry(Account.COMMISSION, commission, merchant, pk),
        Entry(Account.TAX, tax, merchant, pk),
    ]


def _sponsors_back(row: RefundLine, discounts: Sequence[Discount]) -> Counter[int]:
    """Return what of a line's funding goes back to each sponsor, by the cumulative floor."""
    line = row.line
    before = line.refund_lines.filter(refund__lt=row.refund_id).aggregate(sum=Sum("funded"))
    return _floors(by_fund(line, discounts), before["sum"] or 0, row.funded, line.funded)


def _delivery_undone(parcel: RefundParcel, discounts: Sequence[Discount]) -> list[Entry]:
    suborder = parcel.suborder
    rows = RefundParcel.objects.filter(suborder=suborder, refund__lt=parcel.refund_id)
    before = rows.aggregate(sum=Sum("funded"))["sum"] or 0
    funds = delivery_by_fund(suborder, discounts)
    parts = _floors(funds, before, parcel.funded, suborder.delivery_funded)
    # Behind the goods of the same refund.
    goods = _goods_left(suborder, parcel.refund_id)
    left = goods + _delivery_before(suborder, parcel.refund_id)
    tax = tax_owed(suborder, left) - tax_owed(suborder, left - parcel.paid)
    merchant, pk = suborder.merchant_id, suborder.pk
    return [
        *given(suborder, parcel.funded, parts, sign=-1),
        Entry(Account.PAYABLE, parcel.earned - tax, merchant, pk),
        Entry(Account.TAX, tax, merchant, pk),
    ]


def _goods_left(suborder: Suborder, refund_id: int) -> int:
    """Return what of a platform sale's goods is left after a refund; of others nobody asks."""
    if suborder.tax != Suborder.Tax.PLATFORM:
        return 0
    sold = sum(line.paid for line in suborder.lines.all())
    back = RefundLine.objects.filter(line__suborder=suborder, refund__lte=refund_id)
    return sold - sum(back.values_list("paid", flat=True))


def _delivery_before(suborder: Suborder, refund_id: int) -> int:
    """Return what of a platform sale's delivery is left before a refund."""
    if suborder.tax != Suborder.Tax.PLATFORM:
        return 0
    back = RefundParcel.objects.filter(suborder=suborder, refund__lt=refund_id)
    return suborder.delivery_paid - sum(back.values_list("paid", flat=True))


def _floors(parts: Counter[int], before: int, now: int, whole: int) -> Counter[int]:
    """Return the share of each part, as ``now`` of a whole goes back after what went before."""
    return Counter(
        {
            fund: amount * (before + now) // whole - amount * before // whole
            for fund, amount in parts.items()
            if amount
        }
    )


def _payers(gift: RefundGoodwill) -> dict[str, int]:
    return {
        "merchant": gift.by_merchant,
        "platform": gift.by_platform,
        str(gift.fund_id): gift.by_fund,
    }


def _payer(payer: str, amount: int, suborder: Suborder) -> Entry:
    if payer == "merchant":
        return Entry(Account.PAYABLE, amount, suborder.merchant_id, suborder.pk)
    if payer == "platform":
        return Entry(Account.LOSSES, amount, suborder=suborder.pk)
    return Entry(Account.FUNDS, amount, suborder=suborder.pk, fund=int(payer))
