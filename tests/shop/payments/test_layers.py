"""Guards that cover each other: each has a test in which it stands alone."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction

from shop.errors import GatewayError
from shop.orders import ending
from shop.orders.models import Order
from shop.payments import operations
from shop.payments.applying import apply_session
from shop.payments.cancelling import end_unpaid
from shop.payments.collecting import open_session
from shop.payments.models import GatewayEvent, Operation, Payment
from shop.payments.operations import LEASE, run_operations
from shop.payments.sweeping import BATCH, check_unsettled, expire_overdue
from shop.payments.webhooks import handle_waiting
from shop.stock.models import Pool
from tests import make
from tests.make import NOON
from tests.paying import assert_books_agree, begin, post, set_clocks
from tests.stepping import Beside, lock_row, open_transaction

pytestmark = pytest.mark.django_db
step_by_step = pytest.mark.django_db(transaction=True)
LATER = NOON + timedelta(minutes=5)
PAY_BY = NOON + timedelta(minutes=30)


def twin_of(payment):
    """Return a second open session of the same order, as a fault of ours might leave it."""
    twin = Payment.objects.get(pk=payment.pk)
    twin.pk, twin.uuid, twin.session_id, twin.session_url = None, uuid4(), None, ""
    twin.state, twin.request = "creating", payment.request | {"payment": str(twin.uuid)}
    twin.save(force_insert=True)
    return open_session(twin, at=NOON)


def owed_back(till):
    """Return the refund of money that came when the goods were gone."""
    kettle = make.variant(20_00, on_hand=1)
    payment = begin(make.cart({kettle: 1}))
    with transaction.atomic():
        ending.expire(ending.lock(payment.order_id), at=NOON)
    make.order({kettle: 1})
    till.pay(payment.session_id)
    apply_session(payment.session_id, at=NOON)
    return Operation.objects.get(payment=payment)


def refunds_made(till):
    return len(list(till.world.store.all("refund")))


@step_by_step
def test_two_payments_of_one_order_are_judged_one_after_the_other(till):
    first = begin(make.cart({make.variant(20_00): 1}))
    second = twin_of(first)
    for payment in (first, second):
        till.pay(payment.session_id)

    with open_transaction(lambda: apply_session(first.session_id, at=NOON)):
        surplus = Beside(lambda: apply_session(second.session_id, at=NOON))
        assert surplus.waits()

    assert surplus.result().state == "refunding"
    assert Payment.objects.get(pk=first.pk).state == "paid"
    assert Pool.objects.get().sold == 1
    assert_books_agree()


@step_by_step
def test_an_order_is_not_released_under_a_payment_that_began_meanwhile(till):
    order = make.order({make.variant(20_00): 1})

    def begin_to_pay():
        ending.lock(order.pk)
        Payment.objects.create(
            order=order, amount=20_00, currency="USD", request={}, session_ends_at=PAY_BY,
            made_at=NOON,
        )  # fmt: skip

    with open_transaction(begin_to_pay):
        sweeping = Beside(lambda: end_unpaid(order, at=PAY_BY))
        assert sweeping.waits()

    assert sweeping.result() is False
    order.refresh_from_db()
    assert order.is_pending
    assert Pool.objects.get().held == 1


def test_the_first_unit_of_a_message_is_its_id_whatever_else_it_says(till):
    payment = begin(make.cart({make.variant(20_00): 1}))
    till.pay(payment.session_id)
    event = till.pull()[-1]

    post(event, till)
    post(event | {"created": event["created"] + 60}, till)

    assert GatewayEvent.objects.count() == 1


def test_a_session_that_is_lost_and_found_has_one_key(till):
    payment = begin(make.cart({make.variant(20_00): 1}))
    known = payment.session_id
    Payment.objects.update(session_id=None, session_url="", state="creating")

    found = open_session(Payment.objects.get(), at=LATER)

    assert found.session_id == known
    assert len(list(till.world.store.all("checkout.session"))) == 1


@step_by_step
def test_a_worker_takes_the_next_operation_instead_of_waiting_for_another_worker(till):
    first, second = owed_back(till), owed_back(till)

    with open_transaction(lambda: lock_row(first)):
        working = Beside(lambda: run_operations(at=NOON))
        assert not working.waits()

    assert working.result() == 1
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("queued", "done")


def test_an_operation_in_somebody_s_hands_is_left_there_until_the_lease_ends(till):
    refund = owed_back(till)
    operations._claim(at=NOON)

    assert run_operations(at=NOON + LEASE - timedelta(seconds=1)) == 0
    assert refunds_made(till) == 0
    assert run_operations(at=NOON + LEASE) == 1

    refund.refresh_from_db()
    assert (refund.state, refund.tries) == ("done", 2)


def test_a_slow_worker_cannot_undo_what_another_one_did_after_the_lease(till):
    refund = owed_back(till)
    slow = operations._claim(at=NOON)
    run_operations(at=NOON + LEASE)
    till.fail_next(500, 500)

    operations._carry_out(slow, at=NOON + LEASE)

    refund.refresh_from_db()
    assert (refund.state, refund.error) == ("done", "")
    assert run_operations(at=NOON + timedelta(hours=1)) == 0
    assert refunds_made(till) == 1
    assert_books_agree()


def test_an_answer_that_was_lost_is_asked_for_again_with_the_same_key(till):
    refund = owed_back(till)
    till.fail_next(503, 503, executed=True, on="POST /v1/refunds")

    run_operations(at=NOON)
    refund.refresh_from_db()
    assert (refund.state, refund.remote_id) == ("queued", None)
    run_operations(at=NOON + timedelta(minutes=1))

    refund.refresh_from_db()
    assert refund.state == "done"
    assert refunds_made(till) == 1
    assert_books_agree()


def test_a_refused_operation_waits_for_a_person_and_is_not_repeated(till):
    refund = owed_back(till)
    till.fail_next(400)

    run_operations(at=NOON)

    refund.refresh_from_db()
    assert refund.state == "blocked"
    assert run_operations(at=NOON + timedelta(days=1)) == 0


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
    till.fail_next(503, 503, executed=executed)
    with pytest.raises(Exception, match="payment page cannot be reached"):
        begin(who)
    return Payment.objects.get()


def test_one_order_that_cannot_be_released_does_not_keep_the_others(till, caplog):
    broken, sound = make.order({make.variant(): 1}), make.order({make.variant(): 1})
    Pool.objects.filter(pk=broken.lines.get().pool_id).update(held=0)

    assert expire_overdue(at=PAY_BY) == 1

    broken.refresh_from_db()
    sound.refresh_from_db()
    assert (broken.state, sound.state) == ("pending", "expired")
    assert any(broken.number in record.getMessage() for record in caplog.records)


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
