"""Starts, finds and stops a cluster's server."""

import os
import signal
import socket
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from config.embedded.clusters import DATABASE, OWNER, Cluster
from config.embedded.programs import NoDatabase, Programs

PATIENCE = 60  # seconds for a server to recover after a crash, or to stop
PAUSES = (0, 0.3, 1, 2)  # seconds before each try to start

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # the path of a socket may not be long, a project's may
    "timezone": "UTC",
    "log_timezone": "UTC",
}
SAFE = {"max_connections": "100", "shared_buffers": "256MB"}
DISPOSABLE = {
    "max_connections": "200",  # several test processes with 32 writers each
    "shared_buffers": "128MB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}


@dataclass(frozen=True, slots=True)
class Server:
    """A live server by its pid file; the port counts when it is ready."""

    pid: int
    port: int
    ready: bool


def address(cluster: Cluster) -> str | None:
    """Return the address of the database, with the password, if its server is ready."""
    server = running(cluster)
    if not server or not server.ready or not cluster.password.exists():
        return None
    return f"postgres://{OWNER}:{cluster.password.read_text()}@127.0.0.1:{server.port}/{DATABASE}"


def running(cluster: Cluster) -> Server | None:
    """Return the server that runs on this data; a pid file left by a killed one is no server."""
    with suppress(FileNotFoundError, ValueError, IndexError):
        pid, *facts = (cluster.data / "postmaster.pid").read_text().splitlines()
        if str(cluster.data) not in command_of(int(pid)):
            return None
        ready = len(facts) >= 7 and facts[6].strip() == "ready"
        return Server(int(pid), int(facts[2]) if ready else 0, ready)
    return None


def command_of(pid: int) -> str:
    """Return the command line of a process, empty when there is no such process."""
    if Path("/proc/self/cmdline").exists():
        with suppress(OSError):
            return Path(f"/proc/{pid}/cmdline").read_text(errors="replace").replace("\0", " ")
        return ""
    command = ["ps", "-ww", "-o", "args=", "-p", str(pid)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stdout  # noqa: S603


def wait_until_ready(cluster: Cluster) -> None:
    """Wait while a server is on its way up or down after whoever started it was killed."""
    deadline = time.monotonic() + PATIENCE
    while (server := running(cluster)) and not server.ready and time.monotonic() < deadline:
        time.sleep(0.05)


def launch(cluster: Cluster, programs: Programs) -> str:
    """Start the server on a free port and return the address of the database.

    Raises:
        NoDatabase: It does not start; its log says why.
    """
    log = os.open(cluster.home / "log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(log, "w") as file:
        for pause in PAUSES:  # the port may be snatched, a killed server's children may linger
            time.sleep(pause)
            _clear_reused_pid(cluster)
            port = _free_port(cluster)
            if _start(cluster, programs, port, file):
                (cluster.home / "port").write_text(str(port))
                if found := address(cluster):
                    return found
    raise NoDatabase(
        f"PostgreSQL did not start; {cluster.home / 'log'} says why. "
        f"`python -m config.embedded {cluster.name} reset` deletes its data and begins anew."
    )


def halt(cluster: Cluster) -> None:
    """Stop the server, if it runs, without waiting for those who are connected."""
    server = running(cluster)
    if not server:
        return
    os.kill(server.pid, signal.SIGINT)  # as `pg_ctl stop -m fast` does
    deadline = time.monotonic() + PATIENCE
    while running(cluster) and time.monotonic() < deadline:
        time.sleep(0.02)


def _clear_reused_pid(cluster: Cluster) -> None:
    """Delete the pid file of a killed server whose number another process has got meanwhile.

    PostgreSQL sees by itself that a number is free, and that a killed server's children live on.
    """
    pid_file = cluster.data / "postmaster.pid"
    with suppress(OSError, ValueError, IndexError):
        os.kill(int(pid_file.read_text().split()[0]), 0)
        if not running(cluster):
            pid_file.unlink()


def _free_port(cluster: Cluster) -> int:
    """Return the port of last time if it is still free, else one that the system picks."""
    wanted = 0
    with suppress(FileNotFoundError, ValueError):
        wanted = int((cluster.home / "port").read_text())
    for port in (wanted, 0):
        with suppress(OSError), socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", port))
            return probe.getsockname()[1]
    raise NoDatabase("No port is free on 127.0.0.1: stop a program that holds many.")


def _start(cluster: Cluster, programs: Programs, port: int, log: TextIO) -> bool:
    settings = SETTINGS | (DISPOSABLE if cluster.disposable else SAFE) | {"port": str(port)}
    options = " ".join(f"-c {key}={value}" for key, value in settings.items())
    started = programs.run(
        "pg_ctl",
        *("-D", str(cluster.data), "-w", "-t", str(PATIENCE), "-o", options, "start"),
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
    )
    return started.returncode == 0
