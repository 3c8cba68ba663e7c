"""Sends bodies a byte a second, as somebody does who wants to hold all threads of the shop."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from tools.bench.servers import HOST
from tools.bench.several.house import SHOP

MANY = 200  # more than the edge lets through to pages of both web machines
FIRST, WHOLE = 40_000, 60_000  # of each body comes so much at once; so much is promised
FROM = "127.210.0.9"
HEAD = (
    f"POST /cart/add/ HTTP/1.1\r\nHost: {HOST}:{SHOP}\r\nContent-Length: {WHOLE}\r\n"
    "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
).encode()


@dataclass(slots=True)
class SlowBodies:
    """Holds many bodies open; ``wrong`` gets a line where they were not waited for."""

    wrong: Callable[[str], None]
    _lines: list[socket.socket] = field(default_factory=list)
    _ended: threading.Event = field(default_factory=threading.Event)

    def begin(self) -> None:
        """Begin all of them."""
        for _number in range(MANY):
            line = socket.create_connection((HOST, SHOP), timeout=5, source_address=(FROM, 0))
            self._lines.append(line)
            line.sendall(HEAD + b"a" * FIRST)
        threading.Thread(target=self._send, daemon=True).start()

    def end(self) -> None:
        """End all of them; those that were answered held nobody up, and prove nothing."""
        self._ended.set()
        answered = sum(_is_answered(line) for line in self._lines)
        for line in self._lines:
            line.close()
        if answered:
            self.wrong(f"{answered} of {MANY} slow bodies were not waited for")

    def _send(self) -> None:
        while not self._ended.wait(1):
            for line in self._lines:
                with suppress(OSError):
                    line.send(b"a")


def _is_answered(line: socket.socket) -> bool:
    line.setblocking(False)
    try:
        line.recv(100)
    except BlockingIOError:
        return False
    except OSError:
        pass
    return True
