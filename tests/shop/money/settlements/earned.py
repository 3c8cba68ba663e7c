"""Stores that have earned something, and organizers who pay them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Sum

from shop.money.settlements.make import approve, draft
from shop.money.settlements.methods import add_method, confirm_method
from shop.money.settlements.models import PayoutMethod, Settlement
from shop.orders.after_sale.arrive import arrived
from shop.orders.models import Order
from shop.people.merchants.models import Merchant
from tests import make
from tests.make import NOON
from tests.paying import set_clocks
from tests.shop.money.returns.sold import paid, sent

DAY = timedelta(days=1)
RELEASED = NOON + 17 * DAY
MONDAY = datetime(2027, 5, 31, tzinfo=NOON.tzinfo)
ACCOUNT = {
    "holder": "Iveti Hills Market Ltd", "country": "KE", "account": "0110092774471",
    "bank": "Equity Bank", "bic": "EQBLKENA",
}  # fmt: skip


def account(merchant: Merchant, *, at: datetime = NOON - 9 * DAY, rail: str = "bank",
            **facts: str) -> PayoutMethod:  # fmt: skip
    """Return an account of a store that can be used."""
    made = add_method(merchant, ACCOUNT | facts, rail=rail, at=at, by=make.member(merchant))
    return confirm_method(made.pk, at=at, by=make.user(), reason="Letter of the bank")


def store(**facts: Any) -> Merchant:
    """Return a store with an account and a commission of a tenth."""
    made = make.merchant(commission_bp=1_000, **facts)
    account(made)
    return made


def earned(sandbox: Any, merchant: Merchant, units: int = 5, *, price: int = 20_00,
           at: datetime = NOON) -> Order:  # fmt: skip
    """Sell, send and deliver units of a store on day 3; they are released on day 17."""
    set_clocks(sandbox, at)
    kettle = make.variant(price, of=make.product(of=merchant), on_hand=99)
    order = paid(sandbox, {kettle: units}, at=at)
    part = sent(order, at=at)
    arrived(part.pk, "carrier", at=at + 3 * DAY)
    return order


def settled(merchant: Merchant, *, cut_off: datetime = MONDAY) -> Settlement:
    """Return the final settlement of a store."""
    made = draft(merchant.pk, cut_off=cut_off, at=cut_off)
    assert made is not None
    return approve(made.pk, seen=made.total, at=cut_off, by=make.user())


def claimed_sum(row: Settlement) -> int:
    """Return what the entries of a settlement come to: the total, or zero where it is carried."""
    return row.claimed.aggregate(sum=Sum("amount"))["sum"] or 0
