import re
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django.test import Client
from django_tasks_db.models import DBTaskResult, get_date_max

from shop.core.jobs import each
from shop.money.payments.models import GatewayEvent, Operation, Payment
from shop.orders.models import Order
from shop.reports import checks
from shop.reports.models import Check
from tests import make
from tests.budgets import statements
from tests.make import NOON

pytestmark = pytest.mark.django_db

LONG = NOON - timedelta(minutes=6)
SHORT = NOON - timedelta(minutes=4)


@pytest.fixture(autouse=True)
def all_alive(clock_at):
    clock_at(NOON)
    checks.look_around(at=NOON)
    checks.say_alive.func()


def health():
    """Look as the beat does each minute, then ask as a monitor does."""
    checks.look_around(at=NOON)
    return asked()


def asked():
    answer = Client().get("/health/")
    return answer.status_code, answer.json()["problems"]


def payment(order, **facts):
    return Payment.objects.create(
        order=order, amount=order.total, currency="USD", request={}, made_at=NOON,
        session_ends_at=NOON, **facts,
    )  # fmt: skip


def pending(pay_by):
    order = make.order({make.variant(): 1}, at=NOON - timedelta(hours=1))
    Order.objects.filter(pk=order.pk).update(pay_by=pay_by)
    return order


def test_all_is_well():
    answer = Client().get("/health/")

    told = answer.json()
    assert (answer.status_code, told["is_well"], told["problems"]) == (200, True, {})
    assert {moment[:16] for moment in told["last_seen"].values()} == {"2027-05-12T12:00"}
    assert set(told["last_seen"]) == {"beat", "worker"}
    assert "no-store" in answer.headers["Cache-Control"]


def test_it_has_one_address_for_all_languages():
    assert Client().get("/fr/health/").status_code == 404


def test_an_order_that_is_overdue_is_an_alarm_after_five_minutes():
    pending(SHORT)
    assert health() == (200, {})

    pending(LONG)
    assert asked() == (503, {"orders past their time to pay": 1})  # at once, before any look
    assert health() == (503, {"orders past their time to pay": 1})


def test_it_is_red_when_the_periodic_work_was_not_seen_for_three_minutes(clock_at):
    clock_at(NOON + timedelta(minutes=4))

    silent = ["the periodic work does not run", "nothing was looked at lately"]
    assert asked() == (503, dict.fromkeys(silent))


def test_it_is_red_when_the_worker_was_not_seen_for_twelve_minutes(clock_at):
    later = NOON + timedelta(minutes=13)
    clock_at(later)
    checks.look_around(at=later)

    assert asked() == (503, {"the worker does not run": None})


def test_it_is_red_while_nothing_was_ever_looked_at():
    Check.objects.all().delete()

    status, found = asked()

    assert (status, len(found)) == (503, 3)


def test_it_asks_two_statements_and_no_table_that_grows():
    for name in ("a", "b", "c"):
        each("look", [name], lambda _: 1 / 0, at=LONG)
    checks.look_around(at=NOON)

    with statements(most=2) as seen:
        assert asked() == (503, {"things that periodic work failed at": 3})

    tables = {table for sql in seen for table in re.findall(r'FROM "(\w+)"', sql)}
    assert tables == {"shop_check", "shop_order", "shop_payment"}


def test_a_bank_may_think_as_long_as_it_likes():
    payment(pending(LONG), state=Payment.State.PROCESSING)

    assert health() == (200, {})


@pytest.mark.parametrize(
    ("since", "answer"),
    [(SHORT, (200, {})), (LONG, (503, {"messages of the payment provider": 1}))],
)
def test_messages_that_nobody_applies_are_an_alarm(since, answer):
    GatewayEvent.objects.create(
        gateway_id="evt_1", kind="x", is_live=False, next_try_at=since, received_at=since
    )

    assert health() == answer


@pytest.mark.parametrize(
    ("lease", "answer"),
    [
        (None, (503, {"movements of money": 1})),
        (NOON + timedelta(minutes=1), (200, {})),
        (LONG, (503, {"movements of money": 1})),
    ],
)
def test_money_that_does_not_move_is_an_alarm(lease, answer):
    Operation.objects.create(
        kind="refund", cause="late", payment=payment(pending(NOON)), amount=1, currency="USD",
        request={}, run_after=LONG, leased_until=lease,
        state="queued" if lease is None else "sending",
    )  # fmt: skip

    assert health() == answer


def test_tasks_that_nobody_runs_are_an_alarm():
    DBTaskResult.objects.all().delete()
    task = DBTaskResult.objects.create(
        task_path="x.y", args_kwargs={}, backend_name="default", run_after=get_date_max()
    )
    DBTaskResult.objects.filter(pk=task.pk).update(enqueued_at=LONG)

    assert health() == (503, {"tasks": 1})


def test_a_silent_database_is_an_alarm():
    with connection.execute_wrapper(refuse):
        assert asked() == (503, {"the database does not answer": None})


def refuse(execute, sql, params, many, context):
    raise OperationalError("gone")


def test_it_names_nobody():
    order = pending(LONG)

    text = Client().get("/health/").text

    assert order.contact.email not in text
    assert str(order.uuid) not in text


@pytest.mark.django_db
def test_a_backup_that_was_not_made_for_a_day_is_told_once_there_was_one(clock_at):
    words = "no backup was made for a day"
    clock_at(NOON)
    assert words not in Client().get("/health/").json()["problems"]

    call_command("note_backup")
    clock_at(NOON + timedelta(hours=25))
    assert words not in Client().get("/health/").json()["problems"]
    clock_at(NOON + timedelta(hours=27))

    assert words in Client().get("/health/").json()["problems"]
