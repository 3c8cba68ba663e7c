"""What stands in the way of a demo: another one, the remains of a killed one, a taken port."""

import fcntl
import os
import signal
import socket
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from config.embedded.servers import command_of

ROOT = Path(__file__).resolve().parents[2]
RUN = ROOT / ".run"
PATIENCE = 5  # seconds that a leftover has to end by itself
LETTING_GO = 3  # seconds: a process that ends has no command line before it lets go of its port


class CannotStart(RuntimeError):
    """Says in one sentence why the demo does not start and what mends it."""


@contextmanager
def only_demo(site: str) -> Iterator[None]:
    """Make sure that no other demo of this checkout runs meanwhile.

    Raises:
        CannotStart: One runs.
    """
    RUN.mkdir(mode=0o700, exist_ok=True)
    with (RUN / "demo.lock").open("a+") as lock:
        try:
            # Such a lock ends with this process, even if children of it live on.
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.seek(0)
            where = lock.read().strip()
            raise CannotStart(
                f"The demo runs already at {where}/: press Ctrl-C where it was started."
            ) from error
        lock.truncate(0)
        lock.write(site)
        lock.flush()
        yield


def tell(text: str) -> None:
    """Write a line to the terminal, which may have been closed meanwhile."""
    with suppress(OSError):
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


def pid_file(name: str) -> Path:
    """Return where a process of the demo notes its number."""
    return RUN / f"{name}.pid"


def stop_leftovers(names: Iterable[str]) -> None:
    """Stop the demo's processes that still run although their demo is gone, and nothing else."""
    for name in names:
        with suppress(FileNotFoundError, ValueError):
            pid = int(pid_file(name).read_text())
            if _is_ours(pid, name):
                tell(f"Stopping the {name} process that a killed demo left.")
                _stop(pid, name)
        pid_file(name).unlink(missing_ok=True)


def require_port(port: int, variable: str) -> None:
    """Refuse a port that another program uses.

    Raises:
        CannotStart: It is in use; the sentence names the variable that chooses another.
    """
    deadline = time.monotonic() + LETTING_GO
    while error := _obstacle(port):
        if time.monotonic() > deadline:
            raise CannotStart(
                f"Port {port} cannot be used ({error.strerror.lower()}): "
                f"stop the program there, or call {variable}={port + 1} make demo."
            )
        time.sleep(0.05)


def _obstacle(port: int) -> OSError | None:
    """Return why a port cannot be used now, if it cannot."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            return error
    return None


def _is_ours(pid: int, name: str) -> bool:
    """Tell whether a number still belongs to the process that noted it.

    Numbers are given again, so the command line has to be one that only our demo writes.
    """
    command = command_of(pid)
    return sys.executable in command and mark(name) in command


def mark(name: str) -> str:
    """Return the words in the command line by which a process of the demo is known."""
    return {
        "web": "gunicorn config.wsgi",
        "worker": "manage.py db_worker",
        "beat": "manage.py beat",
        "sandbox": "-m tools.sandbox",
        "drawing": "manage.py draw_sample",
    }[name]


def _stop(pid: int, name: str) -> None:
    # Each one leads a group of its own, with its children in it.
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(pid, number)
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if not _is_ours(pid, name):
                return
            time.sleep(0.05)
