"""The periodic work: each piece runs, alone, and the failure of one is not that of the others."""

import signal
import subprocess
import sys
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django_tasks_db.models import DBTaskResult

from shop.core import clock
from shop.core.jobs.models import FailedJob
from shop.management.commands.beat import LOCK_SPACE, MONEY, ROUNDS, Command
from shop.money.payments.models import GatewayEvent, Payment
from shop.money.payments.watch import send_alerts
from shop.reports import checks, monitor
from shop.reports.models import Check
from shop.reports.monitor import standing
from tests import make
from tests.make import NOON
from tests.patience import PATIENCE, wait_until
from tests.paying import begin, set_clocks
from tests.processes import environment
from tests.shop.money.payments.late import owed_back
from tests.stepping import open_transaction

pytestmark = pytest.mark.django_db(transaction=True)
ROOT = Path(__file__).parents[3]
LATER = NOON + timedelta(minutes=31)


@pytest.fixture
def work(sandbox, clock_at):
    """Leave something to do for every piece that moves goods or money; return what it is."""
    set_clocks(sandbox, NOON)
    clock_at(NOON)
    overdue = make.order({make.variant(20_00): 1})
    unheard = begin(make.cart({make.variant(20_00): 1}))
    heard = begin(make.cart({make.variant(20_00): 1}))
    for payment in (unheard, heard):
        sandbox.pay(payment.session_id)
    GatewayEvent.objects.create(
        gateway_id="evt_1", kind="checkout.session.completed", object_id=heard.session_id,
        is_live=False, next_try_at=NOON, received_at=NOON,
    )  # fmt: skip
    refund = owed_back(sandbox)
    at = NOON + timedelta(minutes=20)
    type(overdue).objects.filter(pk=overdue.pk).update(pay_by=at)
    set_clocks(sandbox, at)
    clock_at(at)
    return {"order": overdue, "unheard": unheard, "heard": heard, "refund": refund}


def states(work):
    for row in work.values():
        row.refresh_from_db()
    return {name: str(row.state) for name, row in work.items()}


ALL_DONE = {"order": "expired", "unheard": "paid", "heard": "paid", "refund": "done"}


def test_one_round_does_everything_that_waits(work):
    call_command("beat", once=True)

    assert states(work) == ALL_DONE
    assert GatewayEvent.objects.get().state == "done"


@pytest.mark.parametrize(
    ("part", "done", "alive"),
    [("money", ALL_DONE, {"mover"}), ("rest", {"order": "pending"}, {"beat"})],
)
def test_a_part_of_it_runs_in_a_process_of_its_own(work, part, done, alive):
    call_command("beat", once=True, part=part)

    found = states(work)
    assert {name: found[name] for name in done} == done
    assert (GatewayEvent.objects.get().state == "done") == (part == "money")
    seen = set(Check.objects.filter(name__in=("beat", "mover")).values_list("name", flat=True))
    assert seen == alive


@pytest.mark.parametrize(("part", "silent"), [("money", "beat"), ("rest", "mover")])
def test_whichever_part_is_silent_the_other_one_tells(part, silent, settings, monkeypatch):
    settings.ORGANIZER_EMAILS = ["kofi@example.org"]
    monkeypatch.setattr(monitor, "_began", -10_000.0)
    checks.say_beating(silent, at=clock.now() - timedelta(hours=1))

    call_command("beat", once=True, part=part)

    [asked] = DBTaskResult.objects.filter(task_path=send_alerts.module_path)
    assert monitor.SILENT[silent] in asked.args_kwargs["args"][0]


def test_each_piece_that_moves_money_is_one_of_the_pieces():
    assert {piece.name for piece in ROUNDS} > MONEY


def test_a_process_of_money_that_ended_is_told(work):
    call_command("beat", once=True)
    later = clock.now() + timedelta(minutes=4)
    Check.objects.exclude(name="mover").update(at=later)

    assert "money is not moved: its periodic work does not run" in standing(at=later).problems


def test_a_piece_that_fails_is_logged_and_the_others_run(work, caplog):
    with away("shop_gatewayevent"):
        call_command("beat", once=True)

    assert states(work) == ALL_DONE  # the poller heard of both payments
    failed = [r.getMessage() for r in caplog.records if r.name == "shop.management.commands.beat"]
    assert [said.split(" failed")[0] for said in failed] == [
        "apply waiting messages", "apply messages about payouts", "forget what messages said",
        "forget old messages",
    ]  # fmt: skip
    assert GatewayEvent.objects.get().state == "new"


def test_a_rare_piece_that_failed_has_its_turn_in_the_next_round(work, caplog):
    beat = Command()
    with away("shop_gatewayevent"):
        beat.go_round(0)
    failed = FailedJob.objects.filter(round="forget what messages said", closed_at=None)
    assert failed.exists()
    caplog.clear()

    beat.go_round(1)

    assert not failed.exists()
    assert GatewayEvent.objects.get().state == "done"
    assert not [r for r in caplog.records if r.name == "shop.management.commands.beat"]


def test_a_piece_that_another_process_is_at_is_left_to_it(work):
    expiring = next(n for n, (name, *_) in enumerate(ROUNDS) if name == "expire overdue orders")

    with open_transaction(lambda: lock_piece(expiring)):
        call_command("beat", once=True)

    assert states(work) == ALL_DONE | {"order": "pending"}


def test_it_lets_go_of_every_piece(work):
    call_command("beat", once=True)

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = database "
            "WHERE datname = current_database() AND locktype = 'advisory' AND classid = %s",
            [LOCK_SPACE],
        )
        assert cursor.fetchone() == (0,)


def test_it_goes_round_until_it_is_told_to_stop(work):
    beating = subprocess.Popen(
        [sys.executable, "manage.py", "beat"], cwd=ROOT, stderr=subprocess.PIPE, text=True,
        env=environment(),
    )  # fmt: skip
    try:
        wait_until(Payment.objects.filter(pk=work["unheard"].pk, state="paid").exists)
        beating.send_signal(signal.SIGTERM)
        _, said = beating.communicate(timeout=PATIENCE)
    finally:
        beating.kill()

    assert (beating.returncode, said) == (0, "")
    assert states(work) == ALL_DONE


def lock_piece(number):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_SPACE, number])


@contextmanager
def away(table):
    """Take a table away for a while."""
    run(f"ALTER TABLE {table} RENAME TO away")
    try:
        yield
    finally:
        run(f"ALTER TABLE away RENAME TO {table}")


def run(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)
