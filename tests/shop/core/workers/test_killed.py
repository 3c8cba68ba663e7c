"""A worker that is killed in the midst of a task: the task waits again and nothing is lost."""

import os
import signal
import subprocess
import sys
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django_tasks_db.models import DBTaskResult

from shop.core import clock
from shop.core.tasks import enqueue
from shop.core.workers.models import Worker
from shop.core.workers.revive import DIED, LEASE, MOST_WORKERS, take_up
from shop.orders.models import Suborder
from shop.orders.tasks import send_receipt, tell_merchants
from shop.reports.models import Check
from tests import make
from tests.make import NOON
from tests.patience import PATIENCE, wait_until
from tests.post import post_office
from tests.processes import environment
from tests.silence import silent_server

pytestmark = pytest.mark.long

ROOT = Path(__file__).parents[4]
ONCE = ["--batch", "--no-startup-delay", "--interval=0"]


def command(port, *arguments, patience=PATIENCE):
    mail = {"BAOBAB_TEST_SMTP": "1", "EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(port)}
    return {
        "args": [sys.executable, "manage.py", *arguments], "cwd": ROOT,
        "env": environment() | mail | {"EMAIL_SECONDS": str(patience)},
    }  # fmt: skip


def task(status="RUNNING", workers=("w1",)):
    enqueue(send_receipt, 0)
    made = DBTaskResult.objects.get(worker_ids=[])
    facts = {"status": status, "worker_ids": list(workers), "started_at": NOON}
    DBTaskResult.objects.filter(pk=made.pk).update(**facts)
    return made


def alive(name, *, at):
    Worker.objects.create(pk=name, begun_at=at, seen_at=at)


def status(row):
    row.refresh_from_db()
    return row.status


@pytest.mark.django_db(transaction=True)
def test_a_mail_whose_worker_is_killed_is_sent_again_under_the_same_number(clock_at):
    clock_at(NOON)
    order = make.order({make.variant(20_00): 1})
    enqueue(send_receipt, order.pk)
    with post_office() as office:
        office.answers = False  # it has the mail, and the worker never hears so
        worker = subprocess.Popen(**command(office.port, "db_worker", *ONCE))
        office.wait_for(1)
        worker.kill()
        worker.wait()

        assert DBTaskResult.objects.get().status == "RUNNING"
        last_seen = Worker.objects.get().seen_at
        assert take_up(at=last_seen + LEASE - timedelta(seconds=1)) == 0  # it may still live
        assert take_up(at=last_seen + LEASE) == 1
        office.answers = True
        subprocess.run(**command(office.port, "db_worker", *ONCE), check=True, timeout=PATIENCE)

    first, second = office.messages
    assert first["To"] == second["To"] == order.contact.email
    assert first["Message-ID"] == second["Message-ID"]
    assert DBTaskResult.objects.get().status == "SUCCESSFUL"


@pytest.mark.django_db(transaction=True)
def test_a_silent_mail_server_halts_neither_beat_nor_worker(clock_at):
    clock_at(NOON)
    order = make.order({make.variant(20_00): 1})
    enqueue(send_receipt, order.pk)

    with silent_server() as silent:
        for asked in (["beat", "--once"], ["db_worker", *ONCE]):
            # A second task stands before the receipt: what the beat asked the worker.
            process = command(silent.port, *asked, patience=2)
            subprocess.run(**process, check=True, timeout=PATIENCE)

    found = {row.name: row for row in Check.objects.all()}
    assert found["beat"].standing == found["worker"].standing == "good"
    assert found["mail"].standing == "bad"
    (again,) = DBTaskResult.objects.filter(status="READY", task_path__endswith="send_receipt")
    assert again.args_kwargs["kwargs"]["tries"] == 1


@pytest.mark.django_db
def test_the_task_of_a_worker_that_lives_is_left_to_it():
    alive("w1", at=NOON - LEASE + timedelta(seconds=1))
    row = task()

    assert take_up(at=NOON) == 0
    assert status(row) == "RUNNING"


@pytest.mark.django_db
def test_the_task_of_a_worker_that_is_gone_waits_again():
    alive("w1", at=NOON - LEASE)
    row, done = task(), task("SUCCESSFUL")

    assert take_up(at=NOON) == 1
    assert (status(row), status(done)) == ("READY", "SUCCESSFUL")
    assert row.started_at is None


@pytest.mark.django_db
def test_a_task_in_which_worker_after_worker_dies_ends_with_a_person():
    row = task(workers=[f"w{n}" for n in range(MOST_WORKERS)])

    assert take_up(at=NOON) == 1

    assert status(row) == "FAILED"
    assert row.exception_class_path == DIED


@pytest.mark.django_db(transaction=True)
def test_a_task_that_queues_others_does_so_once_even_if_its_worker_is_killed():
    """The worker is killed after the task, before it could write down that it is done."""
    order = make.order({make.variant(20_00): 1})
    for _ in range(2):
        make.member(Suborder.objects.get().merchant)
    enqueue(tell_merchants, order.pk)
    killing = (
        "import os, signal, sys\n"
        "from django_tasks_db.models import DBTaskResult\n"
        "DBTaskResult.set_successful = lambda *_: os.kill(os.getpid(), signal.SIGKILL)\n"
        "from django.core.management import execute_from_command_line\n"
        "execute_from_command_line(sys.argv)\n"
    )
    asked = command(1, "db_worker", *ONCE, "--max-tasks=1")
    asked["args"][1:2] = ["-c", f"import django; django.setup()\n{killing}"]

    ended = subprocess.run(**asked, check=False, timeout=PATIENCE)

    assert ended.returncode == -signal.SIGKILL
    assert take_up(at=clock.now() + 2 * LEASE) == 0  # its end is written with what it queued
    assert DBTaskResult.objects.get(task_path__endswith="tell_merchants").status == "SUCCESSFUL"
    assert DBTaskResult.objects.filter(status="READY").count() == 2


@pytest.mark.django_db(transaction=True)
def test_the_beat_ends_soon_when_it_is_told_to_in_the_midst_of_a_long_round():
    with table_locked("shop_order"):
        beating = subprocess.Popen(**command(1, "beat"))
        wait_until(somebody_waits)
        os.kill(beating.pid, signal.SIGTERM)
        assert beating.wait(timeout=PATIENCE) == 0  # the lock is held all the while
    assert not Check.objects.filter(name="orders").exists()


@contextmanager
def table_locked(name):
    """Keep everybody else from reading a table, as long as that takes."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute(f"BEGIN; LOCK TABLE {name} IN ACCESS EXCLUSIVE MODE")
        yield
    finally:
        other.close()


def somebody_waits():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND cardinality(pg_blocking_pids(pid)) > 0"
        )
        return cursor.fetchone()[0]
