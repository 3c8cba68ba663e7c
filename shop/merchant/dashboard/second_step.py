"""Organizers may demand that members of stores, who see addresses, take a second step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, TypedDict

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest

from shop.core.demonstration.guards import refuse_in_public
from shop.core.errors import NotPossible
from shop.core.locks import lock_one
from shop.core.tasks import enqueue, enqueue_all
from shop.festivals.changelog import log
from shop.merchant.dashboard import tasks
from shop.people.accounts import second_step
from shop.people.accounts.models import SignInRules, User
from shop.people.merchants.models import Membership
from shop.people.merchants.roles import in_force

if TYPE_CHECKING:
    from django_stubs_ext import WithAnnotations

NEEDED = SignInRules.objects.filter(members_need_second_step=True)


@dataclass(frozen=True, slots=True)
class Member:
    """A member of one store or more, and whether the second step is on."""

    user: User
    stores: list[str]
    has_step: bool


def is_demanded() -> bool:
    """Tell whether members of stores need a second step. One statement."""
    return NEEDED.exists()


class StepFacts(TypedDict):
    """The columns that ``memberships_of`` adds to a membership."""

    needs_step: bool
    has_step: bool


def memberships_of(user: User, *, at: datetime) -> QuerySet[WithAnnotations[Membership, StepFacts]]:
    """Return a person's stores by name, and with them whether the second step is needed and on."""
    rows = Membership.objects.filter(in_force(at=at), user=user)
    rows = rows.select_related("merchant__pending_change").order_by("merchant__name")
    return rows.annotate(needs_step=Exists(NEEDED), has_step=has_step())


def lacks_second_step(
    request: HttpRequest, membership: WithAnnotations[Membership, StepFacts]
) -> bool:
    """Tell whether this session may not work for a store, given a row of ``memberships_of``."""
    return membership.needs_step and not (membership.has_step and second_step.has_passed(request))


def members() -> list[Member]:
    """Return all who act for stores, those without a second step first. One statement."""
    rows = Membership.objects.select_related("merchant", "user").annotate(has_step=has_step())
    found: dict[int, Member] = {}
    for row in rows.order_by("has_step", "merchant__name", "user__email"):
        known = found.setdefault(row.user_id, Member(row.user, [], row.has_step))
        known.stores.append(row.merchant.name)
    return list(found.values())


@transaction.atomic
def demand(is_needed: bool, *, at: datetime, by: User | None) -> bool:
    """Demand the second step of members, or no more; return whether that is new.

    It counts at once: whoever is at work without it is led to it with the next page, and told
    by mail.
    """
    if is_needed:
        refuse_in_public("In a public demonstration strangers share the accounts of stores.")
    SignInRules.objects.get_or_create(pk=1)
    row = lock_one(SignInRules.objects, 1, fully=True)
    if row.members_need_second_step == is_needed:
        return False
    before, row.members_need_second_step = row.members_need_second_step, is_needed
    row.save(update_fields=["members_need_second_step"])
    log(row, "change", at=at, by=by, festival=None,
        before={"members_need_second_step": before},
        after={"members_need_second_step": is_needed})  # fmt: skip
    if is_needed:
        lacking = Membership.objects.annotate(has_step=has_step()).filter(has_step=False)
        people = lacking.order_by("user").values_list("user").distinct()
        enqueue_all(tasks.send_demanded, list(people))
    return True


@transaction.atomic
def free(user: User, *, reason: str, at: datetime, by: User) -> None:
    """Take the second step from a member who lost telephone and codes; all their sessions end.

    Raises:
        NotPossible: the person is an organizer, or has no second step.
    """
    if user.has_perm("wagtailadmin.access_admin") or not user.memberships.exists():
        raise NotPossible("Only members of stores can be freed here. The operator frees others.")
    if not second_step.turn_off(user):
        raise NotPossible("There is no second step any more.")
    log(user, "free", at=at, by=by, festival=None, reason=reason)
    enqueue(tasks.send_freed, user.pk, at.isoformat())


def has_step() -> Exists:
    """Return a condition for rows with a user: the second step of that person is on."""
    rows = Authenticator.objects.filter(user=OuterRef("user"))
    return Exists(rows.filter(type__in=second_step.KINDS))
