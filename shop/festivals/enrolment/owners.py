"""Stores of a festival for which no owner signs in: somebody has to be invited for each."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from shop.festivals.models import Enrolment
from shop.people.merchants.models import Membership
from shop.people.merchants.roles import Role

ASKED = (Enrolment.State.INVITED, Enrolment.State.WAITING, Enrolment.State.ACCEPTED)


def without_owner(rows: QuerySet[Enrolment]) -> QuerySet[Enrolment]:
    """Keep the stores that are asked or take part, and have no owner who can sign in."""
    owners = Membership.objects.filter(
        merchant=OuterRef("merchant"), role=Role.OWNER, user__is_active=True
    )
    return rows.filter(~Exists(owners), state__in=ASKED)
