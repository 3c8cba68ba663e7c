"""Lets a suspended store leave: it is paid what it is owed, to the last; or takes that back."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from shop.core.errors import NotPossible, StaleState
from shop.festivals.changelog import log
from shop.merchant.moderation.write import lock
from shop.people.accounts.models import User
from shop.people.merchants.models import Merchant
from shop.people.merchants.own_stores import refuse_own


@transaction.atomic
def let_leave(merchant: Merchant, reason: str, *, at: datetime, by: User) -> None:
    """Pay a suspended store what it is owed, however little; it stays suspended.

    Raises:
        NotPossible: there is no reason, or the organizer is a member of the store.
        StaleState: it is not suspended, or leaves already.
    """
    if not reason.strip():
        raise NotPossible("Say why: whoever looks next reads it.")
    _change(merchant, at, "let leave", reason.strip()[:300], at=at, by=by)


@transaction.atomic
def stay(merchant: Merchant, *, at: datetime, by: User) -> None:
    """Let a store that was leaving be suspended as before: nothing more is paid.

    Raises:
        NotPossible: the organizer is a member of the store.
        StaleState: it does not leave.
    """
    _change(merchant, None, "stay", "", at=at, by=by)


def _change(
    merchant: Merchant, since: datetime | None, action: str, reason: str, *, at: datetime, by: User
) -> None:
    now = lock(merchant)
    refuse_own(now.pk, by=by)
    if not now.is_suspended or (now.leaving_since is None) == (since is None):
        raise StaleState
    now.leaving_since = since
    now.save(update_fields=["leaving_since"])
    log(now, action, at=at, by=by, festival=None, reason=reason)
