"""Each of the 52 events in the table of docs/reference/books.md is booked as it says."""

from collections import Counter

import pytest

from shop.core.money import Money
from shop.festivals.models import Fund
from shop.money.ledger.models import LedgerEntry
from shop.money.ledger.posting import disputes, moves, refunds, sales
from shop.orders.models import OrderLine, Refund, RefundLine, RefundParcel, Suborder
from shop.orders.refund import record
from tests import make
from tests.buying import pay
from tests.docs.pages import minor, money, tables
from tests.make import NOON

pytestmark = pytest.mark.django_db
ROWS = tables("reference/books.md")["postings"]


class World:
    """The sale that the page works through."""

    def __init__(self):
        kettle = make.variant(25_00)
        self.store = kettle.product.merchant
        festival = make.festival(commission_bp=800)
        self.fund = Fund.objects.create(festival=festival, sponsor="Chamber", amount=500_00)
        make.deal(kettle, during=festival, price=20_00, subsidy=1_00, fund=self.fund, allotment=5)
        make.promotion(festival, group="merchant", merchant=self.store, value=4_00)
        make.promotion(festival, group="save", value=6_00, organizer_share=100)
        self.order = make.order({kettle: 2})
        self.part = self.order.suborders.get()
        self.line = self.order.lines.get()
        self.of_order = {"reference": "r", "at": NOON}
        self.facts = self.of_order | {"currency": "USD"}

    def paid(self):
        """Return the order, paid and not booked."""
        pay(self.order)
        self.order.refresh_from_db()
        return self.order

    def refund(self, amount, **rows):
        """Return a refund with rows as they are given, whatever its rules would say."""
        made = Refund.objects.create(order=self.order, cause="wrong_price", amount=amount, at=NOON)
        if "line" in rows:
            RefundLine.objects.create(refund=made, line=self.line, **rows["line"])
        if "parcel" in rows:
            RefundParcel.objects.create(refund=made, suborder=self.part, **rows["parcel"])
        return made


@pytest.fixture
def world():
    return World()


def one_unit(w):
    back = record(w.paid(), {w.line: 1}, cause="wrong_price", at=NOON)
    refunds.post_refund(back, at=NOON)


def half_a_delivery(w):
    Suborder.objects.update(delivery_paid=12_30)
    parcel = {"paid": 6_15, "funded": 0}
    refunds.post_refund(w.refund(6_15, parcel=parcel), at=NOON)


def a_third(w):
    line = {"quantity": 0, "paid": 10_00, "funded": 2_66, "commission": 1_01}
    refunds.post_refund(w.refund(10_00, line=line), at=NOON)


def lost_by_the_store(w):
    line = {"quantity": 2, "paid": 30_00, "funded": 8_00, "commission": 3_04}
    refunds.post_refund(w.refund(30_00, line=line), at=NOON, against="disputed")


def platform_sale(w):
    order = make.order({make.variant(119_00): 1})
    OrderLine.objects.filter(order=order).update(commission=11_90)
    Suborder.objects.filter(order=order).update(
        tax="platform", vat_bp=1_900, commission=11_90, payout=107_10
    )
    sales.post_sale(order, at=NOON)


