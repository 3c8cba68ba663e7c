"""How long a round may go on, and whether this process has been told to end.

One process runs one round at a time, in its main thread; both facts are the process's own.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

SECONDS = 10.0
"""For so long a round begins further items, unless it is given another time."""

_stopped = threading.Event()
_ends: float | None = None


def stop() -> None:
    """Begin no further item in this process."""
    _stopped.set()


def go_on() -> None:
    """Take back that this process was told to end; for whoever is called more than once."""
    _stopped.clear()


def is_stopped() -> bool:
    """Tell whether this process was told to end."""
    return _stopped.is_set()


def pause(seconds: float) -> None:
    """Wait between two rounds, and no longer than until the process is told to end."""
    _stopped.wait(seconds)


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
    """Ends what takes far too long, in the midst of it: as if the process had been killed there.

    No mere exception, so that nothing on the way takes it for a failure of its own; the database
    driver cancels the running statement.
    """


class Budget:
    """The time of one round: its own seconds, and no more than what is left of the beat's."""

    def __init__(self, seconds: float | None) -> None:
        whole = time.monotonic() + SECONDS if _ends is None else _ends
        self._ends = whole if seconds is None else min(whole, time.monotonic() + seconds)

    @property
    def is_used_up(self) -> bool:
        """Tell whether no further item is to be begun."""
        return is_stopped() or time.monotonic() >= self._ends
