"""The change log of festivals, and the refusal of a form that somebody else overtook."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from shop.core.errors import NotPossible
from shop.core.locks import lock_one
from shop.core.stored_names import stored_name
from shop.festivals.models import ChangeLog, Festival, Nomination
from shop.people.accounts.models import User


class ChangedMeanwhile(NotPossible):
    """Somebody else changed the rows that a form shows; ``change`` is the newest line on them."""

    def __init__(self, change: ChangeLog) -> None:
        self.change = change
        name = change.by.name if change.by else "the shop itself"
        super().__init__(f"Changed by {name} meanwhile, at {localtime(change.at):%H:%M %Z}.")


def log(
    row: Any,
    action: str,
    *,
    at: datetime,
    festival: Festival | None,
    by: User | None = None,
    **details: Any,
) -> ChangeLog:
    """Write a line of the change log and return it: who changed which row, when, how and why."""
    return log_all([(row, action, festival, details)], at=at, by=by)[0]


def log_all(
    lines: Iterable[tuple[Any, str, Festival | None, dict[str, Any]]],
    *,
    at: datetime,
    by: User | None,
) -> list[ChangeLog]:
    """Leave many lines in the change log with one statement, and return them.

    Args:
        lines: for each the row, what was done, its festival, and what more is known.
    """
    return ChangeLog.objects.bulk_create(
        ChangeLog(
            at=at,
            by=by,
            festival=festival,
            subject=stored_name(row),
            subject_id=row.pk,
            action=action,
            **details,
        )
        for row, action, festival, details in lines
    )


def latest(festival: Festival, at: datetime) -> datetime:
    """Return an instant that is not before anything that was done to a festival.

    A request that read its clock first may get the locks second; by its own clock what was
    stopped meanwhile would still run. Call it under the locks.
    """
    newest = (
        ChangeLog.objects.filter(festival=festival).order_by("-at").values_list("at", flat=True)
    )
    return max(at, newest.first() or at)


def version_of(*rows: Any) -> int:
    """Return the version of rows that a form shows: the newest line of the log about them."""
    found = _about(rows)
    return found.pk if found else 0


def refuse_if_changed(*rows: Any, seen: int) -> None:
    """Refuse to overwrite rows that somebody else changed since a form was shown.

    Call it inside a transaction: the first row is locked, so that the next who comes waits.

    Raises:
        ChangedMeanwhile: there is a newer line of the log than ``seen``.
    """
    lock_one(type(rows[0]).objects, rows[0].pk)
    found = _about(rows)
    if found and found.pk > seen:
        raise ChangedMeanwhile(found)


def _about(rows: tuple[Any, ...]) -> ChangeLog | None:
    mine = Q()
    for row in rows:
        mine |= Q(subject=stored_name(row), subject_id=row.pk)
    return ChangeLog.objects.filter(mine).select_related("by").order_by("-pk").first()


def decided(nomination: Nomination) -> NotPossible:
    """Return the refusal of a second decision: it names who decided first, when and how."""
    who, when = nomination.reviewer, nomination.decided_at
    if who is None or when is None:
        return NotPossible(_("This nomination was decided already."))
    # Organizers read it, whose desk is in English.
    name, state = who.name or who.email, nomination.get_state_display().lower()
    return NotPossible(f"{name} decided already: {state}, {localtime(when):%-d %b, %H:%M %Z}.")
