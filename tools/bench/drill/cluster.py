"""A PostgreSQL server of the drill's own, which it may kill; it keeps its data safe, as in life."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from config import embedded
from config.embedded import clusters, servers
from tools.bench.drill.processes import children_of, quiet_port
from tools.bench.servers import CannotMeasure

NAME = "drill"
PORTS = 3_000  # its place among the quiet ports
PATIENCE = 10  # seconds for killed processes to be gone


class Cluster:
    """The server, with how often it was killed."""

    def __init__(self) -> None:
        self.kills = 0
        self.address = ""
        self._cluster = clusters.Cluster.of(NAME)

    def start(self) -> None:
        """Start it; it recovers by itself from having been killed."""
        found = embedded.provide(NAME)
        if self.address not in ("", found):
            raise CannotMeasure("The database came back at another port: run the drill again.")
        self.address = found

    def settle(self) -> None:
        """Write everything back, so that what recovers later recovers from what shoppers did."""
        embedded.stop(NAME)
        self.start()

    def move_to(self, port: int) -> None:
        """Listen on this port from the next start on."""
        (self._cluster.home / "port").write_text(str(port))

    def kill(self) -> None:
        """Kill it with all its children: nothing is written back, nobody is told."""
        server = servers.running(self._cluster)
        doomed = [server.pid, *children_of(server.pid)]
        for pid in doomed:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.kills += 1
        deadline = time.monotonic() + PATIENCE
        while servers.running(self._cluster) and time.monotonic() < deadline:
            time.sleep(0.05)


@contextmanager
def cluster(*, keep: bool) -> Iterator[Cluster]:
    """Lend the server; its data is deleted before and afterwards.

    Args:
        keep: leave its data to the next drill, and use what an earlier one has left.

    Raises:
        CannotMeasure: another drill uses it.
    """
    lent = Cluster()
    if embedded.address(NAME):
        raise CannotMeasure(
            "Another drill runs. If not, `python -m tools.bench.drill --tidy` ends what is left."
        )
    end = embedded.stop if keep else embedded.reset
    end(NAME)
    try:
        embedded.provide(NAME)
        embedded.stop(NAME)
        (lent._cluster.home / "port").write_text(str(quiet_port(PORTS)))
        lent.start()
        yield lent
    finally:
        end(NAME)
