"""Who has learned what: the people of a store for those who look after them. No order of merit."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Q

from shop.merchant.academy.models import LessonResult
from shop.people.accounts.models import User
from shop.people.merchants.models import Membership
from shop.people.merchants.roles import Right, in_force, who_may

SHOWN = 1_000  # people of one's stores: more has nobody


@dataclass(frozen=True, slots=True)
class Learner:
    """Somebody of a store, and how many lessons they have done."""

    store: str
    name: str
    done: int
    last_at: datetime | None


def learners_of(user: User, *, at: datetime) -> list[Learner]:
    """Return the people of those stores in which somebody may change people, by their names.

    Two statements.
    """
    own = Membership.objects.filter(in_force(at=at), who_may(Right.PEOPLE), user=user)
    people = Membership.objects.filter(in_force(at=at), merchant__in=own.values("merchant"))
    rows = list(people.select_related("merchant", "user").order_by("merchant__name", "pk")[:SHOWN])
    done = (
        LessonResult.objects.filter(user__in=[row.user_id for row in rows], done_at__isnull=False)
        .values("user")
        .annotate(done=Count("pk", filter=Q(lesson__is_open=True)), last=Max("done_at"))
    )
    known: dict[int, tuple[int, datetime | None]] = {
        row["user"]: (row["done"], row["last"]) for row in done
    }
    found = [
        Learner(row.merchant.name, row.user.name, *known.get(row.user_id, (0, None)))
        for row in rows
    ]
    return sorted(found, key=lambda one: (one.store, one.name.casefold()))
