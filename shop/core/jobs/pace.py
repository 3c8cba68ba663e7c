"""How long a round may go on, and whether this process has been told to end.

One process runs one round at a time, in its main thread; both facts are the process's own.
"""

from __future__ import annotations

import math
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SECONDS = 10.0
"""For so long a round of the beat begins further items, unless it is given another time."""

GRACE = 3.0
"""Seconds in which an item may come to its end when the process is told to end."""

LOOK = 0.2

_stopped = False  # no lock: it is set in the midst of anything
_ends: float | None = None


def stop() -> None:
    """Begin no further item in this process."""
    global _stopped  # noqa: PLW0603 (one value for the process)
    _stopped = True


def go_on() -> None:
    """Take back that this process was told to end; for whoever is called more than once."""
    global _stopped  # noqa: PLW0603
    _stopped = False


def is_stopped() -> bool:
    """Tell whether this process was told to end."""
    return _stopped


def pause(seconds: float) -> None:
    """Wait between two rounds, and no longer than until the process is told to end."""
    ends = time.monotonic() + seconds
    while not _stopped and (left := ends - time.monotonic()) > 0:
        time.sleep(min(LOOK, left))


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Give the rounds inside so much time in all."""
    global _ends  # noqa: PLW0603 (one value for the process)
    before, _ends = _ends, time.monotonic() + seconds
    try:
        yield
    finally:
        _ends = before


class TooLong(KeyboardInterrupt):
    """Ends work that takes far too long, in the midst of it: as if the process had been killed.

    No mere exception, so that nothing on the way takes it for a failure of its own; the database
    driver cancels the running statement.
    """


@contextmanager
def interrupted_after(seconds: float) -> Iterator[None]:
    """End a block with ``TooLong`` after so many seconds, even while it waits.

    Only where signals arrive: in the main thread; elsewhere it is left alone.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGALRM, _interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds, GRACE)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def stop_on_signals() -> None:
    """Let SIGINT and SIGTERM end this process: soon, even in the midst of a long round."""

    def told(_number: int, _frame: FrameType | None) -> None:
        stop()
        if signal.getsignal(signal.SIGALRM) is _interrupt:
            signal.setitimer(signal.ITIMER_REAL, GRACE, GRACE)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, told)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise TooLong("It took too long.")


class TimeBudget:
    """The time of one round: its own seconds, and no more than the beat has left.

    Without either it is unbounded: whoever calls a use case by hand wants all of it.
    """

    def __init__(self, seconds: float | None) -> None:
        whole = math.inf if _ends is None else _ends
        self._ends = whole if seconds is None else min(whole, time.monotonic() + seconds)

    @property
    def is_used_up(self) -> bool:
        """Tell whether no further item is to be begun."""
        return is_stopped() or time.monotonic() >= self._ends
