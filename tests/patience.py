"""How long tests wait for what will happen: far longer than any machine takes.

A wait ends as soon as the thing has happened, so that the bound is met by failures alone. What
should *not* happen is never shown by a pause: tests look at locks, connections, calls and rows.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable

# Seconds. Where a guard is removed on purpose, waits are in vain and need no patience.
PATIENCE = int(os.environ.get("BAOBAB_TEST_PATIENCE", "240"))
IN_BROWSERS = PATIENCE * 1_000  # milliseconds, as Playwright counts


def wait_until[Found](look: Callable[[], Found], otherwise: str = "it does not happen") -> Found:
    """Look again and again until what is seen is true, and return it."""
    until = time.monotonic() + PATIENCE
    while not (found := look()):
        assert time.monotonic() < until, otherwise
        time.sleep(0.01)
    return found
