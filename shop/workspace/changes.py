"""What of a store waits for a look, as its desk shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from shop.amending.comparing import Difference, Pictures, differences, pictures
from shop.amending.models import Amendment


@dataclass(frozen=True, slots=True)
class Change:
    """A proposed change: since when it waits or why it was refused, and what would differ."""

    is_waiting: bool
    since: datetime
    note: str
    words: list[Difference]
    pictures: list[Pictures]


def change_of(amendment: Amendment | None) -> Change | None:
    """Return a proposed change ready to be read, or None where there is none."""
    if amendment is None:
        return None
    return Change(
        amendment.is_waiting,
        amendment.waits_since,
        amendment.note,
        differences(amendment),
        pictures(amendment),
    )


def saved(*, waits: bool) -> str:
    """Say what became of what was typed."""
    if waits:
        return _("Your change waits for a look. Until then shoppers see what was approved.")
    return _("Your changes are saved.")
