"""Cases 4 to 10, 13, 14 and 20 of the payment rules, and 57: money that is late, twice or wrong."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import transaction

from shop.catalogue.stock.models import Pool
from shop.core.errors import NotPossible
from shop.money.ledger.models import LedgerEntry
from shop.money.payments.models import Operation, Payment
from shop.money.payments.operations import run_operations
from shop.orders import end
from shop.orders.models import Order
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
from tests.shop.money.payments.books import refunded, sessions
from tests.shop.money.payments.late import twin_of

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=5)


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
    kettle = make.variant(20_00)
    make.member(kettle.product.merchant, "potter@example.org")
    payment = begin(make.cart({kettle: 1}))
    for paid in (payment, twin_of(payment)):
        till.pay(paid.session_id)
    deliver(till)
    run_operations(at=LATER)

    assert sorted(Payment.objects.values_list("state", flat=True)) == ["paid", "refunded"]
    refund = Operation.objects.get()
    assert (refund.cause, refund.amount, refund.state) == ("surplus", 20_00, "done")
    assert refunded(till) == [20_00]
    assert Pool.objects.get().sold == 1
    order = the_order()
    assert order.suborders.count() == 1
    run_queued_work()
    assert sorted((message.subject, message.to) for message in mail.outbox) == [
        (f"New order {order.number}: ship by 17 May", ["potter@example.org"]),
        ("You paid twice, so one payment is on its way back", [order.contact.email]),
        (f"Your order {order.number}: 1 store is packing for you", [order.contact.email]),
    ]
    assert_books_agree()


def release_early(payment):
    """Let the order expire while its session can still be paid, as after a fault of ours."""
    with transaction.atomic():
        end.expire(end.lock(payment.order_id), at=LATER)
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
    assert refunded(till) == [20_00]
    run_queued_work()
    (message,) = mail.outbox
    assert message.to == [payment.order.contact.email]
    assert message.subject == "We are sending back $20.00"
    assert "We are sending back $20.00, the way you paid." in message.body
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


def test_case_13_less_received_than_asked_for_is_held_for_review(till, caplog):
    payment = begin(make.cart({make.variant(20_00): 1}))
    till.pay(payment.session_id)
    (intent,) = till.world.store.all("payment_intent")
    intent["amount_received"] = 19_99

    deliver(till)

    payment.refresh_from_db()
    assert payment.state == "review"
    assert the_order().is_pending
    assert not Operation.objects.exists()
    assert (Pool.objects.get().held, Pool.objects.get().sold) == (1, 0)
    booked = dict(LedgerEntry.objects.values_list("account", "amount"))
    assert booked == {"provider": 19_99, "suspense": -19_99}
    assert f"payment {payment.uuid}: amount or currency differs, held for review" in caplog.text


def test_case_20_after_a_lost_answer_the_shopper_is_shown_one_session(till):
    """What was made behind the 503 nobody has seen: it ends by itself, and the other is paid."""
    who = make.cart({make.variant(20_00): 1})
    till.fail_next(503, executed=True)

    payment = begin(who)
    assert begin(who, at=LATER) == payment

    assert [session["id"] for session in sessions(till)][1:] == [payment.session_id]


def test_case_57_a_session_with_another_total_is_never_shown(till, caplog):
    who = make.cart({make.variant(20_00): 1})
    till.fail_next(503, 503)
    with pytest.raises(NotPossible):
        press_pay(who)
    Payment.objects.update(amount=20_01)

    with pytest.raises(NotPossible):
        press_pay(who, at=LATER)

    assert the_order().state == "expired"
    assert Pool.objects.get().held == 0
    assert [session["status"] for session in sessions(till)] == ["expired"]
    payment = Payment.objects.get()
    assert f"payment {payment.uuid}: the session's total differs from the order's" in caplog.text
