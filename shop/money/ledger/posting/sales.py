"""Books the money that comes in: sales, and money that nobody can keep, or not yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple, Unpack

from shop.core.money import Money
from shop.money.ledger.models import LedgerTransaction
from shop.money.ledger.posting.entries import (
    Account,
    Entry,
    EventOfMany,
    Kind,
    OfOrder,
    moved,
    write,
    write_many,
    write_of,
)
from shop.orders.models import Discount, Order, OrderLine, Suborder
from shop.orders.rows import read_rows
from shop.orders.taxes import tax_in


class ChargeFee(NamedTuple):
    """What the provider kept of the charge of an order, minor units of a currency."""

    order: Order
    fee: int
    currency: str
    reference: str
    happened_at: datetime | None = None


def post_sale(order: Order, *, at: datetime) -> LedgerTransaction | None:
    """Book a paid order: the debts to merchants, and the payers of the discounts.

    The shopper's money lies at the provider. What organizer and sponsors give is owed to merchants
    on top; delivery goes to the merchant whole; tax that the platform owes is kept apart.
    """
    entries = [Entry(Account.PROVIDER, order.total), *of_sale(order)]
    return write_of(order, Kind.SALE, entries, reference=str(order.pk), at=at)


def post_charge_fee(order: Order, fee: int, **facts: Unpack[OfOrder]) -> None:
    """Book what the provider kept of a charge for itself."""
    entries = moved(Account.FEES, Account.PROVIDER, fee)
    write_of(order, Kind.CHARGE_FEE, entries, **facts)


def post_charge_fees(fees: Iterable[ChargeFee], *, at: datetime) -> None:
    """Book what the provider kept of several charges, as ``post_charge_fee`` does of one."""
    events = [
        EventOfMany(one.order, one.reference, one.currency,
                    moved(Account.FEES, Account.PROVIDER, one.fee), one.happened_at)
        for one in fees
    ]  # fmt: skip
    write_many(Kind.CHARGE_FEE, events, at=at)


def post_unwanted(order: Order, amount: int, **facts: Unpack[OfOrder]) -> None:
    """Book money that came too late or twice: it is owed back."""
    entries = moved(Account.PROVIDER, Account.REFUNDS_DUE, amount)
    write_of(order, Kind.UNWANTED, entries, **facts)


def post_review(order: Order, came: Money, *, reference: str, at: datetime) -> None:
    """Book money of another amount, or currency, than was asked: a person decides what it is."""
    entries = moved(Account.PROVIDER, Account.SUSPENSE, came.amount)
    write(Kind.REVIEW, entries, reference=reference, currency=came.currency, at=at, order=order)


def post_review_accepted(order: Order, came: int, **facts: Unpack[OfOrder]) -> None:
    """Book such money as the sale: what is too much is owed back, what is missing is a loss."""
    missing = order.total - came
    difference = Account.LOSSES if missing > 0 else Account.REFUNDS_DUE
    entries = [Entry(Account.SUSPENSE, came), Entry(difference, missing), *of_sale(order)]
    write_of(order, Kind.REVIEW_ACCEPTED, entries, **facts)


def post_review_refused(order: Order, came: Money, *, reference: str, at: datetime) -> None:
    """Book that such money is sent back: it is owed to the shopper."""
    entries = moved(Account.SUSPENSE, Account.REFUNDS_DUE, came.amount)
    kind = Kind.REVIEW_REFUSED
    write(kind, entries, reference=reference, currency=came.currency, at=at, order=order)


def of_sale(order: Order) -> list[Entry]:
    """Return what each party gets of an order and gives for it; with its total it sums to zero."""
    read_rows(order)
    lines = sorted(order.lines.all(), key=lambda line: line.suborder.position)
    entries: list[Entry] = []
    for suborder, own in groupby(lines, key=lambda line: line.suborder):
        entries += _of_suborder(suborder, list(own), list(order.discounts.all()))
    return entries


def tax_owed(suborder: Suborder, paid: int) -> int:
    """Return the tax inside an amount that the platform owes: none but for platform sales."""
    if suborder.tax != Suborder.Tax.PLATFORM:
        return 0
    return tax_in(paid, suborder.vat_bp)


def by_fund(line: OrderLine, discounts: Sequence[Discount]) -> Counter[int]:
    """Return what each sponsor's fund gives for a line: for its deal, and for its benefits."""
    parts: Counter[int] = Counter()
    if line.fund_id:
        parts[line.fund_id] += line.subsidy
    for discount in discounts:
        if discount.line_id == line.pk and discount.fund_id:
            parts[discount.fund_id] += discount.organizer_part
    return parts


def delivery_by_fund(suborder: Suborder, discounts: Sequence[Discount]) -> Counter[int]:
    """Return what each sponsor's fund gives for the delivery of a parcel."""
    parts: Counter[int] = Counter()
    for discount in discounts:
        if discount.suborder_id == suborder.pk and discount.fund_id:
            parts[discount.fund_id] += discount.organizer_part
    return parts


def given(suborder: Suborder, total: int, parts: Counter[int], sign: int = 1) -> list[Entry]:
    """Return who gives what is funded: the sponsors their parts, the organizer the rest."""
    own = Entry(Account.PROMOTIONS, sign * (total - parts.total()), suborder=suborder.pk)
    return [own] + [
        Entry(Account.FUNDS, sign * amount, suborder=suborder.pk, fund=fund)
        for fund, amount in sorted(parts.items())
    ]


def _of_suborder(
    suborder: Suborder, lines: Sequence[OrderLine], discounts: Sequence[Discount]
) -> list[Entry]:
    funded = sum(line.funded for line in lines) + suborder.delivery_funded
    parts = delivery_by_fund(suborder, discounts)
    for line in lines:
        parts += by_fund(line, discounts)
    # Of goods and delivery together, as on papers.
    tax = tax_owed(suborder, sum(line.paid for line in lines) + suborder.delivery_paid)
    payable = suborder.payout + suborder.delivery_paid + suborder.delivery_funded - tax
    merchant, pk = suborder.merchant_id, suborder.pk
    return [
        *given(suborder, funded, parts),
        Entry(Account.PAYABLE, -payable, merchant, pk),
        Entry(Account.COMMISSION, -suborder.commission, merchant, pk),
        Entry(Account.TAX, -tax, merchant, pk),
    ]
