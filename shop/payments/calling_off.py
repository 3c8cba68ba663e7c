"""A host calls a session off: nobody can book it any more, and everybody gets the money back."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from shop.accounts.models import User
from shop.catalogue.models import Variant
from shop.errors import NotPossible
from shop.festivals import spans
from shop.listings.refreshing import note_stock
from shop.orders.models import Order, OrderLine, RefundLine
from shop.payments.cancelling import end_unpaid
from shop.payments.refunding import refund_order
from shop.stock.models import Pool

log = logging.getLogger(__name__)


def call_off(pool: Pool, *, reason: str, at: datetime, by: User) -> int:
    """Call a session off and send all its money back; return how many orders were refunded.

    The seats close first, in a transaction of their own: whoever pays in the same second is
    refunded when the money arrives. What a crash leaves over, ``refund_what_is_left`` finds.

    Raises:
        NotPossible: there is no reason, it has begun, or it is called off already.
    """
    if not reason.strip():
        raise NotPossible(_("Say why: the guests read it."))
    _close(pool, at=at)
    for order in _orders(pool, Order.State.PENDING):
        end_unpaid(order, at=at)
    paid = list(_orders(pool, Order.State.PAID))
    for order in paid:
        refund_order(order.pk, at=at, by=by, reason=reason.strip())
    return len(paid)


def refund_what_is_left(*, at: datetime) -> int:
    """Refund paid orders that still hold seats in sessions that were called off.

    Return how many. Part of the beat: it repairs what a crash left half done.
    """
    back = RefundLine.objects.filter(line=OuterRef("pk"))
    lines = OrderLine.objects.filter(
        ~Exists(back), variant__cancelled_at__isnull=False, order__state=Order.State.PAID
    )
    ids = sorted(set(lines.values_list("order_id", flat=True)[:100]))
    for order_id in ids:
        log.warning("order %s holds seats of a session that was called off: refunded", order_id)
        refund_order(order_id, at=at)
    return len(ids)


@transaction.atomic
def _close(pool: Pool, *, at: datetime) -> None:
    seats = Variant.objects.filter(pool=pool, session_start__isnull=False, cancelled_at=None)
    if not seats.exists():
        raise NotPossible(_("This session is called off already."))
    if seats.filter(session_start__lte=at).exists():
        raise NotPossible(_("This session has begun."))
    products = sorted(set(seats.values_list("product_id", flat=True)))
    since = spans.lock_prices(products, at=at)
    if not seats.update(is_active=False, cancelled_at=at):
        raise NotPossible(_("This session is called off already."))
    spans.rebuild(products, since=since, what="session called off")
    note_stock([pool.pk])


def _orders(pool: Pool, state: str) -> QuerySet[Order]:
    return Order.objects.filter(lines__pool=pool, state=state).distinct().order_by("pk")
