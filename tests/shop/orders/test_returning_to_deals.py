"""P56: units that are sent back return to their deal, and to its shopper's limit, while it runs."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models import Sum

from shop.catalogue.stock.models import Pool
from shop.festivals.deals import void
from shop.festivals.deals.actions import pause_deal
from shop.festivals.models import DealUsage
from shop.festivals.schedule import stop
from shop.money.payments.call_off import call_off, refund_what_is_left, settle_called_off
from shop.money.payments.proposals import RefundPlan, propose
from shop.orders import refund
from shop.orders.cart.pricing import price_cart
from shop.orders.end import lock
from shop.orders.models import OrderLine, RefundLine, Suborder
from shop.orders.reconcile import differences
from tests import make
from tests.buying import buying, pay, span_price
from tests.crowd import at_once
from tests.make import END, NOON, START
from tests.paying import assert_books_agree, begin, deliver
from tests.shop.orders.tickets import visits
from tests.truth import fence_differences, span_differences

HOUR = timedelta(hours=1)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("compared")]


def send_back(order, count, *, at=NOON + HOUR, cause="wrong_price"):
    with transaction.atomic():
        locked = lock(order.pk)
        (line,) = locked.lines.all()
        return refund.record(locked, {line: count}, cause=cause, at=at)


def limited(*, allotment=4, per_shopper=3):
    """Return a limited deal, and an order of three units of it by somebody with an account."""
    kettle = make.variant(20_00, on_hand=10)
    deal = make.deal(kettle, during=make.festival(), price=15_00, allotment=allotment,
                     per_shopper=per_shopper)  # fmt: skip
    order = make.order({kettle: 3}, of=make.shopper(make.user()))
    pay(order)
    order.refresh_from_db()
    return deal, order


def counts(deal):
    deal.refresh_from_db()
    return deal.sold, DealUsage.objects.get(deal=deal).sold, Pool.objects.get().sold


def test_p56_units_of_a_running_deal_return_to_its_allotment_and_to_the_limit():
    deal, order = limited()
    assert counts(deal) == (3, 3, 3)

    send_back(order, 2)

    assert counts(deal) == (1, 1, 1)
    assert RefundLine.objects.get().returns_allotment
    assert differences() == []
    assert fence_differences([deal.variant.product_id], [NOON + HOUR]) == []
    again = make.cart({deal.variant: 2}, of=make.shopper(order.user), at=NOON + 2 * HOUR)
    assert price_cart(again, at=NOON + 2 * HOUR).quote.total == 30_00


@pytest.mark.parametrize("end", [
    lambda deal: None,
    lambda deal: stop.stop_deal(deal, at=NOON, reason="Moths"),
    lambda deal: void.end_price(deal, at=NOON, reason="A slip"),
], ids=["over", "stopped", "void"])  # fmt: skip
def test_case_65_units_of_a_deal_that_is_over_return_to_everyday_stock_alone(end):
    deal, order = limited()
    end(deal)
    deal.refresh_from_db()

    send_back(order, 2, at=deal.effective_to)

    assert counts(deal) == (3, 3, 1)
    assert not RefundLine.objects.get().returns_allotment
    assert differences() == []


def test_units_of_a_paused_deal_return_behind_its_fence():
    deal, order = limited()
    pause_deal(deal, at=NOON)

    send_back(order, 3)

    assert counts(deal) == (0, 0, 0)
    later = NOON + 2 * HOUR
    quote = price_cart(make.cart({deal.variant: 10}, at=later), at=later).quote
    assert [(s.quantity, s.price) for s in quote.segments] == [(6, 20_00)]


def test_what_has_left_the_house_does_not_return_to_a_deal():
    deal, order = limited()
    Suborder.objects.filter(order=order).update(state="shipped")
    Pool.objects.filter(pk=deal.variant.pool_id).update(on_hand=7, sold=0)

    send_back(order, 1)

    assert counts(deal) == (3, 3, 0)
    assert differences() == []


def test_a_deal_that_was_sold_out_gives_its_price_again():
    deal, order = limited(allotment=3)
    kettle = deal.variant
    assert span_price(kettle, NOON + HOUR / 2) == 20_00

    send_back(order, 1)

    assert span_price(kettle, NOON + HOUR / 2) == 20_00
    assert span_price(kettle, NOON + HOUR) == 15_00
    assert not deal.closures.filter(ends_at=None).exists()
    assert span_differences([kettle.product_id], [NOON + HOUR / 2, NOON + HOUR, END]) == []


def test_a_session_that_is_called_off_returns_its_units_while_the_deal_runs(till):
    adult, *_ = visits.session()
    deal = make.deal(adult, during=make.festival(), price=30_00, allotment=5, per_shopper=4)
    payment = begin(make.cart({adult: 2}, of=make.shopper(make.user())))
    till.pay(payment.session_id)
    deliver(till)
    assert counts(deal) == (2, 2, 2)

    assert call_off(adult.pool, reason="Wind", at=NOON, by=visits.host_of(adult)) == 1
    settle_called_off.func(adult.pool_id, 0)

    assert counts(deal) == (0, 0, 0)
    assert RefundLine.objects.get().returns_allotment
    assert_books_agree()


def test_a_line_of_which_money_went_back_before_is_called_off_with_the_rest(till):
    adult, *_ = visits.session()
    payment = begin(make.cart({adult: 2}))
    till.pay(payment.session_id)
    deliver(till)
    line = OrderLine.objects.get()
    plan = RefundPlan(cause="goodwill", reason="Sorry", lines={str(line.pk): (0, 5_00)})
    propose(line.order_id, plan, seen=0, at=NOON, by=make.user())

    assert call_off(adult.pool, reason="Wind", at=NOON, by=visits.host_of(adult)) == 1
    assert refund_what_is_left(at=NOON) == 1

    back = RefundLine.objects.aggregate(units=Sum("quantity"), paid=Sum("paid"))
    assert back == {"units": 2, "paid": line.paid}
    assert_books_agree()


@pytest.mark.django_db(transaction=True)
def test_refunds_stops_and_shoppers_at_once_leave_counters_that_agree():
    kettle = make.variant(20_00, on_hand=60)
    deal = make.deal(kettle, during=make.festival(), price=15_00, allotment=24)
    orders = [make.order({kettle: 2}) for _ in range(12)]
    for order in orders:
        pay(order)
        order.refresh_from_db()
    crowd = [buying(make.cart({kettle: 1}, at=NOON + HOUR), at=NOON + HOUR) for _ in range(8)]
    back = [lambda order=order: send_back(order, 1) for order in orders]

    at_once(
        [*crowd[:4], *back, lambda: stop.stop_deal(deal, at=NOON + HOUR, reason="Moths"),
         *crowd[4:]],
        threads=21,
    )  # fmt: skip

    deal.refresh_from_db()
    returned = RefundLine.objects.filter(returns_allotment=True).count()
    assert RefundLine.objects.count() == 12
    assert deal.sold == 24 - returned
    assert differences() == []
    assert START < deal.effective_to < END
