"""Organizers and owners invite the people of a store by mail; whoever has the link works for it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import F, QuerySet
from django.tasks import Task
from django.utils.translation import gettext as _

from shop.core.errors import NotPossible
from shop.core.locks import locked
from shop.core.tasks import enqueue
from shop.festivals.changelog import log
from shop.merchant.dashboard.people.mail import send_store_invitation, tell_of_owner
from shop.merchant.dashboard.second_step import has_step
from shop.people.accounts import invitations
from shop.people.accounts.invitations import NotValid
from shop.people.accounts.models import User
from shop.people.merchants.models import Membership, Merchant, StoreInvitation
from shop.people.merchants.roles import OWNER, Position, Role


def people_of(merchant: Merchant) -> QuerySet[Membership]:
    """Return who works for a store, by address; ``has_step`` tells of the second step."""
    rows = Membership.objects.filter(merchant=merchant).select_related("user", "merchant")
    return rows.annotate(has_step=has_step()).order_by("user__email")


def pending(merchant: Merchant) -> QuerySet[StoreInvitation]:
    """Return the invitations of a store that nobody has accepted, the newest first."""
    rows = merchant.invitations.filter(accepted_at=None, taken_back_at=None)
    return rows.select_related("invited_by").order_by("-sent_at", "-pk")


@transaction.atomic
def invite(
    merchant: Merchant,
    email: str,
    position: Position = OWNER,
    *,
    language: str,
    at: datetime,
    by: User,
) -> StoreInvitation:
    """Invite whoever reads an address to work for a store; the mail is queued.

    One organizer alone invites so many in a day, owners of stores that are made with them aside.

    Raises:
        NotPossible: the address works for this store, or is invited already; or too many are.
    """
    if merchant.created_at != at and not merchant.memberships.filter(user=by).exists():
        by_hand = StoreInvitation.objects.exclude(merchant__created_at=F("invited_at"))
        invitations.refuse_many(by_hand, at=at, by=by)
    made = StoreInvitation(
        merchant=merchant, email=email.strip().lower(), role=position.role, until=position.until,
        language=language, invited_by=by, invited_at=at,
    )  # fmt: skip
    return invite_with(made, send_store_invitation, at=at, by=by)


@transaction.atomic
def invite_with(
    made: StoreInvitation, mail: Task[..., Any], *, at: datetime, by: User
) -> StoreInvitation:
    """Invite somebody by a mail with the words of its occasion.

    Args:
        made: not saved yet.
        mail: sends the link of the invitation with this id and serial.

    Raises:
        NotPossible: the address works for this store, or is invited already.
    """
    if made.merchant.memberships.filter(user__email__iexact=made.email).exists():
        text = _("%(email)s works for this store already.")
        raise NotPossible(text % {"email": made.email})
    found = invitations.save_new(made, at=at)
    return _sent(found, "invite person", mail, at=at, by=by)


@transaction.atomic
def send_again(invitation: StoreInvitation, *, at: datetime, by: User | None) -> StoreInvitation:
    """Send an invitation with a new link, which lives as long as the first; the old one is dead.

    Args:
        by: nobody where the invited person asks for it.

    Raises:
        NotPossible: it was accepted or taken back, or the work that it offers is over.
    """
    if invitation.until and invitation.until <= at:
        raise NotPossible(_("Its last day is over. Take it back, and invite them anew."))
    found = invitations.renewed(StoreInvitation, invitation.pk, at=at)
    return _sent(found, "invite again", send_store_invitation, at=at, by=by)


@transaction.atomic
def take_back(invitation: StoreInvitation, *, at: datetime, by: User) -> None:
    """Revoke an invitation: its link opens nothing any more.

    Raises:
        NotPossible: it was accepted or taken back.
    """
    found = invitations.taken_back(StoreInvitation, invitation.pk, at=at)
    note(found.merchant, "take invitation back", found.email, at=at, by=by)


@transaction.atomic
def accept(token: str, user: User, *, at: datetime) -> Membership:
    """Let a signed-in person work for the store that their address was invited to.

    Raises:
        NotValid: the link opens nothing, or is not theirs.
    """
    found = invitations.locked(StoreInvitation, token, at=at)
    invitations.refuse_other(found, user)
    return _joined(found, user, at=at)


@transaction.atomic
def accept_anew(token: str, *, name: str, password: str, at: datetime) -> User:
    """Make the account of somebody who was invited and has none yet.

    Raises:
        NotValid: the link opens nothing, or there is an account by now: sign in with it.
    """
    found = invitations.locked(StoreInvitation, token, at=at)
    user = invitations.new_account(found, name=name, password=password)
    _joined(found, user, at=at)
    return user


def open_for(user: User, *, at: datetime) -> QuerySet[StoreInvitation]:
    """Return the invitations that wait for somebody whose address is proved, without their link."""
    own = EmailAddress.objects.filter(user=user, email__iexact=user.email, verified=True)
    rows = StoreInvitation.objects.filter(accepted_at=None, taken_back_at=None, expires_at__gt=at)
    rows = rows.filter(email=user.email.lower()) if own.exists() else rows.none()
    return rows.select_related("merchant").order_by("pk")


@transaction.atomic
def accept_open(pk: int, user: User, *, at: datetime) -> Membership:
    """Accept an invitation without its link, as somebody whose address is proved.

    Raises:
        NotValid: nothing waits for them.
    """
    found = locked(open_for(user, at=at).filter(pk=pk), fully=True).first()
    if found is None or not user.is_active:
        raise NotValid
    return _joined(found, user, at=at)


def _joined(found: StoreInvitation, user: User, *, at: datetime) -> Membership:
    """Use an invitation up, and add the membership unless there is one."""
    invitations.use_up(found, user, at=at)
    made, is_new = Membership.objects.get_or_create(
        merchant=found.merchant,
        user=user,
        defaults={"role": found.role, "until": found.until, "joined_at": at},
    )
    note(found.merchant, "member joined", user.email, at=at, by=user)
    if is_new and made.role == Role.OWNER:
        by = found.invited_by or user
        enqueue(tell_of_owner, found.merchant_id, user.pk, by.pk)
    return made


def _sent(
    found: StoreInvitation, action: str, mail: Task[..., Any], *, at: datetime, by: User | None
) -> StoreInvitation:
    enqueue(mail, found.pk, found.serial)
    note(found.merchant, action, found.email, at=at, by=by)
    return found


def note(
    merchant: Merchant, action: str, email: str, *, at: datetime, by: Any, **more: str
) -> None:
    """Log about the store who came or went: on its screen people look for that."""
    log(merchant, action, at=at, by=by, festival=None, after={"email": email} | more)
