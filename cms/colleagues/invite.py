"""Organizers invite colleagues by mail; whoever has the link accepts, once and within three days.

What an organizer is told is the same whether an address has an account or not.
"""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from cms.colleagues.mail import send_colleague_invitation
from cms.colleagues.models import Invitation
from cms.colleagues.roles import colleagues, give, locked_desk
from cms.roles import ROLES
from shop.core.errors import NotPossible
from shop.core.tasks import enqueue
from shop.festivals.changelog import log
from shop.people.accounts import invitations
from shop.people.accounts.models import User


def pending() -> list[Invitation]:
    """Return the invitations that nobody has accepted, the newest first."""
    rows = Invitation.objects.filter(accepted_at=None, taken_back_at=None)
    return list(rows.select_related("invited_by").order_by("-sent_at", "-pk"))


@transaction.atomic
def invite(email: str, role: str, *, language: str, at: datetime, by: User) -> Invitation:
    """Invite whoever reads an address to work at the desk; the mail is queued.

    Raises:
        NotPossible: there is no such role, the address works here or is invited already, or who
            invites has invited too many within a day.
    """
    invitations.refuse_many(Invitation.objects.all(), at=at, by=by)
    email = email.strip().lower()
    if role not in ROLES:
        raise NotPossible("Choose one of the roles.")
    if known := colleagues().filter(email__iexact=email).first():
        raise NotPossible(f"{known.email} works here already. Change the role in the list.")
    made = Invitation(email=email, role=role, language=language, invited_by=by, invited_at=at)
    return _sent(invitations.save_new(made, at=at), "invite", at=at, by=by)


@transaction.atomic
def send_again(invitation: Invitation, *, at: datetime, by: User) -> Invitation:
    """Send an invitation with a new link, which lives as long as the first; the old one is dead.

    Raises:
        NotPossible: it was accepted or taken back.
    """
    found = invitations.renewed(Invitation, invitation.pk, at=at)
    return _sent(found, "send again", at=at, by=by)


@transaction.atomic
def take_back(invitation: Invitation, *, at: datetime, by: User) -> None:
    """Revoke an invitation: its link opens nothing any more.

    Raises:
        NotPossible: it was accepted or taken back.
    """
    found = invitations.taken_back(Invitation, invitation.pk, at=at)
    log(found, "take back", at=at, by=by, festival=None, after={"email": found.email})


@transaction.atomic
def accept(token: str, user: User, *, at: datetime) -> User:
    """Give a signed-in person the role that their address was invited to.

    Raises:
        NotValid: the link opens nothing, or is not theirs.
    """
    locked_desk()  # before the invitation: whoever takes roles away takes invitations back
    found = invitations.locked(Invitation, token, at=at)
    invitations.refuse_other(found, user)
    return _accepted(found, user, at=at)


@transaction.atomic
def accept_anew(token: str, *, name: str, password: str, at: datetime) -> User:
    """Make the account of somebody who was invited and has none yet.

    Raises:
        NotValid: the link opens nothing, or there is an account by now: sign in with it.
    """
    locked_desk()
    found = invitations.locked(Invitation, token, at=at)
    user = invitations.new_account(found, name=name, password=password)
    return _accepted(found, user, at=at)


def _accepted(found: Invitation, user: User, *, at: datetime) -> User:
    invitations.use_up(found, user, at=at)
    give(user, found.role)
    log(user, "accept", at=at, by=user, festival=None,
        after={"email": user.email, "role": found.role})  # fmt: skip
    return user


def _sent(invitation: Invitation, action: str, *, at: datetime, by: User) -> Invitation:
    enqueue(send_colleague_invitation, invitation.pk, invitation.serial)
    log(invitation, action, at=at, by=by, festival=None,
        after={"email": invitation.email, "role": invitation.role})  # fmt: skip
    return invitation
