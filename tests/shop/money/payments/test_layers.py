"""Guards that cover each other: each has a test in which it stands alone."""

from datetime import timedelta

import pytest

from shop.catalogue.stock.models import Pool
from shop.money.payments import operations
from shop.money.payments.apply import apply_session
from shop.money.payments.cancel import end_unpaid
from shop.money.payments.models import GatewayEvent, Payment
from shop.money.payments.open_session import open_session
from shop.money.payments.operations import REFUNDS, run_operations
from shop.money.payments.provider.outbox import LEASE
from shop.money.payments.provider.stripe_gateway import gateway
from shop.orders import end
from shop.orders.cart.models import Cart
from tests import make
from tests.emptying import in_any_step
from tests.make import NOON
from tests.paying import assert_books_agree, begin, post
from tests.shop.money.payments.late import owed_back, twin_of
from tests.stepping import Beside, lock_row, open_transaction

pytestmark = pytest.mark.django_db
step_by_step = pytest.mark.django_db(transaction=True)
LATER = NOON + timedelta(minutes=5)
PAY_BY = NOON + timedelta(minutes=30)


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


# Where the cart is gone nothing but the order's own lock keeps the two apart.
@pytest.mark.parametrize("has_cart", [True, False])
@step_by_step
def test_an_order_is_not_released_under_a_payment_that_began_meanwhile(till, has_cart):
    order = make.order({make.variant(20_00): 1})
    if not has_cart:
        Cart.objects.all().delete()
        order.refresh_from_db()

    def begin_to_pay():
        end.lock(order.pk)
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


def test_a_message_is_known_by_its_id_whatever_else_it_says(till):
    payment = begin(make.cart({make.variant(20_00): 1}))
    till.pay(payment.session_id)
    event = till.pull()[-1]

    post(event, till)
    post(event | {"created": event["created"] + 60}, till)

    assert GatewayEvent.objects.count() == 1


def test_a_session_that_is_lost_and_found_has_one_key(till):
    payment = begin(make.cart({make.variant(20_00): 1}))
    known = payment.session_id
    with in_any_step(Payment):
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
    REFUNDS.claim(operations._due(NOON), at=NOON)

    assert run_operations(at=NOON + LEASE - timedelta(seconds=1)) == 0
    assert refunds_made(till) == 0
    assert run_operations(at=NOON + LEASE) == 1

    refund.refresh_from_db()
    assert (refund.state, refund.tries) == ("done", 2)


def test_a_slow_worker_cannot_undo_what_another_one_did_after_the_lease(till):
    refund = owed_back(till)
    slow = REFUNDS.claim(operations._due(NOON), at=NOON)
    run_operations(at=NOON + LEASE)
    till.fail_next(500, 500)

    REFUNDS.carry_out(slow, at=NOON + LEASE)

    refund.refresh_from_db()
    assert (refund.state, refund.error) == ("done", "")
    assert run_operations(at=NOON + timedelta(hours=1)) == 0
    assert refunds_made(till) == 1
    assert_books_agree()


def test_a_slow_worker_does_not_free_what_the_next_one_is_sending(till):
    refund = owed_back(till)
    slow = REFUNDS.claim(operations._due(NOON), at=NOON)
    REFUNDS.claim(operations._due(NOON + LEASE), at=NOON + LEASE)
    till.fail_next(500, 500)

    REFUNDS.carry_out(slow, at=NOON + LEASE)

    refund.refresh_from_db()
    assert (refund.state, refund.leased_until) == ("sending", NOON + 2 * LEASE)


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


def test_a_session_that_a_bank_is_at_is_not_closed(till):
    payment = begin(make.cart({make.variant(20_00): 1}))
    till.pay_later(payment.session_id)
    apply_session(payment.session_id, at=NOON)
    till.settle(payment.session_id, ok=False)

    assert end_unpaid(payment.order, at=PAY_BY) is False

    payment.refresh_from_db()
    assert payment.state == "processing"
    assert Pool.objects.get().held == 1


def test_a_message_that_is_done_does_not_ask_the_provider_again(till):
    """What has ended without money is asked about each time, were the message applied again."""
    payment = begin(make.cart({make.variant(20_00): 1}))
    gateway().close_checkout(payment.session_id)
    event = next(e for e in till.pull() if e["type"] == "checkout.session.expired")
    post(event, till)
    till.fail_next(500, 500)

    assert post(event, till) == 200

    stored = GatewayEvent.objects.get()
    assert (stored.state, stored.tries, stored.error) == ("done", 0, "")
