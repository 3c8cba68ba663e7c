"""How many requests of the checkout are in work in this process."""

from __future__ import annotations

import threading


class Gate:
    """Counts requests in work; a number in memory, so that a quiet shop pays nothing for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._at_work = 0

    def free(self, most: int) -> int:
        """Return how many more may come in."""
        return max(0, most - self._at_work)

    def enter(self, most: int) -> bool:
        """Let one in if there is room; whoever was let in leaves again."""
        with self._lock:
            if self._at_work >= most:
                return False
            self._at_work += 1
            return True

    def leave(self) -> None:
        """Make room for the next."""
        with self._lock:
            self._at_work -= 1
