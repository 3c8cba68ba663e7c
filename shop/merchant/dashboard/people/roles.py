"""Who is what in a store: roles change, people are taken off, and some come for a time only."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from shop.core.demonstration.guards import spare
from shop.core.errors import NotPossible
from shop.core.locks import lock_one
from shop.core.tasks import enqueue
from shop.merchant.dashboard.people.invite import note
from shop.merchant.dashboard.people.mail import (
    send_left,
    send_role,
    send_step_reminder,
    tell_of_owner,
)
from shop.merchant.dashboard.second_step import has_step
from shop.people.accounts.models import User
from shop.people.merchants.models import Membership, Merchant, StoreInvitation
from shop.people.merchants.roles import Position, Role

REMIND_AFTER = timedelta(hours=24)
BATCH = 200


class LastOwner(NotPossible):
    """The store would be left without an owner; nothing was changed."""

    def __init__(self) -> None:
        super().__init__(_("A store keeps one owner. Make somebody else an owner first."))


class OwnRole(NotPossible):
    """Nobody changes the own role; nothing was changed."""

    def __init__(self) -> None:
        super().__init__(_("Another owner has to change your role."))


@transaction.atomic
def change_role(membership: Membership, position: Position, *, at: datetime, by: User) -> None:
    """Give a member of a store another role, or another day until which they work for it.

    Raises:
        OwnRole: it is the own one.
        LastOwner: nobody else owns the store.
        NotPossible: it is so already, they left, or an owner were to go by a day.
    """
    now = _now(membership)
    spare(now.user)
    if now.user_id == by.pk:
        raise OwnRole
    role, until = position.role, position.until
    if role == Role.OWNER and until is not None:
        raise NotPossible(_("An owner stays until another owner takes them off."))
    if (now.role, now.until) == (role, until):
        raise NotPossible(_("It is so already."))
    if role != Role.OWNER:
        _refuse_last(now)
    before, now.role, now.until = now.role, role, until
    now.save(update_fields=["role", "until"])
    if before == Role.OWNER:
        _take_back_theirs(now, at=at)
    note(now.merchant, "change role", now.user.email, at=at, by=by, role=role, was=before)
    enqueue(send_role, now.pk)
    if role == Role.OWNER:
        enqueue(tell_of_owner, now.merchant_id, now.user_id, by.pk)


@transaction.atomic
def leave(membership: Membership, *, at: datetime, by: User | None, keeps_owner: bool) -> None:
    """Take somebody off the people of a store; the account stays.

    Args:
        by: nobody where their time is over.
        keeps_owner: refuses the last owner. An organizer may take them off: others are invited.

    Raises:
        LastOwner: nobody else owns the store.
        NotPossible: they left already.
    """
    now = _now(membership)
    if by is None and not (now.until and now.until <= at):
        raise NotPossible(_("They were given more time meanwhile."))
    spare(now.user)
    if keeps_owner:
        _refuse_last(now)
    now.delete()
    _take_back_theirs(now, at=at)
    note(now.merchant, "member left", now.user.email, at=at, by=by)
    if by is None or by.pk != now.user_id:
        enqueue(send_left, now.merchant_id, now.user_id, by is None)


def remind(membership: Membership, *, at: datetime, by: User) -> None:
    """Remind a member by mail to set up a second step, once a day at the most.

    Raises:
        NotPossible: it is on, or they were reminded within the day.
    """
    rows = Membership.objects.annotate(has_step=has_step()).filter(
        Q(reminded_at=None) | Q(reminded_at__lte=at - REMIND_AFTER),
        pk=membership.pk, has_step=False,
    )  # fmt: skip
    if not rows.update(reminded_at=at):
        raise NotPossible(_("The second step is on, or they were reminded today already."))
    enqueue(send_step_reminder, membership.pk, by.pk)


def end_memberships(*, at: datetime) -> int:
    """Take off those whose time is over; return how many."""
    rows = Membership.objects.filter(until__lte=at).order_by("until", "pk")
    count = 0
    for row in list(rows.select_related("merchant", "user")[:BATCH]):
        with suppress(NotPossible):  # given more time, or gone, in this moment
            leave(row, at=at, by=None, keeps_owner=True)
            count += 1
    return count


def _now(membership: Membership) -> Membership:
    """Return a member as they are now, their store locked: of two owners one stays."""
    lock_one(Merchant.objects, membership.merchant_id)
    rows = Membership.objects.select_related("merchant", "user")
    now = rows.filter(pk=membership.pk, merchant=membership.merchant_id).first()
    if now is None:
        raise NotPossible(_("They do not work for this store any more."))
    return now


def _take_back_theirs(row: Membership, *, at: datetime) -> None:
    """Take back the invitations of somebody who invites no more: one may have been their own."""
    rows = StoreInvitation.objects.filter(merchant=row.merchant_id, invited_by=row.user_id)
    rows.filter(accepted_at=None, taken_back_at=None).update(taken_back_at=at)


def _refuse_last(row: Membership) -> None:
    """Refuse to leave a store without an owner who can sign in.

    Raises:
        LastOwner: nobody else is one.
    """
    if row.role != Role.OWNER:
        return
    owners = Membership.objects.filter(merchant=row.merchant_id, role=Role.OWNER)
    if not owners.exclude(pk=row.pk).filter(user__is_active=True).exists():
        raise LastOwner