EVENTS = {
    1: lambda w: sales.post_sale(w.order, at=NOON),
    2: lambda w: sales.post_charge_fee(w.order, 1_17, **w.of_order),
    3: lambda w: sales.post_unwanted(w.order, 30_00, **w.of_order),
    4: lambda w: sales.post_review(w.order, Money(30_00, "USD"), **w.of_order),
    5: lambda w: sales.post_review_accepted(w.order, 30_00, **w.of_order),
    6: lambda w: sales.post_review_refused(w.order, Money(30_00, "USD"), **w.of_order),
    7: one_unit,
    8: half_a_delivery,
    9: lambda w: refunds.post_goodwill(w.part, {"merchant": 3_00, "platform": 2_00}, **w.of_order),
    10: lambda w: refunds.post_refund_done(w.order, 15_00, **w.of_order),
    11: lambda w: refunds.post_refund_failed(w.order, 15_00, **w.of_order),
    12: lambda w: refunds.post_refund_elsewhere(w.order, 15_00, **w.of_order),
    13: lambda w: refunds.post_refund_found(w.order, 10_00, **w.of_order),
    14: a_third,
    15: lambda w: refunds.post_refund_matched(w.order, 10_00, **w.of_order),
    16: lambda w: disputes.post_dispute_opened(w.order, 30_00, 15_00, **w.of_order),
    17: lambda w: disputes.post_dispute_won(w.order, 30_00, **w.of_order),
    18: lost_by_the_store,
    19: lambda w: disputes.post_dispute_lost(w.order, 30_00, **w.of_order),
    20: lambda w: disputes.post_dispute_fee(w.part, 15_00, **w.of_order),
    21: lambda w: moves.TRANSFER.book(30_00, w.part, **w.facts),
    22: lambda w: moves.TOP_UP.book(4_96, w.part, **w.facts),
    23: lambda w: moves.REVERSAL.book(17_48, w.part, **w.facts),
    24: lambda w: moves.RESERVE_HELD.book(3_50, w.store, **w.facts),
    25: lambda w: moves.RESERVE_RELEASED.book(3_50, w.store, **w.facts),
    26: lambda w: moves.FUNDING.book(100_00, **w.facts),
    27: lambda w: moves.PAYOUT_SENT.book(34_96, w.store, **w.facts),
    28: lambda w: moves.PAYOUT_POSTED.book(34_96, **w.facts),
    29: lambda w: moves.PAYOUT_FEE.book(2_02, **w.facts),
    30: lambda w: moves.PAYOUT_FAILED.book(34_96, w.store, **w.facts),
    31: lambda w: moves.post_payout_returned(w.store, 34_96, 34_10, **w.facts),
    32: lambda w: moves.PAYOUT_TARIFF.book(1_50, w.store, **w.facts),
    33: lambda w: moves.PAYOUT_SENT.book(34_96, w.store, **w.facts),
    34: lambda w: moves.post_payout_proved(34_96, 2_00, **w.facts),
    35: lambda w: moves.post_payout_returned(w.store, 34_96, 34_96, to="bank", **w.facts),
    36: lambda w: moves.WITHDRAWAL.book(500_00, **w.facts),
    37: lambda w: moves.DEPOSIT.book(200_00, **w.facts),
    38: lambda w: moves.CARRIED.book(17_48, w.store, **w.facts),
    39: lambda w: moves.NETTED.book(17_48, w.store, **w.facts),
    40: lambda w: moves.post_receivable_closed(w.store, 10_00, 7_48, **w.facts),
    41: lambda w: moves.SPONSOR_PAID.book(500_00, w.fund, **w.facts),
    42: lambda w: moves.SPONSOR_REPAID.book(120_00, w.fund, **w.facts),
    43: platform_sale,
    44: lambda w: moves.COMMISSION_TAX.book(1_90, w.store, **w.facts),
    45: lambda w: moves.TAX_PAID.book(19_00, **w.facts),
    46: lambda w: moves.post_unknown(-3_20, **w.facts),
    47: lambda w: moves.post_suspense_closed("fees", -3_20, **w.facts),
    48: lambda w: moves.post_suspense_closed("bank", -3_20, **w.facts),
    49: lambda w: moves.post_suspense_closed("losses", -3_20, **w.facts),
    50: lambda w: moves.post_suspense_closed("provider", -3_20, **w.facts),
    51: lambda w: moves.PROVIDER_FEE.book(2_00, **w.facts),
    52: lambda w: moves.PAID_IN.book(6_00, **w.facts),
}


def said(text):
    """Read ``provider +30.00, payable −30.00`` as minor units by account."""
    words = (part.strip().rsplit(" ", 1) for part in text.split(","))
    return {account: minor(amount.replace("+", "")) for account, amount in words}


def test_the_page_has_each_event_once():
    assert [int(row["#"]) for row in ROWS] == sorted(EVENTS) == list(range(1, 53))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['#']}-{row['event'][:30]}")
def test_an_event_is_booked_as_the_page_says(world, row):
    EVENTS[int(row["#"])](world)

    booked = Counter()
    for entry in LedgerEntry.objects.all():
        booked[entry.account] += entry.amount
        # What merchants and sponsors have says whose it is.
        assert (entry.account in LedgerEntry.OF_MERCHANTS) <= (entry.merchant_id is not None)
        assert (entry.account == "funds") == (entry.fund_id is not None)
    wanted = said(row["**entries**"])
    assert {k: money(v) for k, v in booked.items()} == {k: money(v) for k, v in wanted.items()}
    assert sum(booked.values()) == 0
