"""Cases P51 and P32: refunds of ours ask for what is left beside those made outside."""

from datetime import timedelta

import pytest

from shop.core.errors import NotPossible
from shop.money.ledger.posting.refunds import post_refund
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.external.decide import was_owed
from shop.money.payments.external.match import queue_rest
from shop.money.payments.external.take_over import (
    check_refund,
    check_refunds_of,
    look_at_blocked,
    take_over_refund,
)
from shop.money.payments.models import Operation, Payment
from shop.money.payments.operations import run_operations
from shop.money.payments.provider.gateway import RemoteRefund
from shop.money.payments.refund import refund_lines
from shop.orders.refund import record
from tests.cms.dashboard.people import organizer
from tests.make import NOON
from tests.paying import assert_books_agree, deliver
from tests.shop.money.payments.books import refunded
from tests.shop.money.payments.late import owed_back
from tests.shop.money.payments.test_external import at_the_provider, books, sold, the_task

pytestmark = pytest.mark.django_db


def test_p51_a_later_refund_of_ours_takes_what_is_left_and_the_rest_was_for_it(till):
    payment = sold(till)
    line = payment.order.lines.get()
    at_the_provider(payment, 10_00)
    deliver(till)

    refund_lines(payment.order_id, [line.pk], reason="Broken", at=NOON)
    run_operations(at=NOON)

    assert sorted(refunded(till)) == [10_00, 20_00]
    ours = Operation.objects.exclude(cause="outside").get()
    assert (ours.amount, ours.state) == (20_00, "done")
    assert Operation.objects.get(cause="outside").unmatched == 0
    assert books("suspense", "refunds_due", "payable", "provider") == [0, 0, 0, 0]
    assert not MoneyTask.objects.filter(state="open").exists()
    assert_books_agree()


def test_a_refund_of_ours_that_waits_is_lowered_by_what_went_outside(till):
    operation = owed_back(till)
    at_the_provider(operation.payment, 5_00)
    deliver(till)

    run_operations(at=NOON + timedelta(minutes=1))

    assert sorted(refunded(till)) == [5_00, 15_00]
    assert books("suspense", "refunds_due", "provider") == [0, 0, 0]
    operation.payment.refresh_from_db()
    assert operation.payment.state == "refunded"


def test_what_went_back_wholly_outside_is_not_sent_again(till):
    operation = owed_back(till)
    at_the_provider(operation.payment, 20_00)
    deliver(till)
    run_operations(at=NOON)

    operation.refresh_from_db()
    assert (operation.state, refunded(till)) == ("void", [20_00])
    assert Payment.objects.get(pk=operation.payment_id).state == "refunded"
    assert books("suspense", "refunds_due") == [0, 0]
    assert not MoneyTask.objects.filter(state="open").exists()


def test_a_refused_refund_is_freed_when_it_was_refused_for_that(till):
    """No message came: the provider says that it has been refunded, and so it is asked."""
    operation = owed_back(till)
    at_the_provider(operation.payment, 5_00)
    till.pull()
    run_operations(at=NOON)
    operation.refresh_from_db()
    assert operation.state == "blocked"
    assert MoneyTask.objects.get().kind == "refund_stuck"

    assert look_at_blocked(at=NOON) == 1
    run_operations(at=NOON + timedelta(minutes=1))

    operation.refresh_from_db()
    assert (operation.state, operation.amount) == ("done", 15_00)
    assert sorted(refunded(till)) == [5_00, 15_00]
    assert not MoneyTask.objects.filter(state="open").exists()


def test_a_stuck_refund_that_was_made_by_hand_is_not_sent_a_second_time(till):
    payment = sold(till)
    back = record(payment.order, {payment.order.lines.get(): 1}, cause="return", at=NOON)
    post_refund(back, at=NOON)
    queue_rest(payment, back, cause="returned", at=NOON)
    till.fail_next(400, code="charge_disputed", on="POST /v1/refunds")
    run_operations(at=NOON)
    at_the_provider(payment, 15_00)
    deliver(till)

    was_owed(the_task(), reason="By Kofi, in the dashboard", at=NOON, by=organizer())

    assert Operation.objects.exclude(cause="outside").get().state == "void"
    assert not MoneyTask.objects.filter(state="open").exists()
    assert books("suspense") == [0]
    run_operations(at=NOON + timedelta(hours=1))
    assert refunded(till) == [15_00]


def test_without_a_refund_of_ours_it_was_for_none(till):
    at_the_provider(sold(till), 10_00)
    deliver(till)

    with pytest.raises(NotPossible, match="Split it"):
        was_owed(the_task(), reason="x", at=NOON, by=organizer())

    assert the_task()


def test_what_may_have_gone_under_its_key_is_not_sent_under_a_new_one(till):
    """The answer was lost, and somebody refunds a part by hand before ours is heard of."""
    payment = sold(till)
    refund_lines(payment.order_id, [payment.order.lines.get().pk], reason="Broken", at=NOON)
    till.fail_next(500, executed=True, on="POST /v1/refunds")
    till.fail_next(500, executed=True, on="POST /v1/refunds")
    run_operations(at=NOON)
    ours = Operation.objects.get()
    assert (ours.state, refunded(till)) == ("queued", [30_00])

    take_over_refund(
        RemoteRefund("re_x", True, charge_id=payment.charge_id, amount=5_00, currency="USD"),
        at=NOON,
    )

    same = Operation.objects.get(pk=ours.pk)
    assert (same.uuid, same.amount) == (ours.uuid, 30_00)


def test_one_that_went_although_it_was_given_up_is_on_the_desk(till):
    operation = owed_back(till)
    Operation.objects.update(state="void", resolved_at=NOON)

    take_over_refund(
        RemoteRefund("re_x", True, charge_id=operation.payment.charge_id, amount=20_00,
                     currency="USD", operation_uuid=str(operation.uuid)), at=NOON,
    )  # fmt: skip

    assert Operation.objects.get(remote_id="re_x").cause == "outside"


def test_two_refunds_that_wait_are_lowered_together(till):
    payment = sold(till)
    for _unit in range(2):
        payment.order.refresh_from_db()
        back = record(payment.order, {payment.order.lines.get(): 1}, cause="return", at=NOON)
        post_refund(back, at=NOON)
        queue_rest(payment, back, cause="returned", at=NOON)
    at_the_provider(payment, 20_00)
    deliver(till)

    run_operations(at=NOON + timedelta(minutes=1))

    assert sorted(refunded(till)) == [10_00, 20_00]
    assert books("suspense", "refunds_due", "provider") == [0, 0, 0]


def test_a_refused_refund_waits_for_a_look_at_the_charge(till):
    """A message alone does not say that ours has not gone."""
    operation = owed_back(till)
    till.fail_next(400, code="charge_disputed", on="POST /v1/refunds")
    run_operations(at=NOON)
    at_the_provider(operation.payment, 5_00)

    (event,) = [e for e in till.pull() if e["type"] == "refund.created"]
    check_refund(event["data"]["object"]["id"], at=NOON)

    operation.refresh_from_db()
    assert (operation.state, operation.amount) == ("blocked", 20_00)
    check_refunds_of(operation.payment.charge_id, at=NOON)
    operation.refresh_from_db()
    assert (operation.state, operation.amount) == ("queued", 15_00)
