"""Starts what is measured, on loopback and free ports, and stops all of it by its numbers."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"
SAID = 3_000  # letters of what a server complained about
PATIENCE = 60  # seconds for a server to listen
LONGEST = 2 * 3600  # seconds after which a server ends, whatever became of the harness
GUNICORN = ("-w", "2", "--threads", "4", "--no-control-socket", "--log-level", "warning")
"""As in the demonstration."""


class CannotMeasure(RuntimeError):
    """Says in one sentence what stands in the way and what mends it."""


class NotMeasured(RuntimeError):
    """One turn of one target said nothing of use; the run goes on without it."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server that runs: its port, and the process from which all of it descends."""

    port: int
    pid: int

    @property
    def url(self) -> str:
        """The address, without a slash at the end."""
        return f"http://{HOST}:{self.port}"


@contextmanager
def web(
    application: str,
    folder: Path,
    environment: Mapping[str, str],
    *,
    python: str | Path = sys.executable,
    tree: Path | None = None,
) -> Iterator[Server]:
    """Serve a WSGI application the way the demonstration does, with a Python that has it.

    Args:
        tree: where its code is, if not here.
    """
    port = free_port()
    command = [python, "-m", "gunicorn", application, "--bind", f"{HOST}:{port}", *GUNICORN]
    # What is measured does not know how to wait in a queue.
    environment = environment | {"SITE_URL": f"http://{HOST}:{port}", "QUEUE_AT_ONCE": "0"}
    with running(command, port, folder, environment, tree) as server:
        yield server


@contextmanager
def sandbox(
    shop: str, folder: Path, environment: Mapping[str, str], *, port: int
) -> Iterator[Server]:
    """Serve the payment sandbox, which reports payments to a shop."""
    command = [
        *(sys.executable, "-m", "tools.sandbox", "--port", str(port)),
        *("--webhook", f"{shop}/webhooks/stripe/"),
        *("--key", environment["STRIPE_SECRET_KEY"]),
        *("--secret", environment["STRIPE_WEBHOOK_SECRETS"]),
    ]
    with running(command, port, folder, environment) as server:
        yield server


def free_port() -> int:
    """Return a port that nobody uses now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


@contextmanager
def running(
    command: list[str | Path],
    port: int,
    folder: Path,
    environment: Mapping[str, str],
    tree: Path | None = None,
    *,
    name: str = "server",
) -> Iterator[Server]:
    """Run a server until the block ends.

    Args:
        port: at which it listens; 0 for one that does not.
        name: begins the name of the file with what it says.
    """
    with (folder / f"{name}-{port}.log").open("w+") as log:
        process = subprocess.Popen(
            ["timeout", str(LONGEST), *command],
            env=environment,
            cwd=tree,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=log,
            start_new_session=True,  # so that Ctrl-C reaches the harness alone
        )
        try:
            if port:
                _wait(process, port)
            yield Server(port, process.pid)
        finally:
            _stop(process)
            if port:  # what works in the background misses the pictures, which nobody drew here
                log.seek(0)
                sys.stderr.write(log.read()[-SAID:])  # nothing, when all went well


def _wait(process: subprocess.Popen, port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError), socket.create_connection((HOST, port), timeout=1):
            return
        time.sleep(0.1)
    raise CannotMeasure("A server does not start.")


def _stop(process: subprocess.Popen) -> None:
    """Stop a server with its children, which are in its own session."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
            return
