"""Something that goes on beside what is measured, until the block ends."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

PATIENCE = 10


@contextmanager
def beside(act: Callable[[threading.Event], None]) -> Iterator[None]:
    """Let something go on in a thread of its own; the event that it is given tells it to end."""
    ended = threading.Event()
    thread = threading.Thread(target=act, args=[ended], daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(PATIENCE)
