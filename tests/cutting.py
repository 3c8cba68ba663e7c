"""A wire between the shop and its database that can be cut and mended, as a real network can."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import connection


class Wire:
    """Carries bytes from a port of its own to the database, until it is cut or goes dead."""

    def __init__(self, host: str, port: int) -> None:
        self._there = (host, port)
        self._open: list[socket.socket] = []
        self._is_cut = self._is_dead = False
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = self._door.getsockname()[1]
        self.callers = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def cut(self) -> None:
        """Break what is open, and refuse what comes."""
        self._is_cut = True
        self._close()

    def go_dead(self) -> None:
        """Break what is open; take what comes, and say nothing."""
        self._is_dead = True
        self._close()

    def mend(self) -> None:
        """Carry again."""
        self._is_cut = self._is_dead = False

    def end(self) -> None:
        """Take the wire away."""
        self.cut()
        self._door.close()

    def _close(self) -> None:
        open_now, self._open = self._open, []
        for end in open_now:
            with_reset = b"\1\0\0\0\0\0\0\0"
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, with_reset)
            with suppress(OSError):  # the other end may be gone already
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _serve(self) -> None:
        while True:
            try:
                here, _address = self._door.accept()
            except OSError:
                return
            self.callers += 1
            if self._is_cut:
                here.close()
                continue
            self._open.append(here)
            if self._is_dead:
                continue
            there = socket.create_connection(self._there)
            self._open.append(there)
            for one, other in ((here, there), (there, here)):
                threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        try:
            while data := one.recv(65_536):
                other.sendall(data)
            other.shutdown(socket.SHUT_WR)
        except OSError:
            return


@contextmanager
def wired() -> Iterator[Wire]:
    """Let this thread's connection go through a wire while the block runs."""
    facts = connection.settings_dict
    host, port = facts["HOST"], facts["PORT"]
    wire = Wire(host, int(port))
    connection.close()
    facts["HOST"], facts["PORT"] = "127.0.0.1", wire.port
    try:
        yield wire
    finally:
        facts["HOST"], facts["PORT"] = host, port
        connection.close()
        wire.end()
