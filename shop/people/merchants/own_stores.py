"""Nobody decides on a store of their own: whoever acts for it leaves that to somebody else.

Organizers and reviewers read the refusals, whose desk is in English.
"""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Exists, OuterRef

from shop.core.errors import NotPossible
from shop.people.accounts.models import User
from shop.people.merchants.models import Membership


class OwnStore(NotPossible):
    """Whoever wants to decide acts for the store that it is about; nothing was changed."""

    def __init__(self) -> None:
        super().__init__("You act for this store yourself: somebody else has to decide.")


def refuse_own(*merchant_ids: int, by: User | None) -> None:
    """Refuse somebody who decides on a store of their own, or on several stores with one of them.

    Raises:
        OwnStore: they are a member of it.
    """
    if own_among(merchant_ids, by=by):
        raise OwnStore


def own_among(merchant_ids: Collection[int], *, by: User | None) -> set[int]:
    """Return those stores for which somebody acts; the shop itself acts for none."""
    if by is None:
        return set()
    rows = Membership.objects.filter(user=by, merchant__in=merchant_ids)
    return set(rows.values_list("merchant", flat=True))


def is_own(merchant: str, *, by: User | None) -> Exists:
    """Return a condition for rows: somebody acts for the store that ``merchant`` leads to."""
    return Exists(Membership.objects.filter(user=by, merchant=OuterRef(merchant)))
