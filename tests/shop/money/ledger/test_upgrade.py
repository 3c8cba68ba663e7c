"""What was booked before sponsors had an account of their own is split as it is booked now."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db.models import Sum

from shop.festivals.models import Fund
from shop.money.ledger.models import LedgerEntry
from shop.money.ledger.posting import refunds, sales
from shop.money.ledger.posting.entries import Entry, write_of
from shop.orders.refund import record
from tests import make
from tests.buying import pay
from tests.make import NOON

pytestmark = pytest.mark.django_db
upgrade = import_module("shop.migrations.0052_books_by_party")


def sums(order):
    rows = LedgerEntry.objects.filter(transaction__order=order).values_list("account")
    return dict(rows.annotate(sum=Sum("amount")).exclude(sum=0))


def sold(festival, fund):
    kettle = make.variant(25_00)
    make.deal(kettle, during=festival, price=20_00, subsidy=1_00, fund=fund, allotment=5)
    make.promotion(festival, group="save", value=6_00, organizer_share=100, fund=fund)
    order = make.order({kettle: 2})
    pay(order)
    order.refresh_from_db()
    return order


def book_as_before(order, monkeypatch):
    """Book a sale and the refund of one unit with all that is given under promotions."""

    def lumped(order, kind, entries, **facts):
        entries = [
            Entry("promotions", e.amount, e.merchant, e.suborder) if e.account == "funds" else e
            for e in entries
        ]
        return write_of(order, kind, entries, **facts)

    for module in (sales, refunds):
        monkeypatch.setattr(module, "write_of", lumped)
    book(order)
    monkeypatch.undo()


def book(order):
    sales.post_sale(order, at=NOON)
    back = record(order, {order.lines.get(): 1}, cause="wrong_price", at=NOON)
    refunds.post_refund(back, at=NOON)


def test_sales_and_refunds_of_before_are_split_as_those_of_now(monkeypatch):
    festival = make.festival()
    fund = Fund.objects.create(festival=festival, sponsor="Guild", amount=500_00)
    old, new = sold(festival, fund), sold(festival, fund)
    book_as_before(old, monkeypatch)
    assert "funds" not in sums(old)

    upgrade.split(apps, None)
    book(new)

    assert sums(old) == sums(new)
    assert sums(new)["funds"] > 0
