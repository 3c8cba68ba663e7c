"""One function per business event; an unbalanced set of entries is refused.

Debits are positive. Cash +, what is owed to merchants -, commission -, and what the organizer
gives for promotions +, so that every set sums to zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from shop.ledger.models import LedgerEntry, LedgerTransaction
from shop.orders.models import Order, OrderLine, Refund, RefundLine, Suborder
from shop.orders.rows import read_rows
from shop.orders.taxes import tax_in

Account = LedgerEntry.Account
Row = tuple[str, int | None, int]


def post_sale(order: Order, *, at: datetime) -> LedgerTransaction:
    """Book a paid order: the debts to merchants, and the payers of the discounts.

    The shopper's money is cash; organizer-funded parts are an expense that merchants are owed
    on top; delivery goes to the merchant whole; tax that the platform owes is kept apart.
    """
    rows: list[Row] = [(Account.CASH, None, order.total)]
    read_rows(order)
    lines = sorted(order.lines.all(), key=lambda line: line.suborder.position)
    for suborder, own in groupby(lines, key=lambda line: line.suborder):
        rows += _of_suborder(suborder, list(own))
    return _post(f"sale-{order.pk}", order, rows, at=at)


def post_refund(refund: Refund, *, at: datetime) -> LedgerTransaction:
    """Book that a sale is undone in part: each party's share of it goes back.

    The shopper's money is owed until the provider has sent it.
    """
    rows: list[Row] = [(Account.REFUNDS_DUE, None, -refund.amount)]
    lines = refund.lines.select_related("line__suborder").order_by("line__suborder", "pk")
    for suborder, own in groupby(lines, key=lambda row: row.line.suborder):
        rows += _undone(suborder, list(own))
    for parcel in refund.parcels.select_related("suborder").order_by("pk"):
        rows += [
            (Account.PROMOTIONS, None, -parcel.funded),
            (Account.PAYABLE, parcel.suborder.merchant_id, parcel.paid + parcel.funded),
        ]
    return _post(f"refund-{refund.pk}", refund.order, rows, at=at)


def post_unwanted(order: Order, amount: int, *, reference: str, at: datetime) -> LedgerTransaction:
    """Book money that came too late or twice: it is owed back."""
    rows = [(Account.CASH, None, amount), (Account.REFUNDS_DUE, None, -amount)]
    return _post(f"unwanted-{reference}", order, rows, at=at)


def post_sent_back(order: Order, amount: int, *, reference: str, at: datetime) -> LedgerTransaction:
    """Book that such money went back."""
    rows = [(Account.REFUNDS_DUE, None, amount), (Account.CASH, None, -amount)]
    return _post(f"sent-back-{reference}", order, rows, at=at)


def post_paid_elsewhere(
    order: Order, amount: int, *, reference: str, at: datetime
) -> LedgerTransaction:
    """Book that money owed to a shopper was paid from the operator's own bank account."""
    rows = [(Account.REFUNDS_DUE, None, amount), (Account.BANK, None, -amount)]
    return _post(f"paid-elsewhere-{reference}", order, rows, at=at)


def post_come_back(order: Order, amount: int, *, reference: str, at: datetime) -> LedgerTransaction:
    """Book that the shopper's bank returned money that went back: it is owed again."""
    rows = [(Account.CASH, None, amount), (Account.REFUNDS_DUE, None, -amount)]
    return _post(f"come-back-{reference}", order, rows, at=at)


def _of_suborder(suborder: Suborder, lines: Sequence[OrderLine]) -> list[Row]:
    funded = sum(line.funded for line in lines) + suborder.delivery_funded
    tax = _tax_in(suborder, sum(line.paid for line in lines))
    payable = suborder.payout + suborder.delivery_paid + suborder.delivery_funded - tax
    return [
        (Account.PROMOTIONS, None, funded),
        (Account.PAYABLE, suborder.merchant_id, -payable),
        (Account.COMMISSION, suborder.merchant_id, -suborder.commission),
        (Account.TAX, suborder.merchant_id, -tax),
    ]


def _undone(suborder: Suborder, lines: Sequence[RefundLine]) -> list[Row]:
    paid, funded = sum(row.paid for row in lines), sum(row.funded for row in lines)
    commission = sum(row.commission for row in lines)
    sold = sum(line.paid for line in suborder.lines.all())
    back = RefundLine.objects.filter(line__suborder=suborder, refund__lte=lines[0].refund_id)
    left = sold - sum(back.values_list("paid", flat=True))
    # By what is left, so that the parts of several refunds add up to the tax of the sale.
    tax = _tax_in(suborder, left + paid) - _tax_in(suborder, left)
    return [
        (Account.PROMOTIONS, None, -funded),
        (Account.PAYABLE, suborder.merchant_id, paid + funded - commission - tax),
        (Account.COMMISSION, suborder.merchant_id, commission),
        (Account.TAX, suborder.merchant_id, tax),
    ]


def _tax_in(suborder: Suborder, paid: int) -> int:
    """Return the tax inside an amount that the platform owes: none but for platform sales."""
    if suborder.tax != Suborder.Tax.PLATFORM:
        return 0
    return tax_in(paid, suborder.vat_bp)


def _post(reference: str, order: Order, rows: Sequence[Row], *, at: datetime) -> LedgerTransaction:
    if sum(amount for _, _, amount in rows) != 0:
        raise ValueError(f"{reference} does not balance")
    posted = LedgerTransaction.objects.create(reference=reference, order=order, at=at)
    LedgerEntry.objects.bulk_create(
        LedgerEntry(
            transaction=posted,
            account=account,
            merchant_id=merchant_id,
            amount=amount,
            currency=order.currency,
        )
        for account, merchant_id, amount in rows
        if amount
    )
    return posted
