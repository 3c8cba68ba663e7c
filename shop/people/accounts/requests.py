"""The request of somebody who is signed in, for signatures of views."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shop.core.http import Request

if TYPE_CHECKING:
    from shop.people.accounts.models import User


class SignedIn(Request):
    """A request that a view behind a sign-in is given."""

    user: User
