"""An organizer keeps the earnings of a parcel from being settled, and lets them go."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from shop.core.errors import NotPossible
from shop.core.locks import lock_one
from shop.festivals.changelog import log as note
from shop.orders.models import Suborder
from shop.people.accounts.models import User
from shop.people.merchants.own_stores import refuse_own


@transaction.atomic
def hold(suborder_id: int, *, reason: str, at: datetime, by: User) -> None:
    """Keep what a store earns on a parcel; its shopper and its goods are not touched.

    Raises:
        NotPossible: it is kept already, or stands on a settlement.
    """
    part = _locked(suborder_id)
    refuse_own(part.merchant_id, by=by)
    if part.held_at or part.settled_at:
        raise NotPossible("It is kept already, or was settled: a refund takes it off the next one.")
    _write(part, at)
    note(part.order, "hold", at=at, by=by, festival=None, reason=reason)


@transaction.atomic
def let_go(suborder_id: int, *, reason: str, at: datetime, by: User) -> None:
    """Let a store have again what was kept: with its next settlement, once it is released.

    Raises:
        NotPossible: nothing is kept.
    """
    part = _locked(suborder_id)
    refuse_own(part.merchant_id, by=by)
    if not part.held_at:
        raise NotPossible("Nothing of it is kept.")
    _write(part, None)
    note(part.order, "let go", at=at, by=by, festival=None, reason=reason)


def _write(part: Suborder, held_at: datetime | None) -> None:
    Suborder.objects.filter(pk=part.pk).update(held_at=held_at)


def _locked(suborder_id: int) -> Suborder:
    return lock_one(Suborder.objects.select_related("order"), suborder_id)
