"""What runs on a machine: each can be killed and started again, and says where it listens."""

import os
import signal
import socket
import subprocess
import time
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tools.bench.drill.processes import children_of
from tools.bench.servers import HOST, CannotMeasure
from tools.bench.several.network import Machine, address_of

PATIENCE = 120  # seconds until it listens


@dataclass(slots=True)
class Program:
    """A process of a machine, with its children.

    Args:
        listens: the port at which the others find it; 0 for none.
        answers: an address that is answered once it serves, where it has no such port.
    """

    name: str
    machine: Machine
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    user: str = "nobody"
    listens: int = 0
    answers: str = ""
    _running: subprocess.Popen | None = field(default=None, repr=False)

    def start(self, *, waits: bool = False) -> None:
        """Start it; wait until it listens if somebody needs that."""
        with self.log.open("a") as log:
            self._running = subprocess.Popen(
                self.machine.command(self.user, *self.command), env=self.environment,
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        if waits:
            self.wait()

    def wait(self) -> None:
        """Wait until it listens."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self._running.poll() is None:
            with suppress(OSError):
                self._find()
                return
            time.sleep(0.1)
        raise CannotMeasure(f"{self.name} does not start: {self.log.read_text()[-1500:]}")

    def _find(self) -> None:
        if self.answers:
            asked = urllib.request.Request(self.answers, headers={"Host": "shop.example"})
            urllib.request.urlopen(asked, timeout=1).close()
            return
        is_edge = self.machine.name == "edge"
        where = (HOST if is_edge else address_of(self.machine.name), self.listens)
        socket.create_connection(where, timeout=1).close()

    def kill(self) -> None:
        """Kill it with all its children, if it runs."""
        if self._running is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(self._running.pid, signal.SIGKILL)
        self._running.wait(10)

    def kill_child(self) -> None:
        """Kill one of its children; it is to start another."""
        if below := children_of(self._running.pid):
            os.kill(below[0], signal.SIGKILL)

    def stop(self) -> None:
        """End it, gently first."""
        if self._running is None:
            return
        for number in (signal.SIGTERM, signal.SIGKILL):
            with suppress(ProcessLookupError):
                os.killpg(self._running.pid, number)
            with suppress(subprocess.TimeoutExpired):
                self._running.wait(10)
                return
