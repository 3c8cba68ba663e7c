"""Says of each kind that is kept for a time what is overdue, what stays, and what went lately."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from shop.core.jobs.work import each
from shop.festivals.models import ChangeLog
from shop.operations.retention.counts import LOOKS_BACK, gone_lately
from shop.operations.retention.kinds import GRACE, KINDS, Rows
from shop.operations.retention.rules import RULES, RetentionRule
from shop.reports.checks import KEPT, note_check
from shop.reports.models import Check

LOOK = "look for what is kept too long"
A_DAY = timedelta(hours=23)
"""After so long it is looked at again: three hours before the panel takes the look for old."""


@dataclass(frozen=True, slots=True)
class KindReport:
    """One kind: ``overdue`` rows should be gone for two days, ``kept`` ones stay for a reason."""

    name: str
    what: str
    after: str
    overdue: int
    kept: int
    why: str
    gone: int


def retention_report(*, at: datetime) -> list[KindReport]:
    """Return each kind in the order of the rules. Two statements a kind at the most."""
    gone = gone_lately(at=at)
    return [
        KindReport(
            rule.name, rule.what, rule.after, overdue=_count(KINDS[rule.name].old, at - GRACE),
            kept=_count(KINDS[rule.name].stays, at), why=KINDS[rule.name].why,
            gone=gone[rule.name],
        )
        for rule in RULES
    ]  # fmt: skip


def look_at_what_is_kept(*, at: datetime) -> int:
    """Note on the health panel what should have gone; return how many kinds.

    Once a day while all is well; what is not is looked at each time, so that it is seen to end.
    """
    if Check.objects.filter(name=KEPT, standing=Check.Standing.GOOD, at__gt=at - A_DAY).exists():
        return 0
    overdue: dict[str, int] = {}

    def look(rule: RetentionRule) -> None:
        if count := _count(KINDS[rule.name].old, at - GRACE):
            overdue[rule.what] = count

    looked = each(LOOK, RULES, look, about=lambda rule: rule.name, at=at)
    if overdue:
        kinds = "; ".join(f"{count} × {what}" for what, count in overdue.items())
        note_check(KEPT, Check.Standing.BAD, f"Kept too long: {kinds}", at=at)
    elif looked < len(RULES):
        words = f"{len(RULES) - looked} of {len(RULES)} kinds could not be looked at."
        note_check(KEPT, Check.Standing.WARN, words, at=at)
    else:
        note_check(KEPT, Check.Standing.GOOD, "Nothing is kept longer than its rule says.", at=at)
    return len(overdue)


def people_erased(*, at: datetime) -> int:
    """Return how many people were erased in the last 30 days because they asked for it."""
    return ChangeLog.objects.filter(action="erase", at__gt=at - LOOKS_BACK).count()


def _count(rows: Rows | None, at: datetime) -> int:
    if rows is None:
        return 0
    found = rows(at)
    return found if isinstance(found, int) else found.count()
