"""A host calls a session off: nobody can book it any more, and everybody gets the money back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.tasks import task
from django.utils.translation import gettext as _

from shop.catalogue.models import Product, Variant
from shop.catalogue.stock.models import Pool
from shop.core import clock
from shop.core.errors import NotPossible
from shop.core.jobs.work import each
from shop.core.money import divide
from shop.core.tasks import enqueue
from shop.festivals.changelog import log
from shop.festivals.prices import spans
from shop.money.payments.cancel import end_open
from shop.money.payments.refund import refund_order
from shop.orders.models import Order, OrderLine
from shop.people.accounts.models import User
from shop.storefront.listings.refresh import note_stock

BATCH = 100
ROUND = "refund sessions that were called off"


def call_off(pool: Pool, *, reason: str, at: datetime, by: User) -> int:
    """Call a session off and let the worker send all its money back; return of how many orders.

    The seats close first: whoever pays in the same second is refunded when the money arrives.
    What a crash or a failure leaves over, ``refund_what_is_left`` finds.

    Raises:
        NotPossible: there is no reason, it has begun, or it is called off already.
    """
    if not reason.strip():
        raise NotPossible(_("Say why: the guests read it."))
    close(pool, reason=reason.strip(), at=at, by=by)
    return _to_refund(pool=pool).values("order").distinct().count()


@dataclass(frozen=True, slots=True)
class ToGiveBack:
    """What calling a date off gives back: of how many orders, and how much of money in cents."""

    orders: int
    amount: int
    funded: int
    """What the organizer had added; goes back to them."""


def to_give_back(pool_id: int) -> ToGiveBack:
    """Return what goes back if a date is called off now. One statement.

    Of lines of which a part went back before, the rest by units.
    """
    parts = [(line, line.quantity - line.gone) for line in _to_refund(pool=pool_id)]
    return ToGiveBack(
        orders=len({line.order_id for line, _left in parts}),
        amount=sum(divide(line.paid * left, line.quantity) for line, left in parts),
        funded=sum(divide(line.funded * left, line.quantity) for line, left in parts),
    )


@task
def settle_called_off(pool_id: int, by_id: int | None) -> None:
    """End the unpaid orders of a session that was called off, and refund the paid ones."""
    at, by = clock.now(), User.objects.filter(pk=by_id).first() if by_id else None
    end_open(_orders(pool_id, Order.State.PENDING), name="end orders of called-off sessions", at=at)

    def refund(order: Order) -> bool:
        return refund_order(order.pk, at=at, by=by) is not None

    each(ROUND, _orders(pool_id, Order.State.PAID), refund, at=at)


def refund_what_is_left(*, at: datetime) -> int:
    """Refund paid orders that still hold seats in sessions that were called off, end unpaid ones.

    Return how many were refunded. Part of the beat: it repairs what a crash left half done.
    """
    unpaid = Order.objects.filter(
        state=Order.State.PENDING, lines__variant__cancelled_at__isnull=False
    )
    end_open(unpaid.distinct(), name="end orders of called-off sessions", at=at)
    lines = _to_refund(variant__cancelled_at__isnull=False)
    ids = sorted(set(lines.values_list("order_id", flat=True)[:BATCH]))

    def refund(order: Order) -> bool:
        return refund_order(order.pk, at=at) is not None

    return each(ROUND, list(Order.objects.filter(pk__in=ids).order_by("pk")), refund, at=at)


@transaction.atomic
def close(pool: Pool, *, reason: str, at: datetime, by: User | None) -> None:
    """Close a session for good, and queue that its money goes back.

    Raises:
        NotPossible: it has begun, or is called off already.
    """
    seats = Variant.objects.filter(pool=pool, session_start__isnull=False, cancelled_at=None)
    if not seats.exists():
        raise NotPossible(_("This session is called off already."))
    if seats.filter(session_start__lte=at).exists():
        raise NotPossible(_("This session has begun."))
    products = sorted(set(seats.values_list("product_id", flat=True)))
    since = spans.lock_prices(products, at=at)
    if not seats.call_off(reason, at=at):
        raise NotPossible(_("This session is called off already."))
    spans.rebuild(products, since=since, what="session called off")
    note_stock([pool.pk], at=since)
    starts = Variant.objects.filter(pool=pool).values_list("session_start", flat=True).first()
    for product in Product.objects.filter(pk__in=products):
        log(product, "call date off", at=since, by=by, festival=None, reason=reason,
            after={"starts": str(starts)})  # fmt: skip
    enqueue(settle_called_off, pool.pk, by.pk if by else None)


def _to_refund(**place: object) -> QuerySet[OrderLine]:
    """Return paid lines of which units are left that did not go back; money alone is none."""
    lines = OrderLine.objects.filter(order__state=Order.State.PAID, **place)
    back = Coalesce(Sum("refund_lines__quantity"), 0)
    return lines.alias(back=back).filter(back__lt=F("quantity")).annotate(gone=back)


def _orders(pool_id: int, state: str) -> QuerySet[Order]:
    return Order.objects.filter(lines__pool=pool_id, state=state).distinct().order_by("pk")
