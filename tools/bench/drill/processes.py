"""Processes that the drill starts, kills and starts again, each in a session of its own."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tools.bench.servers import HOST, LONGEST, CannotMeasure

PATIENCE = 180  # seconds until a process listens, also on a machine that has other work
LOWEST, HIGHEST = 20_000, 32_000  # below those that outgoing connections are given


def quiet_port(offset: int) -> int:
    """Return a free port that no outgoing connection takes while its server is dead."""
    for port in range(LOWEST + offset, HIGHEST):
        with suppress(OSError), socket.socket() as probe:
            probe.bind((HOST, port))
            return port
    raise CannotMeasure("No port is free on 127.0.0.1: stop a program that holds many.")


@dataclass(slots=True)
class Process:
    """A part of the shop that can be killed and started again; what it says goes to its log.

    Args:
        port: on which it listens when it is ready; 0 for none.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    port: int = 0
    kills: int = 0
    _running: subprocess.Popen | None = field(default=None, repr=False)

    def start(self) -> None:
        """Start it, and wait until it listens if it is to listen."""
        with self.log.open("a") as log:
            self._running = subprocess.Popen(
                ["timeout", str(LONGEST), *self.command],
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        if self.port:
            self._wait()

    def kill(self) -> None:
        """Kill it with all its children, as a machine that loses power would."""
        self.kills += 1
        self._send(signal.SIGKILL)
        self._running.wait(10)

    def kill_child(self) -> None:
        """Kill one of its workers; the first process is to start another."""
        first = children_of(self._running.pid)[0]  # below the one that ends it after hours
        self.kills += 1
        os.kill(children_of(first)[0], signal.SIGKILL)

    def hold(self) -> None:
        """Let it do nothing: connections are taken by the system, and nobody answers."""
        self._send(signal.SIGSTOP)

    def let_go(self) -> None:
        """Let it go on where it was held."""
        self._send(signal.SIGCONT)

    def stop(self) -> None:
        """End it, gently first, if it runs."""
        if self._running is None:
            return
        for number in (signal.SIGCONT, signal.SIGTERM, signal.SIGKILL):
            self._send(number)
            with suppress(subprocess.TimeoutExpired):
                self._running.wait(1 if number == signal.SIGCONT else 10)
                return

    def _send(self, number: int) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self._running.pid, number)

    def _wait(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self._running.poll() is None:
            with suppress(OSError), socket.create_connection((HOST, self.port), timeout=1):
                return
            time.sleep(0.1)
        raise CannotMeasure(f"{self.name} does not start: {self.log.read_text()[-1000:]}")


def children_of(pid: int) -> list[int]:
    """Return the processes whose parent is this one, oldest first."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, IndexError):
            if int(stat.read_text().rpartition(")")[2].split()[1]) == pid:
                found.append(int(stat.parent.name))
    return sorted(found)
