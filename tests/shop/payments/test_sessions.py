"""Cases 1 to 21 of the payment rules: orders and Checkout sessions."""

from datetime import timedelta

import pytest
from django.core import mail

from shop.errors import BelowMinimum, NotPossible, OutOfStock, PriceChanged
from shop.ledger.models import LedgerEntry
from shop.orders.freezing import Frozen
from shop.orders.models import Order
from shop.payments.applying import apply_session
from shop.payments.collecting import start_payment
from shop.payments.models import Payment
from shop.payments.requests import checkout_request
from shop.payments.sweeping import expire_overdue
from shop.stock.models import Pool
from tests import make
from tests.crowd import at_once
from tests.make import NOON
from tests.paying import (
    ADDRESSES,
    assert_books_agree,
    begin,
    deliver,
    press_pay,
    set_clocks,
    the_order,
)
from tests.queue import run_queued_work

pytestmark = pytest.mark.django_db
with_threads = pytest.mark.django_db(transaction=True)
LATER = NOON + timedelta(minutes=5)
TOO_LATE = NOON + timedelta(minutes=32)


def test_case_1_three_merchants_share_one_session_and_their_parts_add_up(till):
    wanted = {make.variant(price): 1 for price in (20_00, 31_00, 7_50)}
    payment = begin(make.cart(wanted))

    till.pay(payment.session_id)
    deliver(till)

    order = the_order()
    assert order.is_paid
    assert Payment.objects.count() == 1
    assert (
        order.total == 58_50 == sum(part.earned + part.commission for part in order.suborders.all())
    )
    payable = LedgerEntry.objects.filter(account="payable").values_list("amount", flat=True)
    assert sorted(payable) == [-31_00, -20_00, -7_50]
    assert_books_agree()


@with_threads
def test_case_2_a_double_click_makes_one_order_and_one_session(till):
    who = make.cart({make.variant(20_00): 1})

    first, second = at_once([lambda: press_pay(who), lambda: press_pay(who)])

    assert first.order == second.order
    assert Payment.objects.values("session_id").distinct().count() == 1
    assert len(till.events("checkout.session.expired")) == 0


def test_case_3_a_changed_cart_closes_the_old_session_and_charges_the_new_total(till):
    kettle, cup = make.variant(20_00, on_hand=1), make.variant(5_00)
    who = make.cart({kettle: 1})
    old = begin(who)
    make.cart({cup: 2}, of=who)

    new = begin(who, at=LATER)

    old.refresh_from_db()
    assert (old.state, new.state) == ("superseded", "open")
    assert new.amount == 30_00
    assert Order.objects.get(pk=old.order_id).state == "expired"
    assert Pool.objects.get(variants=kettle).held == 1
    deliver(till)
    assert Order.objects.get(pk=new.order_id).is_pending
    assert_books_agree()


def test_case_6_an_expired_session_frees_the_goods_once_and_sends_no_mail(till):
    payment = begin(make.cart({make.variant(20_00): 1}))
    set_clocks(till, TOO_LATE)

    expire_overdue(at=TOO_LATE)
    deliver(till)
    expire_overdue(at=TOO_LATE)

    payment.refresh_from_db()
    assert payment.state == "expired"
    assert the_order().state == "expired"
    assert (Pool.objects.get().held, Pool.objects.get().free) == (0, 1000)
    run_queued_work()
    assert mail.outbox == []
    assert_books_agree()


def test_case_7_a_decline_leaves_no_trace_and_the_same_session_can_be_paid(till):
    payment = begin(make.cart({make.variant(20_00): 1}))
    till.decline(payment.session_id)
    deliver(till)
    assert the_order().is_pending

    till.pay(payment.session_id)
    deliver(till)

    assert the_order().is_paid
    assert Payment.objects.get().state == "paid"


def test_case_8_after_cancelling_the_order_can_still_be_paid_while_it_is_held(till):
    who = make.cart({make.variant(20_00): 1})
    first = begin(who)

    again = begin(who, at=LATER)

    assert again.pk == first.pk
    assert Pool.objects.get().held == 1
    till.pay(again.session_id)
    deliver(till)
    assert the_order().is_paid


@with_threads
def test_case_11_of_two_carts_for_the_last_item_the_loser_hears_it_before_paying(till):
    kettle = make.variant(20_00, on_hand=1)
    carts = [make.cart({kettle: 1}) for _ in range(2)]
    agreed = [make.agreed(who) for who in carts]
    results = at_once(
        [
            lambda w=w, a=a: start_payment(w, agreed=a, addresses=ADDRESSES, at=NOON)
            for w, a in zip(carts, agreed, strict=True)
        ]
    )

    assert sum(isinstance(result, OutOfStock) for result in results) == 1
    assert Payment.objects.count() == 1


@with_threads
def test_case_12_two_carts_with_the_same_products_in_opposite_order_both_get_them(till):
    kettle, cup = make.variant(20_00), make.variant(5_00)
    carts = [make.cart({kettle: 1, cup: 1}), make.cart({cup: 1, kettle: 1})]

    results = at_once([lambda w=w: press_pay(w) for w in carts])

    assert all(result.payment_url for result in results)


def test_case_15_nothing_is_never_charged(till):
    order = Order(currency="USD", total=0)
    rows = Frozen({}, (), ())
    with pytest.raises(ValueError, match="least"):
        checkout_request(Payment(order=order), rows, ADDRESSES, ends_at=LATER)

    assert not Payment.objects.exists()


def test_case_16_too_little_is_stopped_at_the_cart_and_the_provider_s_own_no_is_handled(till):
    crumb = make.cart({make.variant(30): 1})
    with pytest.raises(BelowMinimum):
        press_pay(crumb)
    assert not Order.objects.exists()

    till.fail_next(400)
    with pytest.raises(NotPossible):
        press_pay(make.cart({make.variant(20_00): 1}))

    assert Payment.objects.get().state == "creating"


def test_case_17_a_cart_of_101_lines_is_grouped_by_merchant_and_costs_the_same(till):
    seller = make.merchant(name="Big Store")
    product = make.product(of=seller)
    wanted = {make.variant(1_00 + n, of=product): 1 for n in range(101)}

    payment = begin(make.cart(wanted))

    assert [line["name"] for line in payment.request["lines"]] == ["Big Store"]
    assert (
        payment.amount == sum(1_00 + n for n in range(101)) == payment.request["lines"][0]["amount"]
    )


def test_a_price_that_changed_is_refused_and_the_replaced_order_is_freed(till):
    kettle, cup = make.variant(20_00), make.variant(5_00)
    who = make.cart({kettle: 1})
    begin(who)
    make.cart({cup: 1}, of=who)
    seen = make.agreed(who)
    make.reprice(cup, 6_00, at=NOON + timedelta(seconds=1))
    with pytest.raises(PriceChanged):
        start_payment(who, agreed=seen, addresses=ADDRESSES, at=LATER)

    assert the_order().state == "expired"
    assert list(Pool.objects.values_list("held", flat=True)) == [0, 0]
    assert_books_agree()


def test_the_same_session_can_be_applied_again_and_again(till):
    payment = begin(make.cart({make.variant(20_00): 1}))
    till.pay(payment.session_id)

    for _ in range(3):
        apply_session(payment.session_id, at=LATER)

    assert Pool.objects.get().sold == 1
    assert_books_agree()
