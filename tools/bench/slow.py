"""Visitors on the worst of lines: each sends a byte a second, and never gets anywhere."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tools.bench.servers import HOST

PATIENCE = 10  # seconds
BEGIN = b"GET /products/ HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: "


@contextmanager
def slow_clients(count: int, port: int) -> Iterator[None]:
    """Hold so many connections; one that the server ends is opened anew."""
    ended = threading.Event()
    thread = threading.Thread(target=_send, args=[count, port, ended], daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(PATIENCE)


def _send(count: int, port: int, ended: threading.Event) -> None:
    open_ones: list[tuple[socket.socket, int]] = []
    while not ended.is_set():
        began, left = time.monotonic(), []
        while len(open_ones) < count:
            with suppress(OSError):
                open_ones.append((socket.create_connection((HOST, port), timeout=2), 0))
        for line, sent in open_ones:
            try:
                line.sendall(BEGIN[sent : sent + 1] or b"x")
                left.append((line, sent + 1))
            except OSError:
                line.close()
        open_ones = left
        ended.wait(max(0.0, 1 - (time.monotonic() - began)))
    for line, _sent in open_ones:
        line.close()
