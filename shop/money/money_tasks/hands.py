"""Who has changed the people of a store of late, and who belonged to it before that."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Lower

from shop.core.errors import NotPossible
from shop.festivals.models import ChangeLog
from shop.people.accounts.models import User
from shop.people.merchants.models import Merchant

LATELY = timedelta(days=30)
LEFT = "member left"
INVITE, JOINED = "invite person", "member joined"
HANDS = (INVITE, "take invitation back", "change role", LEFT)
"""Log actions that change who works for a store; see ``shop.merchant.dashboard.people``.

Sending an invitation again is none: it goes to the same address.
"""
INVITED, ACCEPTED, GAVE = ("invite", "send again"), "accept", ("role", "open")
"""Log actions that give organizers their roles; see ``cms.colleagues``."""


def refuse_hand_in_people(merchant: Merchant, *, at: datetime, by: User) -> None:
    """Refuse an organizer who lately changed who works for a store.

    One person alone could invite an alias as owner, let it type a payout account, and confirm
    that account: as themselves, or as a second alias whom they made a colleague.

    Raises:
        NotPossible: in the last 30 days they, or a colleague who may be the same person, invited
            or removed somebody or changed a role, or somebody they invited joined the store.
    """
    address = Lower(KeyTextTransform("email", "after"))
    joined = _lines(merchant, at=at).filter(action=JOINED).annotate(email=address).values("email")
    lines = _lines(merchant).annotate(email=address).select_related("by").filter(
        Q(action__in=HANDS, at__gt=at - LATELY) | Q(action=INVITE, email__in=joined)
    )  # fmt: skip
    if lines.filter(by=by).exists():
        raise NotPossible(
            "Another organizer has to do this. In the last 30 days you invited or removed people "
            "of this store, or somebody you invited joined it."
        )
    if line := lines.filter(by__in=same_hands(by, at=at)).first():
        raise NotPossible(
            f"Another organizer has to do this. In the last 30 days {line.by} invited or removed "
            "people of this store, or somebody they invited joined it. The two of you count as "
            "one person for 30 days after one of you, or the same colleague, brought the other in."
        )


def same_hands(user: User, *, at: datetime) -> set[int]:
    """Return the colleagues who may be the same person: one lately brought in the other.

    Any number of colleagues may stand between them. The installation's account connects nobody:
    it may do everything anyway. Three statements.
    """
    near: dict[int, set[int]] = {}
    for one, other in _brought(at=at):
        near.setdefault(one, set()).add(other)
        near.setdefault(other, set()).add(one)
    ends = set(User.objects.filter(pk__in=near, is_superuser=True).values_list("pk", flat=True))
    found, new = {user.pk}, {user.pk}
    while new:
        new = set().union(*(near.get(one, ()) for one in new)) - found
        found |= new
        new -= ends
    return found


def _brought(*, at: datetime) -> Iterator[tuple[int, int]]:
    """Yield each colleague who got a role in the last 30 days, with who gave it or invited them."""
    rows = ChangeLog.objects.annotate(email=KeyTextTransform("email", "after"))
    got = rows.filter(subject="user", action__in=(*GAVE, ACCEPTED), at__gt=at - LATELY)
    joined: dict[str, int] = {}
    for action, colleague, by, email in got.values_list("action", "subject_id", "by", "email"):
        if action == ACCEPTED:
            joined[email] = colleague
        elif by:
            yield colleague, by
    sent = rows.filter(subject="invitation", action__in=INVITED, email__in=joined)
    for email, by in sent.exclude(by=None).values_list("email", "by"):
        yield joined[email], by


def members_of_late(merchant: Merchant, *, at: datetime) -> QuerySet[User]:
    """Return who acts for a store, and who did within 30 days: who is removed is still told."""
    left = _lines(merchant, at=at).filter(action=LEFT)
    emails = left.annotate(email=KeyTextTransform("email", "after")).values("email")
    rows = User.objects.filter(Q(memberships__merchant=merchant) | Q(email__in=emails))
    return rows.filter(is_active=True).distinct().order_by("pk")


def _lines(merchant: Merchant, *, at: datetime | None = None) -> QuerySet[ChangeLog]:
    """Return the lines of the log about a store: all, or those of the 30 days before an instant."""
    rows = ChangeLog.objects.filter(subject="merchant", subject_id=merchant.pk)
    return rows.filter(at__gt=at - LATELY) if at else rows
