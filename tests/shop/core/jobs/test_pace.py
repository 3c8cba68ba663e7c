"""What hangs is ended in the midst of it, whatever it waits for, and the rest has its turn."""

import signal
import socket
import threading

import pytest
from django.db import connection

from shop.core.jobs import each, pace
from shop.core.jobs.models import FailedJob
from shop.management.commands.beat import Command, Round
from tests.make import NOON
from tests.patience import PATIENCE, wait_until
from tests.silence import silent_server
from tests.stepping import Beside

pytestmark = pytest.mark.django_db(transaction=True)
SOON = 0.3


def sleep_in_database(*, at=NOON):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_sleep({2 * PATIENCE})")


def asleep():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND state = 'active' AND query LIKE 'SELECT pg_sleep%'"
        )
        return cursor.fetchone()[0]


@pytest.fixture
def listening():
    with silent_server() as server:
        yield server


def interrupt_when(it_hangs):
    """Let the time be over as soon as something hangs, however long it took to come there."""
    wait_until(it_hangs)
    signal.pthread_kill(threading.main_thread().ident, signal.SIGALRM)


@pytest.mark.parametrize("where", ["database", "network"])
def test_an_item_that_hangs_is_ended_and_the_next_has_its_turn(where, listening):
    def listen_in_vain():
        with socket.create_connection(("127.0.0.1", listening.port)) as line:
            line.settimeout(2 * PATIENCE)
            line.recv(1)

    hang = {"database": sleep_in_database, "network": listen_in_vain}[where]
    hangs = {"database": asleep, "network": lambda: listening.callers}[where]
    seen = []

    with pace.interrupted_after(PATIENCE):
        beside = Beside(lambda: interrupt_when(hangs))
        each("look", [hang, "b"], lambda item: item() if callable(item) else seen.append(item),
             at=NOON, about=str)  # fmt: skip
    beside.result()

    assert seen == ["b"]
    assert FailedJob.objects.get().error == "TooLong"
    assert asleep() == 0


def test_a_round_that_hangs_is_ended_listed_and_closed_when_it_succeeds():
    beat, before = Command(), signal.getsignal(signal.SIGALRM)

    beat._run(99, Round("hang", sleep_in_database, 1, SOON / 6), at=NOON)

    found = FailedJob.objects.get()
    assert (found.round, found.kind, found.error) == ("hang", "", "TooLong")
    assert asleep() == 0
    assert signal.getsignal(signal.SIGALRM) == before
    beat._run(99, Round("hang", lambda *, at: None, 1), at=NOON)
    assert not FailedJob.objects.get().is_open


def test_a_round_that_fails_is_listed_and_gives_its_place_back():
    beat = Command()

    beat._run(99, Round("fail", lambda *, at: 1 / 0, 1), at=NOON)
    beat._run(99, Round("fail", lambda *, at: 1 / 0, 1), at=NOON)

    assert FailedJob.objects.get().count == 2
