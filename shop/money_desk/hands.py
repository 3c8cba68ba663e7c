"""Who has changed the people of a store of late, and who belonged to it before that."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.db.models.fields.json import KeyTextTransform

from shop.accounts.models import User
from shop.errors import NotPossible
from shop.festivals.models import ChangeLog
from shop.merchants.models import Merchant

LATELY = timedelta(days=30)
LEFT = "member left"
HANDS = ("invite person", "invite again", "take invitation back", "change role", LEFT)
"""Lines of the log about the people of a store; see ``shop.workspace.people``."""


def refuse_hand_in_people(merchant: Merchant, *, at: datetime, by: User) -> None:
    """Refuse who lets a store be paid somewhere and has lately changed who acts for it.

    One person alone could make an alias its owner, who types an account, and confirm that.

    Raises:
        NotPossible: they invited or removed somebody, or changed a role, within 30 days.
    """
    if _lines(merchant, at=at).filter(by=by, action__in=HANDS).exists():
        raise NotPossible(
            "Another organizer has to do this: you have invited or removed people of this store "
            "within the last 30 days."
        )


def members_of_late(merchant: Merchant, *, at: datetime) -> QuerySet[User]:
    """Return who acts for a store, and who did within 30 days: who is removed is still told."""
    left = _lines(merchant, at=at).filter(action=LEFT)
    emails = left.annotate(email=KeyTextTransform("email", "after")).values("email")
    rows = User.objects.filter(Q(memberships__merchant=merchant) | Q(email__in=emails))
    return rows.filter(is_active=True).distinct().order_by("pk")


def _lines(merchant: Merchant, *, at: datetime) -> QuerySet[ChangeLog]:
    rows = ChangeLog.objects.filter(subject="merchant", subject_id=merchant.pk)
    return rows.filter(at__gt=at - LATELY)
