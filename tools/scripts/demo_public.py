"""Runs a demonstration for strangers, and puts it back to its beginning each DEMO_RESETS minutes.

The instants are those of the clock: with 60 each full hour. Pages know them as well. The web server
stays where it is meanwhile; what was kept in its processes goes with them, since new ones are
forked from the first one, which has never answered anybody.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import psycopg

from tools.scripts import demo_kept, demo_part, demo_processes
from tools.scripts.demo_kept import Databases
from tools.scripts.demo_leftovers import CannotStart, pid_file, tell

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)  # as in shop/core/demonstration/resets.py
CALM = timedelta(seconds=20)  # after the start, in which visitors wait for pages
LEAD = timedelta(minutes=3)  # before the end the next copy is prepared
AGAIN = timedelta(minutes=1)  # after which a reset is tried again that failed
PATIENCE = 15  # seconds in which all parts come to rest
PARTS = ("worker", "beat", "sandbox")


def run(
    databases: Databases,
    environment: dict[str, str],
    commands: dict[str, list[str]],
    when_started: Callable[[], None],
) -> int:
    """Run the demonstration until somebody stops it; return the exit code."""
    demo_kept.prepare(databases, environment)
    demo_kept.put_back(databases, environment)
    part = [sys.executable, "-m", "tools.scripts.demo_part"]
    lines = {name: [*part, name, *commands[name]] for name in PARTS}
    lines["web"] = [*commands["web"], "--preload"]
    resets = threading.Thread(target=_put_back_for_ever, args=(databases, environment), daemon=True)

    def begin() -> None:
        when_started()
        resets.start()

    return demo_processes.run_until_stopped(lines, environment, begin)


def _put_back_for_ever(databases: Databases, environment: dict[str, str]) -> None:
    """Prepare the next copy near the end of each time, and put all back when it is over."""
    minutes = int(environment["DEMO_RESETS"])
    while True:
        until = next_reset(datetime.now(UTC), minutes)
        _wait(min(datetime.now(UTC) + CALM, until))
        while True:
            try:
                databases.drop("used")  # what strangers wrote
                _wait(until - LEAD)
                demo_kept.prepare(databases, environment)
                _wait(until)
                put_back(databases, environment)
                break
            except (CannotStart, OSError, psycopg.Error) as reason:
                tell(f"Not put back, and tried again in a minute: {reason}")
                _wait(datetime.now(UTC) + AGAIN)


def put_back(databases: Databases, environment: dict[str, str]) -> None:
    """Put everything back under a web server that goes on."""
    began = time.monotonic()
    for name in PARTS:
        _say(name, signal.SIGUSR1)
    try:
        _wait_for_rest()
        demo_kept.put_back(databases, environment)
        _say("web", signal.SIGHUP)
    finally:
        for name in PARTS:
            _say(name, signal.SIGUSR2)
    tell(f"{datetime.now(UTC):%H:%M:%S} UTC: put back in {time.monotonic() - began:.1f} s.")


def next_reset(at: datetime, minutes: int) -> datetime:
    """Return the next instant at which everything is put back."""
    length = timedelta(minutes=minutes)
    return at - (at - EPOCH) % length + length


def _wait(until: datetime) -> None:
    time.sleep(max(0.0, (until - datetime.now(UTC)).total_seconds()))


def _say(name: str, number: int) -> None:
    os.kill(int(pid_file(name).read_text()), number)


def _wait_for_rest() -> None:
    deadline = time.monotonic() + PATIENCE
    while not all(demo_part.note(name).exists() for name in PARTS):
        if time.monotonic() > deadline:
            raise CannotStart("The processes do not come to rest.")
        time.sleep(0.05)
