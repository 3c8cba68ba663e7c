"""What guests ask their host to know before a date, kept no longer than it is needed."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from shop.core.errors import NotPossible
from shop.core.locks import lock_one
from shop.core.tasks import enqueue
from shop.orders.models import Order, OrderLine
from shop.orders.tickets.models import GuestNeeds
from shop.orders.tickets.tasks import tell_of_needs

MOST_WORDS = 200
KEPT_FOR = timedelta(days=7)
"""After a date has begun: then it is of no use to anybody."""
BATCH = 1_000


def coming_lines(order: Order, *, at: datetime) -> list[OrderLine]:
    """Return the lines of an order with tickets for dates that are still to come."""
    rows = OrderLine.objects.filter(
        order=order, order__state=Order.State.PAID, tickets__isnull=False,
        tickets__cancelled_at=None, variant__cancelled_at=None, variant__session_start__gt=at,
    )  # fmt: skip
    rows = rows.select_related("variant__product", "suborder__merchant").distinct()
    return list(rows.order_by("variant__session_start", "position"))


def needs_of(pool_id: int) -> dict[int, str]:
    """Return what guests of a date asked for, by the order. One statement."""
    return dict(GuestNeeds.objects.filter(pool=pool_id).values_list("order", "words"))


@transaction.atomic
def tell_needs(order_id: int, pool_id: int, words: str, *, at: datetime) -> None:
    """Note what the guests of an order need at a date; without words nothing is kept.

    Those who answer for the store are mailed that something was written or taken back, never what.

    Raises:
        NotPossible: the order has no tickets for it any more, it has begun or is called off.
    """
    order = lock_one(Order.objects, order_id)
    lines = [line for line in coming_lines(order, at=at) if line.pool_id == pool_id]
    if not lines:
        raise NotPossible(_("You have no ticket for a date to come here."))
    own, said = needs_of(pool_id).get(order_id, ""), " ".join(words.split())[:MOST_WORDS]
    if said == own:
        return
    GuestNeeds.objects.filter(order=order, pool=pool_id).delete()
    if said:
        starts = lines[0].variant.session_start or at
        until = starts + KEPT_FOR
        GuestNeeds.objects.create(order=order, pool_id=pool_id, words=said, at=at, until=until)
    enqueue(tell_of_needs, order_id, pool_id)


def move_needs(pool_id: int, starts: datetime) -> None:
    """Keep what guests need until as long after their date as before, now that it moves."""
    GuestNeeds.objects.filter(pool=pool_id).update(until=starts + KEPT_FOR)


def forget_needs(*, at: datetime) -> int:
    """Delete what guests needed at dates that are over; return how many. Part of the beat."""
    ids = GuestNeeds.objects.filter(until__lte=at).values("pk")[:BATCH]
    return GuestNeeds.objects.filter(pk__in=ids).delete()[0]
