"""Nothing that the shop waits for can hold it for ever: really silent servers, real locks."""

import os
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from config.database import CONNECT_SECONDS, PLANNING, bounded
from config.threads import threads_of_web
from tests.patience import wait_until
from tests.silence import silent_server

ROOT = Path(__file__).parents[2]


def connect(**options):
    # Any database of the server will do; the one that the address names need not be there.
    return psycopg.connect(
        os.environ["DATABASE_URL"], dbname="postgres", autocommit=True, **options
    )


def is_there(backend):
    with connect() as line:
        asked = "SELECT FROM pg_stat_activity WHERE pid = %s"
        return line.execute(asked, [backend]).fetchone() is not None


def test_a_statement_that_takes_too_long_is_ended():
    with connect(**bounded({}, 1)) as line, pytest.raises(psycopg.errors.QueryCanceled):
        line.execute("SELECT pg_sleep(60)")


def test_nobody_waits_for_a_lock_without_end():
    with connect() as holder, connect(**bounded({}, 2)) as waiter:
        holder.execute("SELECT pg_advisory_lock(77, 1)")

        with pytest.raises(psycopg.errors.LockNotAvailable):
            waiter.execute("SELECT pg_advisory_lock(77, 1)")


def test_a_transaction_that_stands_still_gives_its_locks_back():
    found = bounded({"options": "-c idle_in_transaction_session_timeout=500ms"}, 1)
    with connect(**found) as line:
        line.execute("BEGIN")
        (kept,) = line.execute("SHOW idle_in_transaction_session_timeout").fetchone()
        assert kept == "500ms"  # what the address says wins
        wait_until(lambda: not is_there(line.info.backend_pid))
        with pytest.raises(psycopg.errors.IdleInTransactionSessionTimeout):
            line.execute("SELECT 1")


def test_how_statements_are_planned_is_set_on_purpose_and_the_address_wins():
    with connect(**bounded({}, 30)) as line:
        shown = [line.execute(f"SHOW {name}").fetchone()[0] for name in PLANNING]
    assert shown == ["off", "force_generic_plan", "1.1", "0", "16MB"]
    with connect(**bounded({"options": "-c work_mem=64MB"}, 30)) as line:
        assert line.execute("SHOW work_mem").fetchone() == ("64MB",)


def test_a_database_that_accepts_and_stays_silent_is_given_up():
    found = bounded({}, 30)
    assert found["connect_timeout"] == CONNECT_SECONDS

    with silent_server() as silent:
        with pytest.raises(psycopg.errors.ConnectionTimeout):
            psycopg.connect(host="127.0.0.1", port=silent.port, **found)
        assert silent.callers == 1


def test_without_a_number_a_statement_may_take_as_long_as_it_likes():
    assert "options" not in bounded({}, 0)
    assert bounded({"sslmode": "require"}, 0)["sslmode"] == "require"


@pytest.mark.parametrize(
    ("command", "environment", "threads"),
    [
        (["/usr/bin/gunicorn", "config.wsgi", "--threads", "4"], {}, 4),
        (["/x/gunicorn/__main__.py", "--threads=8", "config.wsgi"], {}, 8),
        (["gunicorn", "config.wsgi"], {"GUNICORN_CMD_ARGS": "-w 2 --threads 6"}, 6),
        (["gunicorn", "--threads", "3"], {"GUNICORN_CMD_ARGS": "--threads 6"}, 3),
        (["gunicorn", "config.wsgi"], {}, 1),
        (["gunicorn", "--threads", "0"], {}, 1),
        (["uwsgi"], {"WEB_THREADS": "5"}, 5),
        (["manage.py", "beat", "--threads", "4"], {}, 1),
        ([], {}, 1),
    ],
)
def test_the_threads_of_the_web_server_are_known(command, environment, threads):
    assert threads_of_web(command, environment) == threads


@pytest.mark.parametrize(
    ("given", "at_once"), [({}, 3), ({"QUEUE_AT_ONCE": "0"}, 0), ({"QUEUE_AT_ONCE": "2"}, 2)]
)
def test_a_thread_is_left_for_pages_unless_somebody_says_otherwise(given, at_once):
    asked = (
        "import sys; sys.argv = ['gunicorn', '--threads', '4']\n"
        "from config import limits; print(limits.QUEUE_AT_ONCE)"
    )
    told = subprocess.run(
        [sys.executable, "-c", asked], env={"PATH": os.defpath} | given, cwd=ROOT,
        capture_output=True, text=True, check=True,
    )  # fmt: skip

    assert int(told.stdout) == at_once
