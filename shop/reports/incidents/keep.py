"""Organizers tell of an incident, correct it, add what they know since, and end it.

Each change stands in the change log; pages that are the same for everybody are built anew, since
a line on top of them may tell of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from shop.core.errors import NotPossible
from shop.core.locks import lock_one
from shop.festivals.changelog import log, refuse_if_changed
from shop.festivals.prices.spans import mark_change
from shop.orders.documents.kept import remove_row, write_row
from shop.people.accounts.models import User
from shop.reports.incidents.models import Incident, IncidentUpdate

type Texts = Mapping[str, Mapping[str, str]]
TWICE = "There is one like it."


@dataclass(frozen=True, slots=True)
class IncidentFacts:
    """What is told of an incident; ``texts`` by language, ``on_pages`` on top of pages as well."""

    title: str
    text: str
    texts: Texts
    since: datetime
    on_pages: bool

    @property
    def values(self) -> dict[str, Any]:
        """Return what is written into the row."""
        return {
            "title": self.title, "text": self.text, "texts": _plain(self.texts),
            "since": self.since, "on_pages": self.on_pages,
        }  # fmt: skip


@transaction.atomic
def keep_incident(
    facts: IncidentFacts, incident: Incident | None = None, *, seen: int = 0, at: datetime, by: User
) -> Incident:
    """Tell of an incident, or correct what is told.

    Args:
        seen: the version of the incident that the form showed.

    Raises:
        ChangedMeanwhile: somebody else changed it in between.
        NotPossible: it would be over before it began.
    """
    before, now = {}, Incident()
    if incident is not None:
        refuse_if_changed(incident, seen=seen)
        now = Incident.objects.get(pk=incident.pk)
        before = _told(now)
    write_row(now, facts.values, twice=TWICE)
    log(now, "change" if incident else "create", at=at, by=by, festival=None,
        before=before, after=_told(now))  # fmt: skip
    mark_change("incident", at=at)
    return now


@transaction.atomic
def end_incident(incident: Incident, *, at: datetime, by: User) -> None:
    """Say that an incident is over; the line on top of pages goes with it.

    Raises:
        NotPossible: it is over already, or has not begun.
    """
    now = lock_one(Incident.objects, incident.pk)
    if now.ended_at:
        raise NotPossible("It is over already.")
    if now.since > at:
        raise NotPossible("It has not begun. Correct when it begins, or remove it.")
    _set_end(now, "end", at, at=at, by=by)


@transaction.atomic
def reopen_incident(incident: Incident, *, at: datetime, by: User) -> None:
    """Say that an incident goes on after all.

    Raises:
        NotPossible: it goes on already.
    """
    now = lock_one(Incident.objects, incident.pk)
    if not now.ended_at:
        raise NotPossible("It goes on already.")
    _set_end(now, "reopen", None, at=at, by=by)


@transaction.atomic
def remove_incident(incident: Incident, *, at: datetime, by: User) -> None:
    """Remove an incident with its updates: one that was written by mistake.

    Raises:
        StaleState: somebody else has removed it.
    """
    remove_row(incident, _told, at=at, by=by)
    mark_change("incident", at=at)


@transaction.atomic
def keep_update(
    incident: Incident,
    text: str,
    texts: Texts,
    update: IncidentUpdate | None = None,
    *,
    at: datetime,
    by: User,
) -> IncidentUpdate:
    """Add what is known of an incident since now, or correct what was added.

    Raises:
        NotPossible: its text is too long.
        ObjectDoesNotExist: it was removed meanwhile.
    """
    lock_one(Incident.objects, incident.pk)
    now = IncidentUpdate(incident=incident, at=at)
    if update is not None:
        now = IncidentUpdate.objects.get(pk=update.pk, incident=incident)
    before = {"text": now.text} if update else {}
    write_row(now, {"text": text, "texts": _plain(texts)}, twice=TWICE)
    what = "correct update" if update else "add update"
    log(incident, what, at=at, by=by, festival=None, before=before, after={"text": text})
    return now


@transaction.atomic
def remove_update(update: IncidentUpdate, *, at: datetime, by: User) -> None:
    """Remove what was added to an incident by mistake."""
    lock_one(Incident.objects, update.incident_id)
    update.delete()
    log(update.incident, "remove update", at=at, by=by, festival=None,
        before={"text": update.text})  # fmt: skip


def _set_end(
    now: Incident, what: str, ended_at: datetime | None, *, at: datetime, by: User
) -> None:
    now.ended_at = ended_at
    now.save(update_fields=["ended_at"])
    log(now, what, at=at, by=by, festival=None)
    mark_change("incident", at=at)


def _told(row: Incident) -> dict[str, Any]:
    """Return an incident as the change log keeps it."""
    return {
        "label": row.title, "text": row.text, "texts": row.texts,
        "since": row.since.isoformat(), "on_pages": row.on_pages,
    }  # fmt: skip


def _plain(texts: Texts) -> dict[str, dict[str, str]]:
    """Return what there is of texts: no language and no text that is empty."""
    found = {code: {name: text for name, text in own.items() if text}
             for code, own in texts.items()}  # fmt: skip
    return {code: own for code, own in found.items() if own}
