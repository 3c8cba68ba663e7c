"""The shop as a process of its own, served as in production from the test's database."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import override_settings

from tests.patience import PATIENCE

WORKERS, THREADS = 2, 8
PRODUCTION_STATICS = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "config.storage.HashedStorage"},
}


class Server:
    """A running shop, and what it wrote into its log."""

    def __init__(
        self,
        door: socket.socket,
        *,
        stripe: str,
        workers: int = WORKERS,
        threads: int = THREADS,
        at_once: str = "0",
    ) -> None:
        """Start serving from a socket that already listens.

        Args:
            stripe: the address of the sandbox.
            at_once: as QUEUE_AT_ONCE: the crowds of most tests do not know how to wait in line.
        """
        self.url = address_of(door)
        self._log = Path(settings.TEST_FOLDER, f"server-{door.getsockname()[1]}.log")
        self._read = 0
        with self._log.open("wb") as log:
            self._process = subprocess.Popen(
                _command(door.fileno(), workers, threads),
                env=_environment(self.url, stripe) | {"QUEUE_AT_ONCE": at_once},
                pass_fds=[door.fileno()],
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        door.close()  # from here on, nobody answers when the process is gone
        self._wait()

    def news(self) -> str:
        """Return what was written into the log since the last call."""
        text = self._log.read_bytes()
        self._read, start = len(text), self._read
        return text[start:].decode(errors="replace")

    def stop(self) -> None:
        """End all its processes at once: asked politely, they take five seconds."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                asked = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=PATIENCE)
                asked.request("GET", "/static/img/favicon.svg")
                asked.getresponse()
            except OSError:
                time.sleep(0.1)
            else:
                asked.close()
                return
        self.stop()
        raise RuntimeError(f"The shop does not answer:\n{self.news()}")


def open_door() -> socket.socket:
    """Return a socket that listens on a free port, for a server that does not run yet."""
    return socket.create_server(("127.0.0.1", 0), backlog=256)


def address_of(door: socket.socket) -> str:
    """Return the address that a browser types to reach a socket."""
    return f"http://127.0.0.1:{door.getsockname()[1]}"


def collect_statics() -> None:
    """Name and compress the static files as in production, where the server looks for them."""
    folder = Path(settings.TEST_FOLDER, "static")
    with override_settings(STORAGES=PRODUCTION_STATICS, STATIC_ROOT=folder):
        call_command("collectstatic", interactive=False, verbosity=0)


def _command(door: int, workers: int, threads: int) -> list[str]:
    options = [
        f"--bind=fd://{door}",
        f"--workers={workers}",
        f"--threads={threads}",
        "--preload",
        "--no-control-socket",
        "--log-level=warning",
    ]
    return [sys.executable, "-m", "gunicorn", *options, "config.wsgi"]


def _environment(url: str, stripe: str) -> dict[str, str]:
    database = urlsplit(os.environ["DATABASE_URL"])
    name = connection.settings_dict["NAME"]  # of this test run, not the one in the address
    return os.environ | {
        "BAOBAB_TEST_SERVER": "1",
        "DATABASE_URL": database._replace(path=f"/{name}").geturl(),
        "DJANGO_SETTINGS_MODULE": "config.settings_test",
        "SITE_URL": url,
        "STRIPE_BASE_URL": stripe,
    }
