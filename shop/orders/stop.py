"""Stops the parcels of an order whose money is in question, and lets them go."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from shop.core.errors import NotPossible
from shop.festivals.changelog import log as note
from shop.orders import end
from shop.orders.models import Order, Suborder
from shop.people.accounts.models import User

MOST_WORDS = 300


@transaction.atomic
def decide(order_id: int, *, is_stopped: bool, reason: str, at: datetime, by: User) -> None:
    """Stop the parcels of an order by hand, or let them go, with a reason.

    Raises:
        NotPossible: there is no reason, or nothing to stop or to let go.
    """
    if not reason.strip():
        raise NotPossible("Say why: whoever looks next reads it.")
    order = end.lock(order_id)
    if not parcels(order, is_stopped=not is_stopped).exists():
        raise NotPossible("No parcel of this order waits for that any more.")
    if is_stopped:
        stop(order, at=at, by_hand=True)
    else:
        let_go(order, by_hand=True)
    action = "stop parcels" if is_stopped else "let parcels go"
    note(order, action, at=at, by=by, festival=None, reason=reason.strip()[:MOST_WORDS])


def parcels(order: Order, *, is_stopped: bool) -> QuerySet[Suborder]:
    """Return the parcels of an order that have not left, those that are stopped or the others.

    What a person stopped a person lets go, though nothing of it is left to be sent.
    """
    left = order.suborders.to_send().filter(stopped_at__isnull=not is_stopped)
    return left | order.suborders.filter(is_stopped_by_hand=True) if is_stopped else left


def stop(order: Order, *, at: datetime, by_hand: bool = False) -> None:
    """Let nothing of an order be sent any more; what was stopped before stays so since then."""
    waiting = order.suborders.filter(state=Suborder.State.WAITING)
    waiting.filter(stopped_at=None).update(stopped_at=at)
    if by_hand:
        waiting.update(is_stopped_by_hand=True)


def let_go(order: Order, *, by_hand: bool = False) -> None:
    """Let the rest of an order be sent again; what a person stopped, a person lets go."""
    stopped = order.suborders.exclude(stopped_at=None)
    if not by_hand:
        stopped = stopped.filter(is_stopped_by_hand=False)
    stopped.update(stopped_at=None, is_stopped_by_hand=False)
