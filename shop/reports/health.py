"""The health panel: the results of the last checks, and whether they are too old."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from shop.festivals.models import Festival
from shop.reports import checks
from shop.reports.models import Check
from shop.storefront.models import ProbeResult
from shop.storefront.probe import latest_probe

TITLES = {
    "beat": "Periodic work (beat)", "worker": "Worker", "clock": "Clocks", "cache": "Cache",
    "mail": "Mail", "messages": "Messages of the provider", "provider": "Payment provider",
    "counters": "Stock counters", "queue": "Queue", "orders": "Unpaid orders",
    "money": "Payments and refunds", "night": "Books and provider", "sales": "Figures of sales",
    "failures": "What periodic work failed at", "pages": "Prices on public pages",
    "parking": "Units held unpaid", "disk": "Room on the disk",
    "archive": "Writes to the backup", checks.KEPT: "Data kept for a time",
    "probe": "Public pages at the opening", "passwords": "Leaked passwords",
}  # fmt: skip
# After which a look says nothing any more. What is looked at only near a festival has more time.
TOO_OLD = {"beat": timedelta(minutes=3), "worker": timedelta(minutes=12),
           "sales": timedelta(minutes=3), "night": timedelta(hours=26),
           checks.KEPT: timedelta(hours=26)}  # fmt: skip
USUALLY = timedelta(minutes=15)
# The worst comes first.
FOUND = (
    (ProbeResult.Outcome.WRONG, Check.Standing.BAD, "pages show another price"),
    (ProbeResult.Outcome.SILENT, Check.Standing.WARN, "pages did not answer and are asked again"),
)


@dataclass(frozen=True, slots=True)
class Reading:
    """One part of the shop: how it stood when it was looked at, and how long ago that was.

    ``standing`` is good, warn, bad, or old: looked at too long ago to say anything.
    """

    name: str
    title: str
    standing: str
    words: str
    at: datetime | None

    @property
    def is_good(self) -> bool:
        """Tell whether nothing has to be done about it."""
        return self.standing == Check.Standing.GOOD


def readings(rows: Sequence[Check], *, at: datetime) -> tuple[Reading, ...]:
    """Return the panel from the stored checks; no statement."""
    kept = {row.name: row for row in rows}
    return tuple(_reading(name, kept.get(name), at) for name in checks.known())


def health_of(festival: Festival, *, at: datetime) -> tuple[Reading, ...]:
    """Return the panel of a festival, its probe included. Two statements."""
    return (*readings(list(Check.objects.all()), at=at), probe_of(festival, at=at))


def probe_of(festival: Festival, *, at: datetime) -> Reading:
    """Return the result of comparing public pages with computed prices at the opening."""
    rows = latest_probe(festival, at=at)
    if not rows:
        opens = "are" if at < festival.starts_at else "would have been"
        words = (
            f"Never looked at. Public pages {opens} compared with computed prices at the opening."
        )
        return Reading("probe", TITLES["probe"], "none", words, None)
    seen = max(row.at for row in rows)
    for outcome, standing, says in FOUND:
        if pages := [row.address for row in rows if row.outcome == outcome]:
            words = f"{len(pages)} of {len(rows)} {says}: {', '.join(pages[:3])}."
            return Reading("probe", TITLES["probe"], standing, words, seen)
    words = f"Pages that show the computed prices: {len(rows)}, all that were looked at."
    return Reading("probe", TITLES["probe"], Check.Standing.GOOD, words, seen)


def _reading(name: str, row: Check | None, at: datetime) -> Reading:
    if row is None:
        return Reading(name, TITLES[name], "old", "Never looked at.", None)
    age = at - row.at
    if age > TOO_OLD.get(name, USUALLY):
        minutes = int(age.total_seconds() // 60)
        words = f"Last seen {minutes} minutes ago: {row.words}"
        standing = Check.Standing.BAD if name in TOO_OLD else "old"
        return Reading(name, TITLES[name], standing, words, row.at)
    return Reading(name, TITLES[name], row.standing, row.words, row.at)
