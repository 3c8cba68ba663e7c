"""Loses one of two edges again and again, and says how long the shop's address was away.

``tools/run bench.several.edges``, as root. Two edges run the files of deploy/several as they are
but for addresses and folders; behind them stand web servers of a few lines, since the edges alone
are asked about.
"""

import os
import shutil
import ssl
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from tools.bench.preparing import tell
from tools.bench.servers import CannotMeasure
from tools.bench.several.house import FILES, certify, changed
from tools.bench.several.network import APART, NET, Machine, build
from tools.bench.several.programs import Program

EDGES = {"edge1": 41, "edge2": 42}
HOSTS = {"edge": 1, "bucket": 1, "web1": 11, "web2": 12} | EDGES
SHARED = f"{NET}.40"
TIMES = 10  # that a balancer is killed, and that a machine is lost
AWAY_FOR = 4  # seconds until what was lost is there again
SETTLES = 6
WEB = """
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Well(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.send_header("Content-Length", "4"); self.end_headers()
        self.wfile.write(b"well")
    def log_message(self, *said): pass
ThreadingHTTPServer(("0.0.0.0", 8080), Well).serve_forever()
"""


def main() -> int:
    """Lose them, print what came of it, and return the exit code."""
    lacking = [name for name in ("haproxy", "keepalived", "curl", "ip") if not shutil.which(name)]
    if lacking or os.getuid():
        sys.stderr.write(
            "Run this as root, with: apt-get install haproxy keepalived curl iproute2\n"
        )
        return 1
    if "--inside" not in sys.argv:
        command = [*APART, sys.executable, "-m", "tools.bench.several.edges", "--inside"]
        return subprocess.run(command, check=False).returncode
    with tempfile.TemporaryDirectory(prefix="baobab-edges-", dir="/var/tmp") as own:
        folder = Path(own)
        folder.chmod(0o755)
        try:
            edges = [_edge(name, folder, one) for name, one in _machines(folder)]
            for edge in edges:
                edge.start()
            return _lose(edges)
        except CannotMeasure as reason:
            sys.stderr.write(f"{reason}\n")
            return 1


@dataclass(slots=True)
class Edge:
    """One of the two: a balancer, and what holds the shared address."""

    machine: Machine
    balancer: Program
    keeper: Program

    def start(self) -> None:
        """Join it to the network, without the shared address, and start both."""
        name = self.machine.name
        subprocess.run(["ip", "-n", name, "addr", "del", f"{SHARED}/24", "dev", "eth0"],
                       check=False, capture_output=True)  # fmt: skip
        subprocess.run(["ip", "link", "set", name, "up"], check=True)
        self.balancer.start()
        self.keeper.start()

    def lose_power(self) -> None:
        """End all that runs there at once, and take it off the network."""
        subprocess.run(["ip", "link", "set", self.machine.name, "down"], check=True)
        self.machine.lose_power()

    @property
    def has_address(self) -> bool:
        """Tell whether it holds the shared address."""
        shown = subprocess.run(["ip", "-n", self.machine.name, "addr", "show", "eth0"],
                               check=True, capture_output=True, text=True)  # fmt: skip
        return f"{SHARED}/" in shown.stdout


@dataclass(slots=True)
class Visitor:
    """Asks the shared address ten times a second, and keeps when it was answered."""

    answered: list[float] = field(default_factory=list)
    failed: int = 0

    def look(self) -> None:
        """Ask until the process ends."""
        trusting = ssl._create_unverified_context()  # noqa: S323 (a certificate of the drill's own)
        while True:
            began = time.monotonic()
            try:
                with urllib.request.urlopen(f"https://{SHARED}/", timeout=1, context=trusting):
                    self.answered.append(time.monotonic())
            except OSError:
                self.failed += 1
            time.sleep(max(0, began + 0.1 - time.monotonic()))

    def longest_since(self, moment: float) -> float:
        """Return the longest time without an answer since a moment, seconds."""
        times = [moment, *(at for at in self.answered if at > moment), time.monotonic()]
        return max(later - earlier for earlier, later in pairwise(times))


def _lose(edges: list[Edge]) -> int:
    visitor = Visitor()
    threading.Thread(target=visitor.look, daemon=True).start()
    time.sleep(SETTLES)
    blows = (
        ("the balancer", lambda edge: edge.balancer.kill(), lambda edge: edge.balancer.start()),
        ("the machine", Edge.lose_power, Edge.start),
    )
    gaps: dict[str, list[float]] = {what: [] for what, _lose, _bring_back in blows}
    for what, lose, bring_back in blows * TIMES:
        holders = [edge for edge in edges if edge.has_address]
        if len(holders) != 1 or not visitor.answered:
            sys.stderr.write(f"{len(holders)} edges hold the address, {visitor}\n")
            return 1
        [first], began = holders, time.monotonic()
        lose(first)
        time.sleep(AWAY_FOR)
        bring_back(first)
        time.sleep(SETTLES)
        gaps[what].append(visitor.longest_since(began))
        if first.has_address:
            sys.stderr.write(f"{first.machine.name} took the address back\n")
            return 1
    for what, times in gaps.items():
        median, longest = statistics.median(times), max(times)
        tell(f"{len(times)} x {what}: the address was away {median:.1f} s, at most {longest:.1f}")
    tell(f"Answers: {len(visitor.answered)}, failed: {visitor.failed}")
    return 0


def _machines(folder: Path) -> Iterator[tuple[str, Machine]]:
    """Make the network and the web servers; yield the edges."""
    machines = build(folder, HOSTS)
    certify(folder / "key", folder / "crt")
    (folder / "shop.pem").write_text((folder / "crt").read_text() + (folder / "key").read_text())
    for name in ("web1", "web2"):
        log = folder / f"{name}.log"
        Program("web", machines[name], [sys.executable, "-c", WEB], {}, log).start()
    for name in EDGES:
        yield name, machines[name]


def _edge(name: str, folder: Path, machine: Machine) -> Edge:
    """Return an edge with its files, in which no more is changed than has to be."""
    etc = folder / name
    etc.mkdir()
    other = next(one for one in EDGES if one != name)
    shutil.copy(FILES / "away.http", etc)
    shutil.copy(folder / "shop.pem", etc)
    balancer = changed("haproxy-edge.cfg", {
        "/run/haproxy/admin.sock": str(etc / "admin.sock"), "/etc/haproxy/": f"{etc}/",
    })  # fmt: skip
    keeper = changed("keepalived.conf", {
        "10.0.0.41": f"{NET}.{EDGES[name]}", "10.0.0.42": f"{NET}.{EDGES[other]}",
        "10.0.0.40": SHARED, "priority 100": f"priority {100 if name == 'edge1' else 90}",
    })  # fmt: skip
    (etc / "haproxy.cfg").write_text(balancer)
    (etc / "keepalived.conf").write_text(keeper)
    plain, log = {"PATH": os.environ["PATH"]}, folder / f"{name}.log"
    proxy = ["haproxy", "-db", "-f", str(etc / "haproxy.cfg")]
    keeps = ["keepalived", "--dont-fork", "--log-console", "--vrrp", "-f",
             str(etc / "keepalived.conf"), "--pid", str(etc / "pid"),
             "--vrrp_pid", str(etc / "vrrp")]  # fmt: skip
    return Edge(
        machine,
        Program("balancer", machine, proxy, plain, log, "root"),
        Program("keeper", machine, keeps, plain, log, "root"),
    )


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        sys.exit(main())
