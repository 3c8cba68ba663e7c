"""A preview: the whole shop as it is at another instant, for whoever opened it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.http import HttpRequest

from shop.core.http import Request
from shop.people.accounts.models import User

NOBODY = 0  # account and mailbox of a shopper who is made up; real ones count from 1


class Who(StrEnum):
    """Whose limits the cart knows; as itself, those of whoever looks."""

    ITSELF = ""
    GUEST = "guest"
    NEW = "new"
    AT_LIMIT = "limit"


class Stock(StrEnum):
    """The units that the festival's deals have left to sell."""

    AS_IT_IS = ""
    SOLD_OUT = "gone"
    ONE_LEFT = "one"


@dataclass(frozen=True, slots=True)
class Preview:
    """An instant with a scenario, about one festival.

    ``is_waiting``: nominations that wait for a decision count as approved. ``since``: the first
    instant for which prices are worked out, where that is before ``at``. ``user_id`` names the
    member of staff that it is bound to; a shared link has none.
    """

    at: datetime
    festival_id: int
    is_waiting: bool = False
    who: Who = Who.ITSELF
    stock: Stock = Stock.AS_IT_IS
    since: datetime | None = None
    user_id: int | None = None
    until: datetime | None = None

    @property
    def first(self) -> datetime:
        """Return the first instant for which prices are worked out."""
        return min(self.at, self.since or self.at)


class PreviewRequest(Request):
    """A request that is answered within a preview."""

    preview: Preview
    has_tried_to_write: bool


def preview_of(request: HttpRequest) -> Preview | None:
    """Return the preview in which a request is answered, or None for the shop as it is."""
    return getattr(request, "preview", None)


def shopper_in(preview: Preview, user: User | None, *, is_verified: bool) -> tuple[Any, ...]:
    """Return whose limits count in a preview: a user or None, and whether the address is proved."""
    if preview.who == Who.ITSELF:
        return user, is_verified
    if preview.who == Who.GUEST:
        return None, False
    return user or User(pk=NOBODY, mailbox_id=NOBODY), True
