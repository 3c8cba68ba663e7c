"""Loses every process and machine of several in turn in a running sale.

``tools/run bench.several``, as root, with what the example of deploy/several runs on. All of it
runs in a network of its own, and ends with this command. Afterwards orders, money, stock, mails and
pages are held against each other, as after ``tools/run bench.drill``.
"""

import argparse
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tools.bench import machine
from tools.bench.drill.house import plan
from tools.bench.drill.notes import Notes
from tools.bench.drill.report import Outcome
from tools.bench.drill.running import judge, live_through, make_scarce
from tools.bench.drill.settling import settle
from tools.bench.flows import WentWrong
from tools.bench.preparing import tell
from tools.bench.servers import CannotMeasure
from tools.bench.several.guards import unguarded
from tools.bench.several.house import POSTGRES, TREE, house
from tools.bench.several.network import APART
from tools.bench.several.probes import Probes
from tools.bench.several.storm import Storm

NEEDED = {
    "haproxy": "haproxy", "pgbouncer": "pgbouncer", "valkey-server": "valkey-server",
    "nginx": "nginx-light", "etcd": "etcd-server", "patroni": "patroni python3-etcd",
    "ip": "iproute2",
}  # fmt: skip
A_TURN = 80  # seconds that one turn of all losses takes, and as many for a first database server
SCARCE = 12


def main() -> int:
    """Hold the drill, print what came of it, and return the exit code."""
    asked = _parser().parse_args()
    os.chdir(TREE)
    if lacking := _lacking():
        sys.stderr.write(f"Run this as root, with: apt-get install {' '.join(lacking)}\n")
        return 1
    if not asked.inside:
        command = [*APART, sys.executable, "-m", "tools.bench.several", *sys.argv[1:], "--inside"]
        return subprocess.run(command, check=False).returncode
    signal.signal(signal.SIGTERM, lambda number, _frame: sys.exit(128 + number))
    with tempfile.TemporaryDirectory(prefix="baobab-several-", dir="/var/tmp") as own:
        folder = Path(asked.logs or own).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o777)
        try:
            outcome, storm = _drill(asked, folder)
        except (CannotMeasure, WentWrong, subprocess.CalledProcessError) as reason:
            sys.stderr.write(f"{reason}\n")
            return 1
    print(f"Load average after: {machine.load()}")
    print("\n".join([*_away(storm), *outcome.said()]))
    return 1 if outcome.wrong else 0


def _drill(asked: argparse.Namespace, folder: Path) -> tuple[Outcome, Storm]:
    with house(folder, asked.keep and Path(asked.keep).resolve()) as built:
        seconds = asked.times * A_TURN + asked.firsts * A_TURN
        facts = plan(built.around, opens_in=15 + seconds / 3)
        make_scarce(built.address, facts["variants"][:SCARCE])
        probes = Probes(built.shop, facts["variants"][-1])
        refused = unguarded(built)
        storm, notes = Storm(built, probes, asked.times, asked.firsts), Notes()
        tell("The storm begins.")
        began = time.time()
        probes.begin()
        live_through(built, storm, notes, facts, asked.rate, seconds)
        probes.end()
        ended = time.time()
        outcome = Outcome(notes, storm.counts, began, ended)
        tell("Waiting until nothing waits any more.")
        outcome.settled, left = settle(built.address, built.shop)
        outcome.settled += time.time() - ended - outcome.settled
        outcome.wrong += [f"still waiting: {count} {name}" for name, count in left.items()]
        outcome.wrong += [*refused, *storm.wrong]
        if not any((folder / "archive").iterdir()):
            outcome.wrong.append("nothing was archived")
        tell("Judging.")
        judge(built, outcome, since=began)
        return outcome, storm


def _away(storm: Storm) -> list[str]:
    """Return for how long the shop was away when something was lost, a line for each."""
    lines = ["Seconds without an answer as it should be (median, longest), by what was lost:"]
    for name, found in sorted(storm.away().items()):
        said = ", ".join(
            f"{what} {statistics.median(times):.1f}/{max(times):.1f}"
            for what, times in found.items()
        )
        lines.append(f"  {storm.counts[name]:3} x {name}: {said}")
    failed = {what: f"{bad} of {every}" for what, (bad, every) in storm.probes.failed().items()}
    return [*lines, f"Looks that failed: {failed}"]


def _lacking() -> list[str]:
    found = [package for name, package in NEEDED.items() if not shutil.which(name)]
    if not (POSTGRES / "postgres").exists():
        found.append("postgresql-17")
    return found or ([] if os.geteuid() == 0 else ["nothing"])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tools/run bench.several", description=__doc__)
    parser.add_argument("--rate", type=float, default=1.5, help="shoppers a second (1.5)")
    parser.add_argument("--times", type=int, default=10, help="each is lost so often (10)")
    parser.add_argument("--firsts", type=int, default=3, help="and the first database (3)")
    parser.add_argument("--keep", metavar="FILE", help="keep the loaded sample there, or use it")
    parser.add_argument("--logs", metavar="FOLDER", help="keep what the processes say there")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    sys.exit(main())
