"""A half-open time, with the wall times that were typed for it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from shop.core.errors import NotPossible
from shop.festivals.local_time import typed, wall_of


@dataclass(frozen=True, slots=True)
class Window:
    """A start and an end, in UTC and as they were typed.

    Raises:
        NotPossible: the end is not after the start.
    """

    starts_at: datetime
    ends_at: datetime
    starts_wall: str
    ends_wall: str

    def __post_init__(self) -> None:
        """Refuse a time that ends before it begins."""
        if self.ends_at <= self.starts_at:
            raise NotPossible(_("The end must be after the start."))

    @property
    def facts(self) -> dict[str, Any]:
        """Return its fields as festivals and slots name them."""
        return {name: getattr(self, name) for name in self.__slots__}


def later_by(starts_at: datetime, ends_at: datetime, by: timedelta, zone: str) -> Window:
    """Return a time moved by a span, with the wall times of a zone."""
    starts_at, ends_at = starts_at + by, ends_at + by
    walls = (typed(wall_of(at, zone)) for at in (starts_at, ends_at))
    return Window(starts_at, ends_at, *walls)
