"""Where somebody works, for those who sign in for more than their own orders."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from shop.people.accounts.models import User

MAY_ORGANIZE = "wagtailadmin.access_admin"


@dataclass(frozen=True, slots=True)
class Desk:
    """A desk that is open to somebody: the organizers', or that of a store."""

    name: str
    url: str


def desks_of(user: User) -> list[Desk]:
    """Return the desks of a person; shoppers have none. Three statements at the most."""
    found = []
    if user.has_perm(MAY_ORGANIZE):
        found.append(Desk(_("Organizers’ desk"), reverse("wagtailadmin_home")))
    rows = user.memberships.select_related("merchant").order_by("merchant__name")
    found += [
        Desk(row.merchant.name, reverse("workspace-store", args=[row.merchant.slug]))
        for row in rows
    ]
    return found
