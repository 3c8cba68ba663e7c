"""Outages, slow banks and wrong counters: what one order meets must not stop the others."""

from datetime import timedelta
from uuid import uuid4

import pytest

from shop.catalogue.stock.models import Pool
from shop.core.errors import GatewayError, NotPossible
from shop.core.jobs.models import FailedJob
from shop.money.payments.apply import apply_session
from shop.money.payments.models import GatewayEvent, Payment
from shop.money.payments.open_session import open_session
from shop.money.payments.provider.requests import payer_of
from shop.money.payments.provider.stripe_gateway import gateway
from shop.money.payments.sweep import BATCH, check_unsettled, expire_overdue
from shop.money.payments.webhooks import handle_waiting
from shop.orders.models import Order
from tests import make
from tests.make import NOON
from tests.paying import begin, post, set_clocks

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=8)
PAY_BY = NOON + timedelta(minutes=30)


def test_an_outage_longer_than_a_minute_costs_the_shopper_a_second_click_and_no_order(till):
    who = make.cart({make.variant(20_00): 1})
    payment = make_without_session(till, who)
    set_clocks(till, LATER)

    again = begin(who, at=LATER)

    payment.refresh_from_db()
    assert (payment.state, again.state) == ("failed", "open")
    assert again.order_id == payment.order_id
    assert again.request["ends_at"] == int((LATER + timedelta(minutes=31)).timestamp())


def test_a_session_that_was_made_in_time_is_found_and_not_given_up(till):
    who = make.cart({make.variant(20_00): 1})
    payment = make_without_session(till, who, executed=True)
    set_clocks(till, LATER)

    again = begin(who, at=LATER)

    assert (again.pk, again.state) == (payment.pk, "open")
    assert Payment.objects.count() == 1


def test_a_wrong_key_is_no_proof_that_no_session_was_made(till, settings):
    who = make.cart({make.variant(20_00): 1})
    payment = make_without_session(till, who, executed=True)
    till.fail_next(401)

    with pytest.raises(GatewayError):
        open_session(payment, at=PAY_BY)

    payment.refresh_from_db()
    assert payment.state == "creating"


def test_the_poller_gives_a_lost_try_up_and_the_order_stays_payable(till):
    who = make.cart({make.variant(20_00): 1})
    payment = make_without_session(till, who)
    set_clocks(till, LATER)

    check_unsettled(at=LATER)

    payment.refresh_from_db()
    assert payment.state == "failed"
    assert Order.objects.get().is_pending
    assert begin(who, at=LATER).state == "open"


def make_without_session(till, who, *, executed=False):
    """Return a payment whose session was not made, or was and nobody knows."""
    till.fail_next(503, 503)  # under two keys
    with pytest.raises(NotPossible, match="payment page cannot be reached"):
        begin(who)
    payment = Payment.objects.get()
    if executed:
        whose = payer_of(payment.order.contact)
        gateway().open_checkout(payment.request, whose=whose, key=payment.key)
    return payment


def test_one_order_that_cannot_be_released_does_not_keep_the_others(till):
    broken, sound = make.order({make.variant(): 1}), make.order({make.variant(): 1})
    Pool.objects.filter(pk=broken.lines.get().pool_id).update(held=0)

    assert expire_overdue(at=PAY_BY) == 1

    broken.refresh_from_db()
    sound.refresh_from_db()
    assert (broken.state, sound.state) == ("pending", "expired")
    assert (FailedJob.objects.get().kind, FailedJob.objects.get().key) == (
        "shop.order",
        str(broken.pk),
    )


def test_one_message_that_cannot_be_applied_is_kept_and_the_others_are_not_held_up(till):
    payments = [begin(make.cart({make.variant(): 1})) for _ in range(2)]
    broken, sound = (payment.order for payment in payments)
    Pool.objects.filter(pk=broken.lines.get().pool_id).update(held=0)
    for payment in payments:
        till.pay(payment.session_id)
    events = [e for e in till.pull() if e["type"] == "checkout.session.completed"]

    assert [post(event, till) for event in events] == [200, 200]
    handle_waiting(at=NOON + timedelta(minutes=1))

    sound.refresh_from_db()
    assert sound.is_paid
    kept = GatewayEvent.objects.get(object_id=payments[0].session_id)
    assert (kept.state, kept.tries) == ("new", 2)
    assert "IntegrityError" in kept.error


def test_orders_that_wait_for_a_bank_do_not_crowd_out_those_whose_time_ran_out(till):
    waiting = begin(make.cart({make.variant(): 1}))
    till.pay_later(waiting.session_id)
    apply_session(waiting.session_id, at=NOON)
    overdue = make.order({make.variant(): 1}, at=NOON + timedelta(minutes=1))
    many_more_like(Payment.objects.get(pk=waiting.pk))

    expire_overdue(at=NOON + timedelta(hours=1))

    overdue.refresh_from_db()
    assert overdue.state == "expired"
    assert Order.objects.filter(state="pending").count() == BATCH + 1


def many_more_like(payment):
    orders, payments = [], []
    for n in range(BATCH):
        order = Order.objects.get(pk=payment.order_id)
        order.pk, order.uuid, order.shopper_key = None, uuid4(), f"c{n}"
        orders.append(order)
    for order in Order.objects.bulk_create(orders):
        payments.append(Payment(order=order, state=payment.state, amount=1, currency="USD",
                                request={}, made_at=NOON, session_ends_at=PAY_BY))  # fmt: skip
    Payment.objects.bulk_create(payments)


def test_a_bank_that_takes_a_week_is_still_asked(till):
    payment = begin(make.cart({make.variant(): 1}))
    till.pay_later(payment.session_id)
    apply_session(payment.session_id, at=NOON)
    till.settle(payment.session_id, ok=True)

    check_unsettled(at=NOON + timedelta(days=7))

    payment.refresh_from_db()
    assert payment.state == "paid"


def test_sessions_that_were_closed_long_ago_do_not_crowd_out_new_ones(till):
    closed = begin(make.cart({make.variant(): 1}))
    closed.move_to("superseded")
    Order.objects.update(state="expired")
    many_more_like(closed)
    later = NOON + timedelta(hours=3)
    set_clocks(till, later)
    payment = begin(make.cart({make.variant(): 1}), at=later)
    till.pay(payment.session_id)

    check_unsettled(at=later + timedelta(minutes=6))

    payment.refresh_from_db()
    assert payment.state == "paid"
