"""A night with 100,000 lines of the balance, or so many: ``python -m tools.bench.night [LINES]``.

A database of its own is filled with so many paid orders, and a provider of its own answers with a
line of the balance for each. Two nights are played: in the first every fee is booked, in the second
every line is read again and nothing is new.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from config.embedded import NoDatabase
from tools.bench import databases, servers
from tools.bench.preparing import AS_BEAT, ask, environment, manage, tell
from tools.bench.servers import CannotMeasure, NotMeasured

ROOT = Path(__file__).resolve().parents[2]
LINES = 100_000
TWO_HOURS = 7_200


def main() -> int:
    """Play the nights, print what they took, and return the exit code."""
    os.chdir(ROOT)
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else LINES
    try:
        with tempfile.TemporaryDirectory(prefix="baobab-night-") as folder, ExitStack() as stack:
            play(lines, environment(Path(folder)), stack)
    except (CannotMeasure, NoDatabase, NotMeasured) as reason:
        print(reason, file=sys.stderr)
        return 1
    return 0


def play(lines: int, around: dict[str, str], stack: ExitStack) -> None:
    """Fill a database, serve a provider, and say what each night took."""
    server = stack.enter_context(databases.server())

    def fill(address: str) -> None:
        manage(around | {"DATABASE_URL": address}, "migrate", "-v0")

    lent = databases.database(server, "bench_night", fill=fill, keep=False)
    address = stack.enter_context(lent)
    port = stack.enter_context(_provider(lines))
    tell(f"{lines:,} lines of the balance.")
    around |= {
        "DATABASE_URL": address,
        "STRIPE_BASE_URL": f"http://{servers.HOST}:{port}",
    } | AS_BEAT
    manage(around, "night_bench", "--fill", str(lines))
    for said in ask(around, "night_bench"):
        print(", ".join(f"{name} {value}" for name, value in said.items()), flush=True)


@contextmanager
def _provider(lines: int) -> Iterator[int]:
    port, newest = servers.free_port(), int(time.time()) - TWO_HOURS
    command = [
        sys.executable,
        "-m",
        "tools.bench.work.provider",
        str(port),
        str(lines),
        str(newest),
    ]
    with subprocess.Popen(command) as process:
        try:
            yield port
        finally:
            process.terminate()


if __name__ == "__main__":
    sys.exit(main())
