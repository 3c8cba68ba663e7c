"""Festival cases that need the provider: 6 to 8, 27, 37, 55 with late money, and 92."""

from datetime import timedelta

import pytest
from django.db import transaction

from shop.catalogue.stock.models import Pool
from shop.core.errors import PriceChanged
from shop.money.ledger.models import LedgerEntry
from shop.money.payments.collect import start_payment
from shop.money.payments.models import Payment
from shop.money.payments.operations import run_operations
from shop.money.payments.sweep import expire_overdue
from shop.orders import end
from shop.orders.models import Order
from tests import make
from tests.make import END, NOON, START
from tests.paying import ADDRESSES, assert_books_agree, begin, deliver, set_clocks, the_order
from tests.shop.money.payments.books import charged, refunded, sessions

pytestmark = pytest.mark.django_db
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


@pytest.fixture
def time_is(till, clock_at):
    """Let shop and provider agree on an instant."""

    def move(at):
        set_clocks(till, at)
        clock_at(at)

    return move


def counters(deal):
    deal.refresh_from_db()
    return (deal.held, deal.sold)


def test_case_6_a_price_agreed_half_a_second_before_the_end_is_charged_after_it(till, time_is):
    kettle, festival = make.variant(20_00), make.festival()
    deal = make.deal(kettle, during=festival, price=15_00, allotment=5)
    opened = END - SECOND / 2
    who = make.cart({kettle: 1}, at=opened)
    time_is(opened)

    payment = begin(who, at=opened)
    assert the_order().pay_by == END + 30 * MINUTE - SECOND / 2
    time_is(END + 20 * MINUTE)
    assert make.agreed(make.cart({kettle: 1}, at=END), at=END).total == 20_00
    till.pay(payment.session_id)
    deliver(till)

    order = the_order()
    assert (order.is_paid, order.total, charged(till)) == (True, 15_00, [15_00])
    assert (order.lines.get().festival, counters(deal)) == (festival, (0, 1))
    assert_books_agree()


def refuses_as_changed(who, seen, *, at):
    """Press Pay, be told that the price changed, and return what it was and is."""
    with pytest.raises(PriceChanged) as refused:
        start_payment(who, agreed=seen, addresses=ADDRESSES, at=at)
    return refused.value.before, refused.value.after


def test_case_7_at_the_end_a_cart_filled_before_is_told_the_new_price(till, time_is):
    kettle, festival = make.variant(20_00), make.festival()
    deal = make.deal(kettle, during=festival, price=15_00, allotment=5)
    who = make.cart({kettle: 1}, at=END - 2 * MINUTE)
    seen = make.agreed(who, at=END - 2 * MINUTE)
    time_is(END)

    assert refuses_as_changed(who, seen, at=END) == (15_00, 20_00)

    assert (counters(deal), Pool.objects.get().held) == ((0, 0), 0)
    assert not Order.objects.exists()
    assert not Payment.objects.exists()
    assert sessions(till) == []


def test_case_8_after_the_start_a_cart_filled_before_is_told_the_lower_price(till, time_is):
    kettle, pressed = make.variant(20_00), START + SECOND
    deal = make.deal(kettle, during=make.festival(), price=15_00, allotment=5)
    who = make.cart({kettle: 1}, at=START - timedelta(days=1))
    seen = make.agreed(who, at=START - timedelta(days=1))
    time_is(pressed)

    assert refuses_as_changed(who, seen, at=pressed) == (20_00, 15_00)
    assert (counters(deal), sessions(till)) == ((0, 0), [])
    begin(who, at=pressed)  # the one click that accepts it

    assert [session["amount_total"] for session in sessions(till)] == [15_00]
    assert counters(deal) == (1, 0)


def test_case_27_without_decimals_the_provider_is_sent_whole_units(till, settings):
    settings.SHOP_CURRENCY = "RWF"
    kettle = make.variant(12_345)
    make.deal(kettle, during=make.festival(), percent=15)

    payment = begin(make.cart({kettle: 1}))

    assert (payment.amount, payment.currency) == (10_493, "RWF")
    (session,) = sessions(till)
    assert (session["amount_total"], session["currency"]) == (10_493, "rwf")
    till.pay(payment.session_id)
    deliver(till)
    assert (the_order().is_paid, charged(till)) == (True, [10_493])
    assert set(LedgerEntry.objects.values_list("currency", flat=True)) == {"RWF"}
    assert_books_agree()


