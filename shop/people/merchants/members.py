"""Who is told of what happens to a store: its members whose roles include what is to be done."""

from __future__ import annotations

from typing import Any

from shop.people.merchants.models import Membership
from shop.people.merchants.roles import Right, who_may


def users_who_may(right: Right, **of: Any) -> list[int]:
    """Return the ids of users who have a right in a store, each once. One statement.

    Args:
        of: which store, or what of it: conditions for memberships.
    """
    rows = Membership.objects.filter(who_may(right), **of)
    return list(rows.values_list("user", flat=True).distinct().order_by("user"))
