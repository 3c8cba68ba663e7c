"""The answer to a monitor: recent problems, and when beat and worker were last alive.

Whoever asks costs two statements, however much there is: counting is done in the background.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from shop.money.payments import watch
from shop.money.payments.watch import OVERDUE, overdue_orders
from shop.reports.checks import PROBLEMS
from shop.reports.health import TOO_OLD
from shop.reports.models import Check

SILENT = {
    "beat": "the periodic work does not run",
    "mover": "money is not moved: its periodic work does not run",
    "worker": "the worker does not run",
    PROBLEMS: "nothing was looked at lately",
    "night": "books and provider were not compared for a day",
    "backup": "no backup was made for a day",
}
BADLY = {"disk": "the disk is nearly full", "archive": "writes do not reach the backup"}
"""Parts that are told where they stand badly, and do not only turn a panel red."""
LIVES = ("beat", "mover", "worker", "backup")
"""Of these a monitor is told when they were last there."""
NEVER = ("mover", "night", "backup")
"""That none was done yet is no problem: the periodic work begins with it."""
AGES = TOO_OLD | {PROBLEMS: TOO_OLD["beat"], "mover": TOO_OLD["beat"],
                  "backup": TOO_OLD["night"]}  # fmt: skip
WOKEN = timedelta(minutes=15)
"""A process that has just begun tells of no silent part: all may have stood still with it."""
_began = time.monotonic()


@dataclass(frozen=True, slots=True)
class ShopStatus:
    """The problems, with a number where there is one, and when each part was last there."""

    problems: dict[str, int | None]
    last_seen: dict[str, datetime | None]


def standing(*, at: datetime) -> ShopStatus:
    """Return how the shop stands, in words that name nobody. Two statements."""
    rows = _rows()
    seen = _seen(rows)
    found: dict[str, int | None] = dict(rows[PROBLEMS].counts) if PROBLEMS in rows else {}
    # The one thing that is asked anew: money waits for it, and goods.
    found.pop(OVERDUE, None)
    if overdue := overdue_orders(at=at).count():
        found[OVERDUE] = overdue
    found |= dict.fromkeys(SILENT[name] for name in _silent(seen, at))
    found |= dict.fromkeys(_bad(rows))
    told = {name: seen[name] for name in LIVES if seen[name] or name not in NEVER}
    return ShopStatus(found, told)


def tell_what_is_wrong(*, at: datetime) -> bool:
    """Mail the organizers what waits too long, is silent or stands badly; True if told.

    Part of the beat.
    """
    rows = _rows()
    names = list(_silent(_seen(rows), at))
    if time.monotonic() - _began < WOKEN.total_seconds():
        names = [name for name in names if name == "backup"]
    also = [*(SILENT[name] for name in names), *_bad(rows)]
    return watch.tell_organizers(at=at, also=also, is_queue_dead="worker" in names)


def _rows() -> dict[str, Check]:
    return {row.name: row for row in Check.objects.filter(name__in=[*SILENT, *BADLY])}


def _seen(rows: dict[str, Check]) -> dict[str, datetime | None]:
    return {name: rows[name].at if name in rows else None for name in SILENT}


def _bad(rows: dict[str, Check]) -> list[str]:
    bad = Check.Standing.BAD
    return [words for name, words in BADLY.items() if name in rows and rows[name].standing == bad]


def _silent(seen: dict[str, datetime | None], at: datetime) -> Iterator[str]:
    for name, last in seen.items():
        if last is None and name in NEVER:
            continue
        if last is None or at - last > AGES[name]:
            yield name
