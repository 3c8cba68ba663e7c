"""Ends an order that is not paid: the provider first, and only then what it holds."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from shop.errors import GatewayError, NotPossible
from shop.orders import ending
from shop.orders.models import Order
from shop.payments.applying import UnknownOrder, apply_session
from shop.payments.collecting import (
    KEY_LIFE,
    NeverOpened,
    give_up,
    open_session,
    refuse_undecided,
    unreachable,
)
from shop.payments.models import Payment
from shop.payments.stripe_gateway import gateway

log = logging.getLogger(__name__)

BATCH = 200
AT_ONCE = 10  # while somebody waits for the answer; each asks the provider twice


def cancel_pending(order: Order, *, at: datetime) -> None:
    """Close a shopper's unpaid order and give back what it holds; one that is over stays so.

    Raises:
        NotPossible: it was paid meanwhile, a bank is at work, or the provider is silent.
    """
    is_over = end_unpaid(order, at=at)
    order.refresh_from_db()
    if order.is_paid:
        raise NotPossible(_("This order is paid already, so the payment cannot be stopped."))
    if is_over:
        return
    refuse_undecided(order)
    raise NotPossible(unreachable())


def end_unpaid(order: Order, *, at: datetime) -> bool:
    """End a pending order; True when it is over, expired or paid at the last moment.

    False when the provider is silent, or a bank or a person has yet to decide: then nothing is
    given back.
    """
    if order.payments.undecided().exists():
        return False
    for payment in order.payments.payable().order_by("pk"):
        payment.order = order
        if not _close(payment, at=at):
            return False
    return _expire_if_free(order, at=at)


def end_all(orders: QuerySet[Order], *, at: datetime, most: int, why: str) -> int:
    """End pending orders one by one; return how many ended. A failure does not stop the others.

    Args:
        most: how many at a time.
        why: what the log says of one that could not be ended.
    """
    # What a bank decides about takes days, and must not fill the batch.
    undecided = Payment.objects.undecided().filter(order=OuterRef("pk"))
    count = 0
    for order in orders.exclude(Exists(undecided)).distinct().order_by("pk")[:most]:
        try:
            count += end_unpaid(order, at=at)
        except Exception:  # whatever it is: written down, tried again, and the others go on
            log.exception("order %s %s and could not be ended", order.pk, why)
    return count


def _close(payment: Payment, *, at: datetime) -> bool:
    """Make a session unpayable and apply what it became; False when the provider is silent."""
    try:
        if payment.session_id is None:
            if payment.made_at + KEY_LIFE <= at:
                give_up(payment, at=at)
                return True
            # The process died before the session was kept: the same key finds or makes it.
            payment = open_session(payment, at=at)
        gateway().close_checkout(payment.session_id)
        apply_session(payment.session_id, at=at)
    except NeverOpened:
        return True
    except (GatewayError, UnknownOrder) as error:
        log.error("payment %s: overdue and not closed: %s", payment.uuid, error)
        return False
    return True


@transaction.atomic
def _expire_if_free(order: Order, *, at: datetime) -> bool:
    order = ending.lock(order.pk)
    if not order.is_pending:
        return True
    if order.payments.live().exists():
        return False
    ending.expire(order, at=at)
    return True
