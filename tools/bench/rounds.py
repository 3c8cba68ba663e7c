"""Lets all targets take turns, round after round, so that a neighbour's work hits all alike.

The same page of several shops is a group: what it costs here and there is compared within a round.
"""

import statistics
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from http.client import HTTPException

from tools.bench import cpu
from tools.bench.load import Load
from tools.bench.servers import CannotMeasure, NotMeasured

PRIMING = 0.3  # seconds
NOTHING = "not measured"


@dataclass(frozen=True, slots=True)
class Turn:
    """One target in one round: its load, and the CPU milliseconds that an answer took."""

    load: Load
    server: float
    database: float

    @property
    def cpu(self) -> float:
        """CPU milliseconds of server and database together."""
        return self.server + self.database


@dataclass(slots=True)
class Target:
    """Something to be measured.

    Args:
        act: sends load for so many seconds.
        pid: the server's process; none for what has no server beside the database.
        is_primed: whether a short load goes before each turn, which is not counted.
        facts: what else the report tells: statements, bytes.
    """

    name: str
    act: Callable[[float], Load]
    pid: int | None = None
    is_primed: bool = True
    facts: dict[str, float] = field(default_factory=dict)
    turns: list[Turn | None] = field(default_factory=list)
    missed: str = ""

    @property
    def measured(self) -> list[Turn]:
        """The turns that said something."""
        return [turn for turn in self.turns if turn is not None]

    def median(self, of: Callable[[Turn], float]) -> float | None:
        """Return the median over the rounds, nothing where no turn said anything."""
        return statistics.median([of(turn) for turn in self.measured]) if self.measured else None

    def ratio(self, to: "Target") -> float | None:
        """Return how many times the CPU of another it takes: the median over the rounds."""
        pairs = zip(self.turns, to.turns, strict=False)  # one that was not asked for had none
        both = [a.cpu / b.cpu for a, b in pairs if a and b and b.cpu]
        return statistics.median(both or [0]) or None

    @property
    def errors(self) -> int:
        """Answers that were not the expected ones, in all rounds."""
        return sum(turn.load.errors for turn in self.measured)

    @property
    def cost(self) -> str:
        """What an answer costs in words: CPU of server and database, and statements if counted."""
        if not self.measured:
            return NOTHING
        server, database = self.median(lambda turn: turn.server), self.median(_database)
        counted = self.facts.get("statements")
        told = f" ({counted:.0f})" if counted is not None else ""
        return f"{server:.2f} + {database:.2f}{told}"


def attempt(name: str, build: Callable[[], Target]) -> Target:
    """Return what is built, or a target that says in each of its turns why there is none."""
    try:
        return build()
    except (NotMeasured, CannotMeasure, OSError, HTTPException) as reason:
        return unmeasured(name, str(reason) or type(reason).__name__)


def unmeasured(name: str, reason: str) -> Target:
    """Return a target of which nothing can be measured, for a reason."""

    def refuse(_seconds: float) -> Load:
        raise NotMeasured(reason)

    return Target(name, refuse, missed=reason)


def measure(
    targets: Sequence[Target],
    *,
    rounds: int,
    seconds: float,
    database: int | None,
    report: Callable[[int, Target], None],
) -> None:
    """Give each target its turns: A B C, then B C A, then C A B.

    Those of one name take theirs one right after the other, and take turns among themselves.

    Args:
        database: the process of the database server, if it can be seen from here.
        report: is told the round and the target after each turn.
    """
    for number in range(rounds):
        for target in _in_turn(targets, number):
            try:
                if target.is_primed:
                    target.act(PRIMING)
                target.turns.append(_turn(target, seconds, database))
            except Exception as reason:  # noqa: BLE001 (what else was measured is not lost)
                target.turns.append(None)
                target.missed = str(reason) or type(reason).__name__
            report(number, target)


def _in_turn(targets: Sequence[Target], number: int) -> Iterator[Target]:
    groups: dict[str, list[Target]] = {}
    for target in targets:
        groups.setdefault(target.name, []).append(target)
    for group in _turned(list(groups.values()), number):
        yield from _turned(group, number)


def _turned[Thing](things: list[Thing], number: int) -> list[Thing]:
    first = number % len(things)
    return [*things[first:], *things[:first]]


def _database(turn: Turn) -> float:
    return turn.database


def _turn(target: Target, seconds: float, database: int | None) -> Turn:
    roots = (target.pid, database)
    before = [cpu.seconds_of(root) if root else 0 for root in roots]
    load = target.act(seconds)
    after = [cpu.seconds_of(root) if root else 0 for root in roots]
    answered = load.answered or 1
    server, behind = ((b - a) * 1e3 / answered for a, b in zip(before, after, strict=True))
    return Turn(load, server, behind)
