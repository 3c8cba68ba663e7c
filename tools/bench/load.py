"""Sends requests over a few kept connections for some seconds."""

import socket
import statistics
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import cycle, islice
from urllib.parse import urlsplit

CONNECTIONS = 4
PATIENCE = 30  # seconds
COMMON = (("Accept-Encoding", "gzip"), ("Sec-Fetch-Site", "same-origin"))


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent again and again; a body makes it a post of a form."""

    path: str
    body: str = ""
    cookie: str = ""
    expected: int = 200

    @property
    def method(self) -> str:
        """The method of HTTP."""
        return "POST" if self.body else "GET"

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """What goes before the body, but for host and length."""
        found = COMMON
        if self.cookie:
            found += (("Cookie", self.cookie),)
        if self.body:
            found += (("Content-Type", "application/x-www-form-urlencoded"),)
        return found


@dataclass(frozen=True, slots=True)
class Load:
    """What came of it: how many were answered in how many seconds, and the median in ms."""

    answered: int
    seconds: float
    median: float
    errors: int

    @property
    def rate(self) -> float:
        """Answers per second."""
        return self.answered / self.seconds


def send(site: str, requests: Sequence[Request], seconds: float) -> Load:
    """Send requests in turn over four connections, each waiting for its answer."""
    began = time.perf_counter()
    workers = [_Worker(site, requests, offset, began + seconds) for offset in range(CONNECTIONS)]
    threads = [threading.Thread(target=worker.run, daemon=True) for worker in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - began
    times = [spent for worker in workers for spent in worker.times]
    errors = sum(worker.errors for worker in workers)
    return Load(len(times), took, statistics.median(times or [0]) * 1e3, errors)


@dataclass(slots=True)
class _Worker:
    site: str
    requests: Sequence[Request]
    offset: int
    until: float
    times: list[float] = field(default_factory=list)
    errors: int = 0
    _socket: socket.socket | None = None

    def run(self) -> None:
        place = urlsplit(self.site)
        written = [(_written(request, place.netloc), request) for request in self.requests]
        turns = islice(cycle(written), self.offset, None)
        while (began := time.perf_counter()) < self.until:
            data, request = next(turns)
            try:
                status = self._exchange(data, (place.hostname, place.port))
            except OSError:
                status = 0
                self._close()
            self.errors += status != request.expected
            if status:
                self.times.append(time.perf_counter() - began)
        self._close()

    def _exchange(self, data: bytes, place: tuple[str, int]) -> int:
        if self._socket is None:
            self._socket = socket.create_connection(place, timeout=PATIENCE)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(data)
        head, _, body = self._read_to(b"\r\n\r\n")
        fields = dict(line.lower().partition(b": ")[::2] for line in head.split(b"\r\n")[1:])
        if b"content-length" not in fields:
            raise ConnectionError("an answer that does not say how long it is")
        missing = int(fields[b"content-length"]) - len(body)
        while missing > 0:
            missing -= len(self._receive())
        if fields.get(b"connection") == b"close":
            self._close()
        return int(head.split(b" ", 2)[1])

    def _read_to(self, mark: bytes) -> tuple[bytes, bytes, bytes]:
        found = b""
        while mark not in found:
            found += self._receive()
        return found.partition(mark)

    def _receive(self) -> bytes:
        data = self._socket.recv(65_536)
        if not data:
            raise ConnectionResetError
        return data

    def _close(self) -> None:
        with suppress(OSError, AttributeError):
            self._socket.close()
        self._socket = None


def _written(request: Request, host: str) -> bytes:
    body = request.body.encode()
    lines = [f"{request.method} {request.path} HTTP/1.1", f"Host: {host}"]
    lines += [f"{name}: {value}" for name, value in request.headers]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body
