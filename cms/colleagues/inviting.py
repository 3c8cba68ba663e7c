"""Organizers invite colleagues by mail; whoever has the link accepts, once and within three days.

What an organizer is told is the same whether an address has an account or not.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from cms.colleagues.mailing import send_colleague_invitation
from cms.colleagues.models import Invitation, hash_of
from cms.colleagues.standing import colleagues, give, locked_desk
from cms.roles import ROLES
from shop.accounts.models import User
from shop.errors import NotPossible
from shop.festivals.changes import log
from shop.tasks import enqueue

LIFE = timedelta(hours=72)


class NotValid(NotPossible):
    """A link that opens nothing: used, taken back, too old, or never made."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "This invitation was used, was taken back or has expired. "
                "Ask whoever invited you for a new one."
            )
        )


def pending() -> list[Invitation]:
    """Return the invitations that nobody has accepted, the newest first."""
    rows = Invitation.objects.filter(accepted_at=None, taken_back_at=None)
    return list(rows.select_related("invited_by").order_by("-sent_at", "-pk"))


@transaction.atomic
def invite(email: str, role: str, *, language: str, at: datetime, by: User) -> Invitation:
    """Invite whoever reads an address to work at the desk; the mail is queued.

    Raises:
        NotPossible: there is no such role, or the address works here or is invited already.
    """
    email = email.strip().lower()
    if role not in ROLES:
        raise NotPossible("Choose one of the roles.")
    if known := colleagues().filter(email__iexact=email).first():
        raise NotPossible(f"{known.email} works here already. Change the role in the list.")
    made = Invitation(email=email, role=role, language=language, invited_by=by, invited_at=at)
    _renew(made, at=at)
    try:
        with transaction.atomic():
            made.save()
    except IntegrityError:
        raise NotPossible(
            f"{email} is invited already. Send the invitation again, or take it back."
        ) from None
    return _sent(made, "invite", at=at, by=by)


@transaction.atomic
def send_again(invitation: Invitation, *, at: datetime, by: User) -> Invitation:
    """Send an invitation with a new link, which lives as long as the first; the old one is dead.

    Raises:
        NotPossible: it was accepted or taken back.
    """
    found = _locked_open(invitation.pk)
    _renew(found, at=at)
    found.save()
    return _sent(found, "send again", at=at, by=by)


@transaction.atomic
def take_back(invitation: Invitation, *, at: datetime, by: User) -> None:
    """Let an invitation open nothing any more.

    Raises:
        NotPossible: it was accepted or taken back.
    """
    found = _locked_open(invitation.pk)
    found.taken_back_at = at
    found.save(update_fields=["taken_back_at"])
    log(found, "take back", at=at, by=by, festival=None, after={"email": found.email})


def find(token: str, *, at: datetime) -> Invitation:
    """Return the invitation of a link.

    Raises:
        NotValid: it opens nothing.
    """
    found = Invitation.objects.filter(token_hash=hash_of(token)).first()
    if found is None or not found.is_valid(at=at):
        raise NotValid
    return found


@transaction.atomic
def accept(token: str, user: User, *, at: datetime) -> User:
    """Give a signed-in person the role that their address was invited to.

    Raises:
        NotValid: the link opens nothing, or is not theirs.
    """
    locked_desk()  # before the invitation: whoever takes roles away takes invitations back
    found = _locked(token, at=at)
    if user.email.lower() != found.email or not user.is_active:
        raise NotValid
    return _accepted(found, user, at=at)


@transaction.atomic
def accept_anew(token: str, *, name: str, password: str, at: datetime) -> User:
    """Make the account of somebody who was invited and has none yet.

    Raises:
        NotValid: the link opens nothing, or there is an account by now: sign in with it.
    """
    locked_desk()
    found = _locked(token, at=at)
    if User.objects.filter(email__iexact=found.email).exists():
        raise NotValid
    first, _space, last = name.strip().partition(" ")
    user = User.objects.create_user(
        found.email, password, first_name=first[:150], last_name=last.strip()[:150],
        language=found.language,
    )  # fmt: skip
    return _accepted(found, user, at=at)


def _accepted(found: Invitation, user: User, *, at: datetime) -> User:
    """Use an invitation up. Whoever has its link has read the mail: the address is theirs."""
    found.accepted_at = at
    found.save(update_fields=["accepted_at"])
    known, _made = EmailAddress.objects.get_or_create(
        user=user, email=found.email, defaults={"primary": True, "verified": True}
    )
    EmailAddress.objects.filter(pk=known.pk).update(verified=True)
    give(user, found.role)
    log(user, "accept", at=at, by=user, festival=None,
        after={"email": user.email, "role": found.role})  # fmt: skip
    return user


def _locked(token: str, *, at: datetime) -> Invitation:
    """Lock an invitation, so that of two who accept it only one does."""
    rows = Invitation.objects.select_for_update(of=("self",))
    found = rows.filter(token_hash=hash_of(token)).first()
    if found is None or not found.is_valid(at=at):
        raise NotValid
    return found


def _locked_open(pk: int) -> Invitation:
    found = Invitation.objects.select_for_update(of=("self",)).get(pk=pk)
    if found.accepted_at:
        raise NotPossible(f"{found.email} has accepted already.")
    if found.taken_back_at:
        raise NotPossible("This invitation is taken back already.")
    return found


def _renew(invitation: Invitation, *, at: datetime) -> None:
    """Give an invitation another link."""
    invitation.serial = get_random_string(32)
    invitation.token_hash = hash_of(invitation.token)
    invitation.sent_at, invitation.expires_at = at, at + LIFE


def _sent(invitation: Invitation, action: str, *, at: datetime, by: User) -> Invitation:
    enqueue(send_colleague_invitation, invitation.pk, invitation.serial)
    log(invitation, action, at=at, by=by, festival=None,
        after={"email": invitation.email, "role": invitation.role})  # fmt: skip
    return invitation
