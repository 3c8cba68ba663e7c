"""The roles of colleagues at the desk: they are given, changed and taken away here.

Whoever changes roles holds the row of the organizers' group, so that of two organizers who take
each other's role away one is left.
"""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import QuerySet

from cms.colleagues.mail import send_standing
from cms.colleagues.models import Invitation
from cms.roles import ORGANIZER, ROLES
from shop.core.demonstration.guards import spare
from shop.core.errors import NotPossible
from shop.core.locks import lock, locked
from shop.core.tasks import enqueue
from shop.festivals.changelog import log
from shop.people.accounts.models import User

LAST = "{} is the last organizer. Invite another one, or give somebody else that role, first."


def colleagues() -> QuerySet[User]:
    """Return everybody who has a role at the desk, those whose account is closed too."""
    return User.objects.filter(groups__name__in=ROLES).distinct().order_by("email")


def role_of(user: User) -> str:
    """Return the role of a colleague; nothing of anybody else."""
    names = set(user.groups.values_list("name", flat=True))
    return next((role for role in ROLES if role in names), "")


def locked_desk() -> Group:
    """Lock the organizers' group: roles are changed one after the other."""
    return locked(Group.objects).get(name=ORGANIZER)


@transaction.atomic
def change_role(user: User, role: str, *, at: datetime, by: User) -> None:
    """Give a colleague another role, in place of the present one.

    Raises:
        NotPossible: there is no such role, the person is no colleague or has it already, or
            would leave the desk without an organizer.
    """
    if role not in ROLES:
        raise NotPossible("Choose one of the roles.")
    before = _locked_role(user)
    if before == role:
        raise NotPossible(f"{user.email} is {role} already.")
    give(user, role)
    _told(user, "role", {"role": before}, {"role": role}, at=at, by=by)


@transaction.atomic
def take_role(user: User, *, at: datetime, by: User) -> None:
    """Take a colleague's role away: the account stays, the desk is closed to it.

    Raises:
        NotPossible: the person is no colleague, or the last organizer.
    """
    before = _locked_role(user)
    _refuse_without_organizer(user)
    _leave_roles(user)
    _told(user, "dismiss", {"role": before}, {}, at=at, by=by)


@transaction.atomic
def close_account(user: User, *, at: datetime, by: User) -> None:
    """Close a colleague's account: nobody can sign in to it, and present sessions end.

    Raises:
        NotPossible: the person is no colleague, the last organizer, closed already, or oneself.
    """
    if user.pk == by.pk:
        raise NotPossible("Nobody closes their own account: ask another organizer.")
    before = _locked_role(user)
    _refuse_without_organizer(user)
    if not User.objects.filter(pk=user.pk, is_active=True).update(is_active=False):
        raise NotPossible(f"The account of {user.email} is closed already.")
    _told(user, "close", {"role": before}, {}, at=at, by=by)


@transaction.atomic
def open_account(user: User, *, at: datetime, by: User) -> None:
    """Let a colleague sign in again, with the role that they had.

    Raises:
        NotPossible: the person is no colleague, or may sign in.
    """
    role = _locked_role(user)
    if not User.objects.filter(pk=user.pk, is_active=False).update(is_active=True):
        raise NotPossible(f"The account of {user.email} is open.")
    _told(user, "open", {}, {"role": role}, at=at, by=by)


def give(user: User, role: str) -> None:
    """Let a person have a role and no other; the desk is locked.

    Raises:
        NotPossible: it would leave the desk without an organizer.
    """
    if role != ORGANIZER:
        _refuse_without_organizer(user)
    _leave_roles(user)
    user.groups.add(Group.objects.get(name=role))


def _leave_roles(user: User) -> None:
    user.groups.remove(*Group.objects.filter(name__in=ROLES))


def _locked_role(user: User) -> str:
    """Return the role of a colleague under the lock, unless it is one that strangers share.

    Raises:
        NotPossible: the person has none, is the sample's, or may do everything anyway.
    """
    locked_desk()
    now = User.objects.get(pk=user.pk)
    spare(now)
    role = role_of(now)
    if not role:
        raise NotPossible(f"{now.email} has no role at the desk any more.")
    if now.is_superuser:
        raise NotPossible("Whoever runs the server decides on accounts that may do everything.")
    return role


def _refuse_without_organizer(user: User) -> None:
    """Refuse to take the last organizer away; the installation's own account is none."""
    organizers = User.objects.filter(groups__name=ORGANIZER, is_active=True)
    if organizers.filter(pk=user.pk).exists() and not organizers.exclude(pk=user.pk).exists():
        raise NotPossible(LAST.format(user.email))


def _told(
    user: User,
    action: str,
    before: dict[str, str],
    after: dict[str, str],
    *,
    at: datetime,
    by: User,
) -> None:
    """Log a change, tell the person, and revoke their invitations if they may invite no more."""
    known = {"email": user.email}
    log(user, action, at=at, by=by, festival=None, before=before, after=known | after)
    enqueue(send_standing, user.pk, action, after.get("role", ""))
    if action != "open" and after.get("role") != ORGANIZER:
        own = Invitation.objects.filter(invited_by=user, accepted_at=None, taken_back_at=None)
        for row in lock(own, fully=True):
            row.taken_back_at = at
            row.save(update_fields=["taken_back_at"])
            log(row, "take back", at=at, by=by, festival=None, after={"email": row.email})
