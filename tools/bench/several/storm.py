"""What is lost, how often, and for how long the shop was away each time."""

import socket
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from tools.bench.preparing import tell
from tools.bench.servers import CannotMeasure
from tools.bench.several.house import DATABASES, WEB, WORK, Several
from tools.bench.several.probes import Probes
from tools.bench.several.slow import SlowBodies

CALM = 2.0  # seconds after each loss
SLOW = 12.0  # seconds in which many send bodies slowly
DRAINS = 3.0  # seconds in which a machine ends what it has begun
LONGEST = 90  # for another server to be the first one, or for a lost one to follow again


@dataclass(frozen=True, slots=True)
class Loss:
    """Something that goes away and comes back after some seconds.

    Args:
        is_harmless: no look may fail meanwhile.
    """

    name: str
    begins: Callable[[], None]
    ends: Callable[[], None]
    lasts: float
    is_harmless: bool = False


@dataclass(slots=True)
class Storm:
    """The losses in their order; ``spans`` has the time of each, by its name."""

    built: Several
    probes: Probes
    times: int
    firsts: int
    counts: Counter[str] = field(default_factory=Counter)
    spans: dict[str, list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))
    wrong: list[str] = field(default_factory=list)

    def rages(self, _seconds: float) -> None:
        """Let everything be lost in its turn; whoever calls waits for the end."""
        for turn in range(self.times):
            self._befalls(self._slow_bodies())
            for loss in losses(self.built, turn):
                self._befalls(loss)
            if (turn + 1) * self.firsts // self.times > turn * self.firsts // self.times:
                self._first_is_lost(is_machine=turn % 2 == 1)
        time.sleep(10)

    def away(self) -> dict[str, dict[str, list[float]]]:
        """Return by loss and by what was looked at for how long it was away, each time."""
        return {
            name: {
                what: [self.probes.away(what, *span) for span in spans]
                for what in ("page", "form", "picture")
            }
            for name, spans in self.spans.items()
        }

    def _befalls(self, loss: Loss) -> None:
        began = time.time()
        self.counts[loss.name] += 1
        loss.begins()
        time.sleep(loss.lasts)
        loss.ends()
        time.sleep(CALM)
        self.spans[loss.name].append((began, time.time()))
        if loss.is_harmless and (failed := self.probes.failed_since(began)):
            self.wrong.append(f"{loss.name}: {failed} looks failed")

    def _slow_bodies(self) -> Loss:
        bodies = SlowBodies(self.wrong.append)
        return Loss("nothing: slow bodies", bodies.begin, bodies.end, SLOW, is_harmless=True)

    def _first_is_lost(self, *, is_machine: bool) -> None:
        """Take the first database server away: the one that has all that was paid takes over."""
        roles = self._roles_when({"leader", "sync_standby"}, but="")
        by_role = {role: name for name, role in roles.items()}
        lost, heir = by_role["leader"], by_role["sync_standby"]
        name = "the first database machine" if is_machine else "the first database server"
        tell(f"{lost} is lost ({name}); {heir} has all that it had.")
        began = time.time()
        self.counts[name] += 1
        # The server alone is missed at once by Patroni beside it; the machine only by the others.
        self.built.machines[lost].lose_power("" if is_machine else "postgres")
        after = self._roles_when({"leader"}, but=lost)
        new = next(one for one, role in after.items() if role == "leader")
        tell(f"{new} is the first one after {time.time() - began:.1f} s.")
        if new != heir:
            self.wrong.append(f"{new} took over from {lost}, and {heir} was the one that had all")
        time.sleep(5)
        if is_machine:
            self.built.bring_back(lost)
        self._roles_when({"leader", "sync_standby", "replica"}, but="")
        self.spans[name].append((began, time.time()))

    def _roles_when(self, wanted: set[str], *, but: str) -> dict[str, str]:
        """Wait until the servers have these roles, the first one not on the machine ``but``."""
        deadline = time.monotonic() + LONGEST
        while time.monotonic() < deadline:
            roles = self.built.roles()
            first = next((name for name, role in roles.items() if role == "leader"), but)
            if wanted <= set(roles.values()) and first != but:
                return roles
            time.sleep(0.25)
        raise CannotMeasure(f"The database servers came to no order: {self.built.roles()}")


def _steer(built: Several, web: str, state: str) -> None:
    """Tell the balancer whether to send visitors to a web machine."""
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(5)
        line.connect(str(built.folder / "admin.sock"))
        line.sendall(f"set server web/{web} state {state}\n".encode())
        line.recv(1000)


def _change_over(built: Several, web: str) -> None:
    """Start the web server of a drained machine anew, as another version does."""
    program = built.programs[f"{web}/web"]
    program.stop()
    program.start(waits=True)
    _steer(built, web, "ready")


def losses(built: Several, turn: int) -> list[Loss]:
    """Return what is lost in one turn, on one machine of a kind and then on the other."""
    web, work = WEB[turn % 2], WORK[turn % 2]

    def program(title: str, place: str, *, lasts: float = 2.0) -> Loss:
        found = built.programs[place]
        return Loss(title, found.kill, found.start, lasts)

    def machine(title: str, name: str) -> Loss:
        return Loss(title, lambda: built.lose(name), lambda: built.bring_back(name), 4.0)

    child = Loss("a web process", built.programs[f"{web}/web"].kill_child, lambda: None, 1.0)
    found = [
        child,
        program("a web server", f"{web}/web"),
        program("nginx before a web server", f"{web}/front"),
        program("a pooler", f"{web}/pooler"),
        program("a router to the databases", f"{web}/db router"),
        machine("a web machine", web),
        Loss(
            "nothing: a web machine changed over",
            lambda: _steer(built, web, "drain"),
            lambda: _change_over(built, web),
            DRAINS,
        ),
        program("a worker", f"{work}/worker"),
        program("a money process", f"{work}/money"),
        program("a beat", f"{work}/beat"),
        machine("a machine of workers", work),
        program("the cache", "cache/cache"),
        program("the balancer", "edge/balancer", lasts=1.0),
        program("a memory of the cluster (etcd)", f"{DATABASES[turn % 3]}/etcd"),
    ]
    roles = built.roles_with("replica")
    if late := next((name for name, role in roles.items() if role == "replica"), None):
        found.append(machine("the replica", late))
    return found