def test_case_37_a_voucher_shrinks_to_the_least_charge_and_the_ledger_shows_what_is_left(till):
    kettle, festival = make.variant(5_70), make.festival()
    make.deal(kettle, during=festival, price=5_20)
    gift = make.promotion(festival, group="voucher", trigger="code", code="GIFT", value=5_00,
                          organizer_share=100, budget=5_00)  # fmt: skip

    payment = begin(make.cart({kettle: 1}, codes=("gift",)))
    till.pay(payment.session_id)
    deliver(till)

    order = the_order()
    assert (order.goods, order.discount, order.total) == (5_20, 4_70, 50)
    row = order.discounts.get()
    assert (row.promotion, row.amount, row.organizer_part) == (gift, 4_70, 4_70)
    assert charged(till) == [50]
    booked = dict(LedgerEntry.objects.values_list("account", "amount"))
    assert booked == {"provider": 50, "promotions": 4_70, "payable": -5_20}
    gift.refresh_from_db()
    assert (gift.held_amount, gift.spent, gift.used) == (0, 4_70, 1)
    assert_books_agree()


def released(payment, *, at):
    """Free the order while its session can still be paid, as after a fault of ours."""
    with transaction.atomic():
        end.expire(end.lock(payment.order_id), at=at)
    Payment.objects.filter(pk=payment.pk).update(state="expired")
    return payment


def test_case_55_late_money_gets_the_order_at_the_quoted_price(till):
    kettle = make.variant(20_00, on_hand=5)
    deal = make.deal(kettle, during=make.festival(), price=15_00, allotment=5)
    payment = released(begin(make.cart({kettle: 2})), at=NOON)
    running_out = make.order({kettle: 3})
    make.reprice(kettle, 25_00, at=NOON + SECOND)
    assert (counters(deal), running_out.is_pending) == ((3, 0), True)

    till.pay(payment.session_id)
    deliver(till)

    order = Order.objects.get(pk=payment.order_id)
    assert (order.is_paid, order.total, charged(till)) == (True, 30_00, [30_00])
    assert counters(deal) == (3, 2)
    assert refunded(till) == []
    assert_books_agree()


@pytest.mark.parametrize(("fence", "is_filled"), [(7, True), (8, False)])
def test_case_55_after_the_deal_s_end_units_come_only_from_outside_other_fences(
    till, time_is, fence, is_filled
):
    kettle = make.variant(20_00, on_hand=10)
    make.deal(kettle, during=make.festival(), price=15_00, allotment=3)
    opened = END - MINUTE
    who = make.cart({kettle: 3}, at=opened)
    time_is(opened)
    payment = released(begin(who, at=opened), at=END)
    following = make.festival(starts_at=END, ends_at=END + timedelta(days=5))
    make.deal(kettle, during=following, price=14_00, allotment=fence, approved_at=END)

    time_is(END + 5 * MINUTE)
    till.pay(payment.session_id)
    deliver(till)
    run_operations(at=END + 6 * MINUTE)

    pool, order = Pool.objects.get(), Order.objects.get(pk=payment.order_id)
    assert (order.state, pool.sold) == (("paid", 3) if is_filled else ("expired", 0))
    assert refunded(till) == ([] if is_filled else [45_00])
    assert pool.free >= fence
    assert_books_agree()


def test_case_92_a_hold_of_30_minutes_has_a_page_of_36_and_is_ended_at_30(till, time_is):
    kettle = make.variant(20_00)
    who = make.cart({kettle: 1})
    set_clocks(till, NOON + 2 * SECOND)  # the provider counts from its own, later instant

    payment = begin(who)

    order = the_order()
    assert order.pay_by == NOON + 30 * MINUTE
    (session,) = sessions(till)
    assert (session["status"], session["expires_at"]) == (
        "open", int((NOON + 36 * MINUTE).timestamp()),
    )  # fmt: skip
    time_is(order.pay_by)
    assert expire_overdue(at=order.pay_by - timedelta(microseconds=1)) == 0
    assert [session["status"] for session in sessions(till)] == ["open"]
    assert expire_overdue(at=order.pay_by) == 1
    assert [session["status"] for session in sessions(till)] == ["expired"]
    payment.refresh_from_db()
    assert (the_order().state, payment.state, Pool.objects.get().held) == ("expired", "expired", 0)
