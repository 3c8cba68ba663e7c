"""Looks after payments that no message settled: overdue orders, lost messages, crashes."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db import DatabaseError
from django.db.models import Exists, OuterRef, Q

from shop.errors import GatewayError
from shop.orders.models import Order
from shop.payments.applying import UnknownOrder, apply_session
from shop.payments.cancelling import end_unpaid
from shop.payments.collecting import KEY_LIFE, open_session
from shop.payments.models import Payment

log = logging.getLogger(__name__)

CHECK_AGAIN = timedelta(minutes=5)
CHECK_OVERDUE_AGAIN = timedelta(minutes=1)
ASKED_FOR = timedelta(days=2)
BATCH = 100


def expire_overdue(*, at: datetime) -> int:
    """End the orders whose time to pay ran out; return how many ended, paid or expired.

    The session is made unpayable first, and its goods go back only when the provider says so:
    whoever paid at the last moment gets the order. If the provider is silent, nothing is freed.
    """
    overdue = Order.objects.filter(state=Order.State.PENDING, pay_by__lte=at)
    # Banks take days and people hours; their orders must not fill the batch.
    undecided = Payment.objects.undecided().filter(order=OuterRef("pk"))
    endable = overdue.exclude(Exists(undecided)).order_by("pay_by")
    return sum(_end(order, at=at) for order in endable[:BATCH])


def check_unsettled(*, at: datetime) -> int:
    """Ask the provider about payments from which nothing was heard; return how many.

    One in review is over when a person has sent its money back at the provider.
    """
    long_ago = Q(checked_at=None, made_at__lte=at - CHECK_AGAIN) | Q(
        checked_at__lte=at - CHECK_AGAIN
    )
    past_end = Q(session_ends_at__lte=at) & (
        Q(checked_at=None) | Q(checked_at__lte=at - CHECK_OVERDUE_AGAIN)
    )
    # A superseded session may still turn out to be paid; it is asked about until it is over.
    may_be_paid = (
        Q(state__in=[Payment.State.CREATING, Payment.State.OPEN], made_at__gte=at - ASKED_FOR)
        | Q(state__in=[Payment.State.PROCESSING, Payment.State.REVIEW])
        | Q(state=Payment.State.SUPERSEDED, session_ends_at__gte=at - CHECK_AGAIN)
    )
    unsettled = Payment.objects.filter(long_ago | past_end, may_be_paid)
    payments = list(unsettled.select_related("order__contact").order_by("pk")[:BATCH])
    for payment in payments:
        Payment.objects.filter(pk=payment.pk).update(checked_at=at)
        _ask(payment, at=at)
    return len(payments)


def _end(order: Order, *, at: datetime) -> bool:
    try:
        return end_unpaid(order, at=at)
    except DatabaseError:  # a counter may be wrong; the other orders must not wait for its repair
        log.exception("order %s: overdue and not ended", order.number)
        return False


def _ask(payment: Payment, *, at: datetime) -> None:
    try:
        if payment.session_id is None:
            if payment.made_at + KEY_LIFE > at and payment.order.is_pending:
                open_session(payment, at=at)
            return
        apply_session(payment.session_id, at=at)
    except (GatewayError, UnknownOrder) as error:
        log.warning("payment %s: not checked: %s", payment.uuid, error)
