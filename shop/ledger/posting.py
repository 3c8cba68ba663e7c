"""One function per business event; an unbalanced set of entries is refused.

Debits are positive. Cash +, what is owed to merchants -, commission -, and what the organizer
gives for promotions +, so that every set sums to zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from shop.ledger.models import LedgerEntry, LedgerTransaction
from shop.orders.models import Order, Suborder

Account = LedgerEntry.Account
Row = tuple[str, int | None, int]


def post_sale(order: Order, *, at: datetime) -> LedgerTransaction:
    """Book a paid order: who is owed what, and who pays for the discounts.

    The shopper's money is cash; organizer-funded parts are an expense that merchants are owed
    on top; delivery goes to the merchant whole; tax that the platform owes is kept apart.
    """
    rows: list[Row] = [(Account.CASH, None, order.total)]
    for suborder in order.suborders.prefetch_related("lines"):
        rows += _of_suborder(suborder)
    return _post(f"sale-{order.pk}", order, rows, at=at)


def post_unwanted(order: Order, amount: int, *, reference: str, at: datetime) -> LedgerTransaction:
    """Book money that came too late or twice: it is owed back."""
    rows = [(Account.CASH, None, amount), (Account.REFUNDS_DUE, None, -amount)]
    return _post(f"unwanted-{reference}", order, rows, at=at)


def post_sent_back(order: Order, amount: int, *, reference: str, at: datetime) -> LedgerTransaction:
    """Book that such money went back."""
    rows = [(Account.REFUNDS_DUE, None, amount), (Account.CASH, None, -amount)]
    return _post(f"sent-back-{reference}", order, rows, at=at)


def post_come_back(order: Order, amount: int, *, reference: str, at: datetime) -> LedgerTransaction:
    """Book that the shopper's bank returned money that went back: it is owed again."""
    rows = [(Account.CASH, None, amount), (Account.REFUNDS_DUE, None, -amount)]
    return _post(f"come-back-{reference}", order, rows, at=at)


def _of_suborder(suborder: Suborder) -> list[Row]:
    funded = sum(line.funded for line in suborder.lines.all()) + suborder.delivery_funded
    tax = _tax(suborder)
    payable = suborder.payout + suborder.delivery_paid + suborder.delivery_funded - tax
    return [
        (Account.PROMOTIONS, None, funded),
        (Account.PAYABLE, suborder.merchant_id, -payable),
        (Account.COMMISSION, suborder.merchant_id, -suborder.commission),
        (Account.TAX, suborder.merchant_id, -tax),
    ]


def _tax(suborder: Suborder) -> int:
    """Return the tax inside the lines that the platform owes: none but for platform sales."""
    if suborder.tax != Suborder.Tax.PLATFORM:
        return 0
    paid = sum(line.paid for line in suborder.lines.all())
    return paid - paid * 10_000 // (10_000 + suborder.vat_bp)


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
