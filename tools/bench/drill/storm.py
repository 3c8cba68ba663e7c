"""What is killed or made silent, and when."""

import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from tools.bench.drill.house import House
from tools.bench.preparing import tell

WHOLE = 180
"""Seconds for which the times below are made; a shorter drill has all of it, closer together."""


@dataclass(frozen=True, slots=True)
class Blow:
    """Something that goes away at a second of the storm, and comes back after some more."""

    at: float
    name: str
    begins: Callable[[], None]
    ends: Callable[[], None] | None = None
    lasts: float = 0


@dataclass(slots=True)
class Storm:
    """The blows in their order; ``counts`` says how often each fell."""

    house: House
    counts: Counter[str] = field(default_factory=Counter)

    def rages(self, seconds: float) -> None:
        """Let every blow fall, and bring back what it took; whoever calls waits for the end."""
        began, stretch = time.monotonic(), seconds / WHOLE
        for blow in blows(self.house):
            time.sleep(max(0, began + blow.at * stretch - time.monotonic()))
            tell(f"{time.monotonic() - began:5.0f} s: {blow.name}")
            self.counts[blow.name] += 1
            blow.begins()
            if blow.ends:
                time.sleep(blow.lasts * stretch)
                blow.ends()
                tell(f"{time.monotonic() - began:5.0f} s: back")
        time.sleep(max(0, began + seconds - time.monotonic()))


def blows(house: House) -> list[Blow]:
    """Return what happens to a house, in the order of time."""
    web, worker, beat, provider = house.web, house.worker, house.beat, house.provider
    database, mail = house.database, house.mail

    def kill_both() -> None:
        database.kill()
        worker.kill()

    def start_both() -> None:
        database.start()
        worker.start()

    return [
        Blow(8, "a web process killed", web.kill_child),
        Blow(14, "the web server killed", web.kill, web.start, 5),
        Blow(28, "the worker killed", worker.kill, worker.start, 10),
        Blow(44, "the database killed", database.kill, database.start, 10),
        Blow(64, "the beat killed", beat.kill, beat.start, 10),
        Blow(78, "the mail server silent", mail.hold, mail.let_go, 18),
        Blow(100, "the payment provider killed", provider.kill, provider.start, 8),
        Blow(114, "the payment provider silent", provider.hold, provider.let_go, 15),
        Blow(145, "database and worker killed at once", kill_both, start_both, 6),
        Blow(162, "the web server killed", web.kill, web.start, 4),
        Blow(174, "a web process killed", web.kill_child),
    ]


def calm(house: House) -> None:
    """Bring everything back that a storm which broke off has left away."""
    with suppress(Exception):
        house.provider.let_go()
    house.mail.let_go()
