"""Remembers that a provider is silent, so that not everybody waits for it in turn."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

REST_SECONDS = 60
TRY_SECONDS = 15  # how long whoever tries first after the rest may take


class Breaker:
    """Gives a silent provider up for a minute; then one tries, and the others wait for that.

    One for each process: every process learns by one time-out of its own. The time is the
    machine's, since it is the machine that waits.
    """

    def __init__(self, *, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._until: float | None = None

    @property
    def is_open(self) -> bool:
        """Tell whether the provider is given up just now."""
        return self._until is not None and self._seconds() < self._until

    def admit(self) -> bool:
        """Tell whether a call may be made; after the rest the first one may, alone."""
        with self._lock:
            if self._until is None:
                return True
            now = self._seconds()
            if now < self._until:
                return False
            self._until = now + TRY_SECONDS
            return True

    def note_silence(self) -> None:
        """Give the provider up: a call was not answered in time."""
        with self._lock:
            self._until = self._seconds() + REST_SECONDS

    def note_answer(self) -> None:
        """Trust the provider again: it has answered, be it with a refusal."""
        self._until = None
