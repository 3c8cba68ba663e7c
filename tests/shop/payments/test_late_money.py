"""Cases 4 to 10, 13, 14, 20 and 21 of the payment rules: money that comes late, twice or wrong."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.db import transaction

from shop.errors import NotPossible
from shop.orders import ending
from shop.orders.models import Order
from shop.payments.collecting import open_session
from shop.payments.models import Operation, Payment
from shop.payments.operations import run_operations
from shop.payments.sweeping import check_unsettled
from shop.stock.models import Pool
from tests import make
from tests.make import NOON
from tests.paying import (
    assert_books_agree,
    begin,
    deliver,
    press_pay,
    the_order,
)
from tests.queue import run_queued_work

pytestmark = pytest.mark.django_db
with_threads = pytest.mark.django_db(transaction=True)
LATER = NOON + timedelta(minutes=5)
TOO_LATE = NOON + timedelta(minutes=32)


def test_case_4_an_old_tab_paid_before_is_applied_and_no_second_session_is_made(till):
    kettle, cup = make.variant(20_00), make.variant(5_00)
    who = make.cart({kettle: 1})
    old = begin(who)
    till.pay(old.session_id)
    till.pull()  # the message got lost
    make.cart({cup: 2}, of=who)

    step = press_pay(who, at=LATER)

    assert step.payment_url == ""
    assert step.order.pk == old.order_id
    assert the_order().is_paid
    assert_books_agree()


def test_case_5_of_two_paid_sessions_the_second_is_sent_back_in_full(till):
    payment = begin(make.cart({make.variant(20_00): 1}))
    twin = Payment.objects.get(pk=payment.pk)
    twin.pk, twin.uuid, twin.session_id, twin.session_url = None, uuid4(), None, ""
    twin.state, twin.request = "creating", payment.request | {"payment": str(twin.uuid)}
    twin.save()
    twin = open_session(twin, at=NOON)
    for paid in (payment, twin):
        till.pay(paid.session_id)
    deliver(till)
    run_operations(at=LATER)

    assert sorted(Payment.objects.values_list("state", flat=True)) == ["paid", "refunded"]
    refund = Operation.objects.get()
    assert (refund.cause, refund.amount, refund.state) == ("surplus", 20_00, "done")
    assert Pool.objects.get().sold == 1
    run_queued_work()
    subjects = sorted(message.subject for message in mail.outbox)
    assert len(subjects) == 2
    assert_books_agree()


def release_early(payment):
    """Let the order expire while its session can still be paid, as after a fault of ours."""
    with transaction.atomic():
        ending.expire(ending.lock(payment.order_id), at=LATER)
    Payment.objects.filter(pk=payment.pk).update(state="expired")


def test_case_9_and_55_late_money_gets_the_order_while_the_goods_are_there(till):
    payment = begin(make.cart({make.variant(20_00): 1}))
    release_early(payment)

    till.pay(payment.session_id)
    deliver(till)

    assert the_order().is_paid
    assert Pool.objects.get().sold == 1
    assert_books_agree()


def test_case_10_and_56_late_money_is_sent_back_once_when_the_goods_are_gone(till):
    kettle = make.variant(20_00, on_hand=1)
    payment = begin(make.cart({kettle: 1}))
    release_early(payment)
    begin(make.cart({kettle: 1}), at=LATER)

    till.pay(payment.session_id)
    deliver(till)
    deliver(till)
    run_operations(at=LATER)
    run_operations(at=LATER)

    payment.refresh_from_db()
    assert payment.state == "refunded"
    assert Order.objects.get(pk=payment.order_id).state == "expired"
    assert Pool.objects.get().free == 0 == Pool.objects.get().sold
    assert len(till.events("refund.created")) == 1
    run_queued_work()
    assert len(mail.outbox) == 1
    assert_books_agree()


@pytest.mark.parametrize(
    "change", [{"amount": 20_01}, {"currency": "EUR"}], ids=["case 13", "case 14"]
)
def test_cases_13_and_14_another_amount_or_currency_is_held_for_review(till, change):
    payment = begin(make.cart({make.variant(20_00): 1}))
    Payment.objects.filter(pk=payment.pk).update(**change)

    till.pay(payment.session_id)
    deliver(till)

    payment.refresh_from_db()
    assert payment.state == "review"
    assert the_order().is_pending
    assert not Operation.objects.exists()
    assert Pool.objects.get().sold == 0


def test_case_20_after_a_lost_answer_the_same_session_is_found(till):
    who = make.cart({make.variant(20_00): 1})
    till.fail_next(503, 503, executed=True)
    with pytest.raises(NotPossible):
        press_pay(who)

    payment = begin(who, at=LATER)

    assert Payment.objects.count() == 1
    assert len(list(till.world.store.all("checkout.session"))) == 1
    assert payment.session_id


@pytest.mark.parametrize("way", ["webhook", "poller"])
def test_case_21_a_session_that_we_forgot_is_adopted(till, way):
    payment = begin(make.cart({make.variant(20_00): 1}))
    session_id = payment.session_id
    Payment.objects.filter(pk=payment.pk).update(session_id=None, session_url="", state="creating")
    till.pay(session_id)

    if way == "webhook":
        deliver(till)
    else:
        check_unsettled(at=NOON + timedelta(minutes=6))
        check_unsettled(at=NOON + timedelta(minutes=12))

    payment.refresh_from_db()
    assert (payment.state, payment.session_id) == ("paid", session_id)
    assert the_order().is_paid


def test_case_57_a_session_with_another_total_is_never_shown(till):
    who = make.cart({make.variant(20_00): 1})
    till.fail_next(503, 503, executed=True)
    with pytest.raises(NotPossible):
        press_pay(who)
    Payment.objects.update(amount=20_01)

    with pytest.raises(NotPossible):
        press_pay(who, at=LATER)

    assert the_order().state == "expired"
    assert Pool.objects.get().held == 0
