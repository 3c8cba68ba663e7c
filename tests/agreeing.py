"""Stores that agree to the new time of a slot."""

from __future__ import annotations

from datetime import datetime

from shop.festivals.models import Deal, Enrolment, Slot
from shop.festivals.nominations import consent
from shop.festivals.schedule.extend import extend_slot
from tests import make


def agree(enrolment: Enrolment, *, at: datetime) -> int:
    """Agree as a store to the times that it is asked about; return to how many nominations."""
    asked = consent.asked_of(enrolment, at=at)
    seen = consent.stamp_of(asked)
    return consent.agree(enrolment, seen=seen, at=at, by=make.user()) if asked else 0


def agree_to(deal: Deal, *, at: datetime) -> int:
    """Agree as the store of a deal."""
    return agree(Enrolment.objects.get(nominations__deals=deal), at=at)


def extend_agreed(slot: Slot, ends_at: datetime, *, at: datetime, reason: str = "Rain") -> None:
    """Extend a slot, and agree as all its stores."""
    extend_slot(slot, ends_at, at=at, reason=reason)
    for enrolment in Enrolment.objects.filter(nominations__slot=slot).distinct():
        agree(enrolment, at=at)
