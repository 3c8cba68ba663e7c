"""How the shop is, for everybody: four parts in plain words, and what organizers tell.

It is read from what the beat and the worker found when they looked, and is the same for everyone:
one copy serves all who ask within some seconds, since they come all at once when something is
wrong.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.core.cache import cache
from django.utils.translation import gettext_lazy as _

from shop.reports.checks import PROBLEMS
from shop.reports.health import Reading, readings
from shop.reports.incidents.models import MOST_LISTED, Incident
from shop.reports.models import Check
from shop.reports.monitor import AGES

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

GOOD, WARN, BAD, UNKNOWN = "good", "warn", "bad", "unknown"
KEPT_FOR = 5
"""Seconds for which one copy serves everybody."""
KEY = "status"

WORDS: dict[tuple[str, str], StrOrPromise] = {
    ("shop", GOOD): _("The shop is open."),
    ("shop", WARN): _("The shop is open; some pages did not answer as they should."),
    ("paying", GOOD): _("Paying works."),
    ("paying", WARN): _("Paying works; whether it went through is confirmed late."),
    ("paying", BAD): _(
        "Paying does not work just now: the payment provider does not answer. Nothing is charged."
    ),
    ("paying", UNKNOWN): _("Whether paying works was not looked at lately."),
    ("mails", GOOD): _("Mails leave in time."),
    ("mails", WARN): _("Mails leave late. None is lost."),
    ("mails", BAD): _("No mail leaves just now. None is lost: each is sent as soon as possible."),
    ("mails", UNKNOWN): _("Whether mails leave was not looked at lately."),
    ("files", GOOD): _("Pictures and sheets from stores are processed in time."),
    ("files", WARN): _("Pictures and sheets of stores wait. None is lost."),
    ("files", UNKNOWN): _("Whether pictures and sheets are worked on was not looked at lately."),
}
NAMES: dict[str, StrOrPromise] = {
    "shop": _("The shop"), "paying": _("Paying"), "mails": _("Mails"),
    "files": _("Pictures and sheets"),
}  # fmt: skip
HEADS: dict[str, StrOrPromise] = {
    GOOD: _("Everything works"),
    WARN: _("Not everything works as it should"),
    BAD: _("Something does not work"),
    UNKNOWN: _("We do not know everything just now"),
}


@dataclass(frozen=True, slots=True)
class ShopPart:
    """A part of the shop as everybody knows it, and how it is."""

    name: str
    state: str

    @property
    def title(self) -> StrOrPromise:
        """Return what the part is called."""
        return NAMES[self.name]

    @property
    def words(self) -> StrOrPromise:
        """Return how it is, in words."""
        return WORDS[self.name, self.state]


@dataclass(frozen=True, slots=True)
class ShopState:
    """The parts, when they were looked at last, and the incidents of the last 90 days."""

    parts: tuple[ShopPart, ...]
    looked_at: datetime | None
    incidents: tuple[Incident, ...]

    def going_on(self, at: datetime) -> list[Incident]:
        """Return what disturbs the shop at an instant."""
        return [row for row in self.incidents if row.ended_at is None and row.since <= at]

    def announced(self, at: datetime) -> list[Incident]:
        """Return what is going to, the nearest first."""
        rows = [row for row in self.incidents if row.ended_at is None and row.since > at]
        return sorted(rows, key=lambda row: row.since)

    @property
    def over(self) -> list[Incident]:
        """Return what is over."""
        return [row for row in self.incidents if row.ended_at]

    def state(self, at: datetime) -> str:
        """Return the worst of it: what organizers tell counts as a warning at least."""
        found = {part.state for part in self.parts}
        if self.going_on(at):
            found.add(WARN)
        return next(state for state in (BAD, WARN, UNKNOWN, GOOD) if state in found)


def shop_state(*, at: datetime) -> ShopState:
    """Return how the shop is; three statements, at most once in some seconds."""
    found: ShopState | None = cache.get(KEY)
    if found is None:
        found = read_state(at=at)
        cache.set(KEY, found, KEPT_FOR)
    return found


def forget() -> None:
    """Drop the copy, so that who has just written something sees it."""
    cache.delete(KEY)


def read_state(*, at: datetime) -> ShopState:
    """Read how the shop is. Three statements, two where no incident is told of."""
    rows = list(Check.objects.all())
    incidents = Incident.objects.listed(at).prefetch_related("updates")[:MOST_LISTED]
    ages = {row.name: at - row.at for row in rows}
    looked = [row.at for row in rows if row.name == PROBLEMS]
    parts = parts_of({row.name: row for row in readings(rows, at=at)}, ages)
    return ShopState(parts, looked[0] if looked else None, tuple(incidents))


def parts_of(found: Mapping[str, Reading], ages: Mapping[str, timedelta]) -> tuple[ShopPart, ...]:
    """Return the parts of the shop from what was found at the last look.

    Args:
        ages: how long ago each part was looked at, those that no panel shows among them.
    """
    mover = ages.get("mover")
    late = any(found[name].standing == Check.Standing.BAD for name in ("worker", "queue"))
    # That the provider's messages are missing is for organizers to mend: who comes back from paying
    # is looked up anyhow, and what is late shows in orders.
    is_slow = (mover is not None and mover > AGES["mover"]) or any(
        found[name].standing == Check.Standing.BAD for name in ("orders", "money")
    )
    return (
        ShopPart("shop", _open(found["pages"])),
        ShopPart("paying", _worst(found["provider"], is_slow=is_slow, known=found["money"])),
        ShopPart("mails", _worst(found["mail"], is_slow=late, known=found["mail"])),
        ShopPart("files", WARN if late else UNKNOWN if _is_old(found["worker"]) else GOOD),
    )


def _open(pages: Reading) -> str:
    return WARN if pages.standing in (Check.Standing.WARN, Check.Standing.BAD) else GOOD


def _worst(needed: Reading, *, is_slow: bool, known: Reading) -> str:
    """Return how a part is whose work needs something outside.

    Args:
        known: what is looked at all the time; where nobody did, nothing is known of the part.
    """
    if needed.standing == Check.Standing.BAD:
        return BAD
    if is_slow:
        return WARN
    return UNKNOWN if _is_old(known) else GOOD


def _is_old(row: Reading) -> bool:
    return row.standing == "old"
