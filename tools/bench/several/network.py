"""Machines as network namespaces of a world of its own, from which nothing leads outside."""

import os
import pwd
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

BRIDGE, NET = "machines", "10.77.0"
EDGE = f"{NET}.1"
HOSTS = {
    "edge": 1, "web1": 11, "web2": 12, "work1": 13, "work2": 14, "db1": 21, "db2": 22, "db3": 23,
    "cache": 31, "bucket": 1,
}  # fmt: skip
"""The names that the files of deploy/several know, and the last number of each address."""
APART = (
    "unshare", "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc",
    # Buries whose parents were killed: Patroni would take a dead server for one that still ends.
    "bash", "-c", '"$@"; exit $?', "world",
)  # fmt: skip
"""Begins a process in such a world; all that runs there ends with it."""


def address_of(name: str, hosts: Mapping[str, int] = HOSTS) -> str:
    """Return the address of a machine."""
    return f"{NET}.{hosts[name]}"


@dataclass(frozen=True, slots=True)
class Machine:
    """One machine: its name, and its own view of the network."""

    name: str

    def command(self, user: str, *command: str) -> list[str]:
        """Return a command as somebody runs it there."""
        there = [] if self.name == "edge" else ["ip", "netns", "exec", self.name]
        group = pwd.getpwnam(user).pw_gid
        return [*there, "setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups",
                *command]  # fmt: skip

    def numbers(self) -> list[int]:
        """Return the numbers of all processes that run there."""
        own = _world(Path("/run/netns") / self.name)
        found = []
        for process in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                if _world(process / "ns/net") == own:
                    found.append(int(process.name))
        return found

    def lose_power(self, name: str = "") -> None:
        """Kill all that runs there at once, as a machine ends that loses its power.

        Args:
            name: kill processes of this name alone.
        """
        for number in self.numbers():
            with suppress(OSError):
                if name in Path(f"/proc/{number}/comm").read_text():
                    os.kill(number, signal.SIGKILL)


def build(folder: Path, hosts: Mapping[str, int] = HOSTS) -> dict[str, Machine]:
    """Make the machines, join them, and give them their names; return them by name."""
    apart = [name for name, number in hosts.items() if number != 1]
    Path("/run/netns").mkdir(exist_ok=True)
    _run("mount", "-t", "tmpfs", "tmpfs", "/run/netns")
    _run("ip", "link", "set", "lo", "up")
    _run("ip", "link", "add", BRIDGE, "type", "bridge")
    _run("ip", "addr", "add", f"{EDGE}/24", "dev", BRIDGE)
    _run("ip", "link", "set", BRIDGE, "up")
    for name in apart:
        _run("ip", "netns", "add", name)
        _run("ip", "link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name)
        _run("ip", "link", "set", name, "master", BRIDGE, "up")
        within = ("ip", "-n", name)
        _run(*within, "addr", "add", f"{address_of(name, hosts)}/24", "dev", "eth0")
        _run(*within, "link", "set", "eth0", "up")
        _run(*within, "link", "set", "lo", "up")
    names = folder / "hosts"
    lines = [f"{address_of(name, hosts)} {name}" for name in hosts]
    names.write_text("\n".join(["127.0.0.1 localhost", *lines, ""]))
    _run("mount", "--bind", str(names), "/etc/hosts")
    return {name: Machine(name) for name in ["edge", *apart]}


def place_for(folder: Path) -> Path:
    """Return a new folder below one, that every user may enter."""
    made = Path(tempfile.mkdtemp(dir=folder))
    made.chmod(0o755)
    return made


def _world(place: Path) -> tuple[int, int]:
    found = place.stat()
    return found.st_dev, found.st_ino


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True)
