"""What waits too long or needs a person, as the health check counts it."""

from datetime import timedelta

import pytest
from django_tasks_db.models import DBTaskResult

from shop.money.money_tasks import gate
from shop.money.money_tasks.kinds import KINDS
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.external.take_over import check_refund
from shop.money.payments.models import GatewayEvent, Operation
from shop.money.payments.operations import ASK_AGAIN, run_operations
from shop.money.payments.watch import problems
from shop.orders.models import Order
from tests import make
from tests.budgets import statements
from tests.make import NOON
from tests.paying import set_clocks
from tests.shop.money.payments.late import owed_back
from tests.shop.money.payments.troubles import LONG, event, operation, payment, pending, task

pytestmark = pytest.mark.django_db

SHORT = NOON - timedelta(minutes=4)
YESTERDAY = NOON - timedelta(hours=23, minutes=59)
EARLIER = NOON - timedelta(hours=24, minutes=1)


def test_when_all_is_well_there_is_nothing_to_say():
    assert problems(at=NOON) == {}


@pytest.mark.parametrize(("pay_by", "count"), [(SHORT, 0), (LONG, 2)])
def test_orders_are_overdue_five_minutes_after_their_time(pay_by, count):
    pending(pay_by)
    pending(pay_by)
    over = pending(pay_by)
    Order.objects.filter(pk=over.pk).update(state="expired")

    assert problems(at=NOON).get("orders past their time to pay", 0) == count


@pytest.mark.parametrize("state", ["processing", "review"])
def test_an_order_on_which_somebody_decides_is_not_called_overdue(state):
    payment(state, of=pending(LONG))

    assert "orders past their time to pay" not in problems(at=NOON)


@pytest.mark.parametrize("state", ["open", "failed", "expired", "superseded"])
def test_a_payment_that_nobody_decides_on_excuses_nothing(state):
    payment(state, of=pending(LONG))

    assert problems(at=NOON) == {"orders past their time to pay": 1}


@pytest.mark.parametrize(
    ("state", "since", "count"), [("new", SHORT, 0), ("new", LONG, 1), ("done", LONG, 0)]
)
def test_messages_wait_too_long_five_minutes_after_their_next_try(state, since, count):
    event(state, next_try_at=since)

    assert problems(at=NOON).get("messages of the payment provider", 0) == count


@pytest.mark.parametrize("state", ["queued", "sending"])
@pytest.mark.parametrize(
    ("run_after", "leased_until", "count"),
    [(SHORT, None, 0), (LONG, None, 1), (LONG, LONG, 1), (LONG, NOON + timedelta(minutes=1), 0)],
    ids=["fresh", "waiting", "its worker died", "at work"],
)
def test_money_waits_too_long_while_no_worker_holds_it(state, run_after, leased_until, count):
    operation(state, run_after=run_after, leased_until=leased_until)

    assert problems(at=NOON).get("movements of money", 0) == count


@pytest.mark.parametrize("state", ["pending", "done", "void"])
def test_money_that_the_provider_has_taken_over_is_no_problem(state):
    operation(state, run_after=EARLIER)

    assert problems(at=NOON) == {}


@pytest.mark.parametrize(
    ("facts", "count"),
    [
        ({"enqueued_at": SHORT}, 0),
        ({}, 1),
        ({"run_after": NOON + timedelta(hours=1)}, 0),
        ({"run_after": SHORT}, 0),
        ({"run_after": LONG}, 1),
        ({"priority": -50}, 0),
        ({"status": "RUNNING"}, 0),
        ({"status": "SUCCESSFUL", "finished_at": LONG}, 0),
    ],
    ids=[
        "fresh",
        "waiting",
        "for later",
        "just due",
        "overdue",
        "for idle hours",
        "at work",
        "done",
    ],
)
def test_tasks_wait_too_long_when_no_worker_takes_them(facts, count):
    task(**facts)

    assert problems(at=NOON).get("tasks", 0) == count


def test_a_payment_to_be_looked_at_is_shown_until_somebody_did():
    payment("review")

    assert problems(at=NOON + timedelta(days=30))["payments to be looked at"] == 1


def test_a_movement_of_money_that_is_blocked_is_shown_until_somebody_did_something():
    operation("blocked", run_after=EARLIER)

    assert problems(at=NOON) == {"refunds that did not go": 1}


@pytest.mark.parametrize(("minutes", "count"), [(59, 0), (60, 1), (24 * 60, 0)])
def test_a_task_whose_worker_died_in_it_is_shown_after_an_hour(minutes, count):
    task("RUNNING", started_at=NOON - timedelta(minutes=minutes))

    assert problems(at=NOON).get("tasks that were begun and never ended", 0) == count


@pytest.mark.parametrize(("at", "count"), [(YESTERDAY, 1), (EARLIER, 0)])
def test_a_task_that_failed_is_shown_for_a_day(at, count):
    task("FAILED", finished_at=at)

    assert problems(at=NOON).get("tasks that failed", 0) == count


def test_money_and_messages_that_wait_for_a_person_are_shown_until_somebody_closes_them():
    failed = operation("failed", run_after=EARLIER)
    Order.objects.update(state="expired")
    event("dead", next_try_at=EARLIER)
    names = [
        "refunds that did not go",
        "messages of the payment provider that were given up",
    ]
    assert problems(at=NOON + timedelta(days=90)) == dict.fromkeys(names, 1)

    Operation.objects.filter(pk=failed.pk).update(state="done", resolved_at=NOON)
    GatewayEvent.objects.update(state="done")
    for row in MoneyTask.objects.all():
        gate.close(row, KINDS[row.kind].outcomes[-1], reason="Done", at=NOON, by=make.user())

    assert problems(at=NOON + timedelta(days=90)) == {}


def test_money_that_the_bank_returns_days_later_is_shown(till):
    refund = owed_back(till)
    run_operations(at=NOON)
    refund.refresh_from_db()
    later = NOON + timedelta(days=3)
    set_clocks(till, later)
    till.settle_refund(refund.remote_id, ok=False)
    DBTaskResult.objects.all().delete()
    Order.objects.filter(state="pending").update(state="expired")

    check_refund(refund.remote_id, at=later)

    assert problems(at=later) == {"refunds that did not go": 1}


def test_a_refund_that_fails_after_it_waited_is_shown(till):
    refund = owed_back(till)
    till.hold_refunds()
    run_operations(at=NOON)
    refund.refresh_from_db()
    till.settle_refund(refund.remote_id, ok=False)

    check_refund(refund.remote_id, at=NOON + ASK_AGAIN)

    found = problems(at=NOON + ASK_AGAIN)
    assert found["refunds that did not go"] == 1


def test_the_number_of_statements_does_not_grow_with_what_is_wrong():
    with statements(most=9) as few:
        problems(at=NOON)
    for _ in range(4):
        pending(LONG)
        event(next_try_at=LONG)
        event("dead", next_try_at=LONG)
        payment("review")
        for state in ("queued", "blocked", "failed"):
            operation(state)
        task()
        task("FAILED", finished_at=LONG)

    with statements(most=9) as many:
        found = problems(at=NOON)

    assert len(few) == len(many) == 9
    assert set(found.values()) == {4, 8}
