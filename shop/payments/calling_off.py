"""A host calls a session off: nobody can book it any more, and everybody gets the money back."""

from __future__ import annotations

import logging
from collections.abc import Callable
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
    refunded when the money arrives. What a crash or a failure leaves over,
    ``refund_what_is_left`` finds.

    Raises:
        NotPossible: there is no reason, it has begun, or it is called off already.
    """
    if not reason.strip():
        raise NotPossible(_("Say why: the guests read it."))
    _close(pool, reason=reason.strip(), at=at)
    for order in _orders(pool, Order.State.PENDING):
        _try(end_unpaid, order, at=at)
    paid = _orders(pool, Order.State.PAID)
    for order_id in paid.values_list("pk", flat=True):
        _try(refund_order, order_id, at=at, by=by)
    # Also those whose money came while others were ended: they were refunded as it arrived.
    return paid.filter(lines__pool=pool, lines__refund_lines__isnull=False).count()


def refund_what_is_left(*, at: datetime) -> int:
    """Refund paid orders that still hold seats in sessions that were called off.

    Return how many. Part of the beat: it repairs what a crash left half done.
    """
    back = RefundLine.objects.filter(line=OuterRef("pk"))
    lines = OrderLine.objects.filter(
        ~Exists(back), variant__cancelled_at__isnull=False, order__state=Order.State.PAID
    )
    ids = sorted(set(lines.values_list("order_id", flat=True)[:100]))
    count = 0
    for order_id in ids:
        if _try(refund_order, order_id, at=at):
            log.warning("order %s held seats of a session that was called off: refunded", order_id)
            count += 1
    return count


def _try[T](step: Callable[..., T], order: object, **facts: object) -> T | None:
    """Take a step with one order. If it fails the others must not wait for it."""
    try:
        return step(order, **facts)
    except Exception:  # whatever it is: written down, and tried again by the beat
        log.exception("%s of %s failed, and is tried again", step.__name__, order)
        return None


@transaction.atomic
def _close(pool: Pool, *, reason: str, at: datetime) -> None:
    seats = Variant.objects.filter(pool=pool, session_start__isnull=False, cancelled_at=None)
    if not seats.exists():
        raise NotPossible(_("This session is called off already."))
    if seats.filter(session_start__lte=at).exists():
        raise NotPossible(_("This session has begun."))
    products = sorted(set(seats.values_list("product_id", flat=True)))
    since = spans.lock_prices(products, at=at)
    if not seats.update(is_active=False, cancelled_at=at, cancel_reason=reason):
        raise NotPossible(_("This session is called off already."))
    spans.rebuild(products, since=since, what="session called off")
    note_stock([pool.pk], at=since)


def _orders(pool: Pool, state: str) -> QuerySet[Order]:
    return Order.objects.filter(lines__pool=pool, state=state).distinct().order_by("pk")
