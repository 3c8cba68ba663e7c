"""A server that takes whoever comes and never says a word; it knows how many came."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress


class Silent:
    """A door behind which nobody speaks: the system itself takes the callers."""

    def __init__(self, door: socket.socket) -> None:
        self._door = door
        self._lines: list[socket.socket] = []
        self.port = door.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"

    @property
    def callers(self) -> int:
        """Return how many came so far, those included that have given up."""
        with suppress(BlockingIOError):
            while True:
                self._lines.append(self._door.accept()[0])
        return len(self._lines)

    def hang_up(self) -> None:
        """Break all lines, and take no more."""
        self._door.close()
        for line in self._lines:
            line.close()


@contextmanager
def silent_server() -> Iterator[Silent]:
    """Run a server that accepts whoever comes and stays silent."""
    door = socket.create_server(("127.0.0.1", 0), backlog=128)
    door.setblocking(False)
    silent = Silent(door)
    try:
        yield silent
    finally:
        silent.hang_up()
