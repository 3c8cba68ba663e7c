"""Disturbances for tests: one that organizers told of, and how parts of the shop stand."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from shop.reports import checks
from shop.reports.incidents.keep import IncidentFacts, keep_incident
from shop.reports.incidents.models import Incident
from shop.reports.incidents.status import forget
from shop.reports.models import Check
from tests import make

FRENCH = {"fr": {"title": "Le paiement est lent", "text": "Votre commande est sûre."}}


def incident(at: datetime, **facts: Any) -> Incident:
    """Return a disturbance since an instant."""
    said: dict[str, Any] = {
        "title": "Paying is slow", "text": "Your order is safe.", "texts": FRENCH, "since": at,
        "on_pages": False,
    }  # fmt: skip
    forget()
    return keep_incident(IncidentFacts(**said | facts), at=at, by=make.user())


def all_well(at: datetime) -> None:
    """Let every part have been found well at an instant."""
    for name in (*checks.known(), checks.PROBLEMS, "mover"):
        checks.note_check(name, Check.Standing.GOOD, "", at=at)
    forget()
