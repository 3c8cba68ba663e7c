"""Ends an order that is not paid: first at the provider, and only then its holdings."""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import datetime
from typing import Any, cast

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from shop.core.errors import GatewayError, NotPossible
from shop.core.jobs.work import each
from shop.money.payments.apply import UnknownOrder, take_over
from shop.money.payments.collect import refuse_undecided, unreachable
from shop.money.payments.models import Payment
from shop.money.payments.open_session import NeverOpened, give_up, open_session
from shop.money.payments.provider.ask import Answers, close_all, said
from shop.money.payments.provider.doubts import KEY_LIFE
from shop.money.payments.provider.gateway import FAULT
from shop.money.payments.provider.reading import NotUnderstood
from shop.money.payments.provider.stripe_gateway import gateway
from shop.orders.end import expire, lock
from shop.orders.models import Order

log = logging.getLogger(__name__)

BATCH = 100


def cancel_pending(order: Order, *, at: datetime) -> None:
    """Close a shopper's unpaid order and release its holdings; one that is over stays so.

    Raises:
        NotPossible: it was paid meanwhile, a bank is at work, or the provider is silent.
    """
    try:
        is_over = end_unpaid(order, at=at)
    except (NotUnderstood, UnknownOrder) as error:
        log.error("order %s: not closed: %s", order.number, error)
        raise NotPossible(unreachable()) from error
    order.refresh_from_db()
    if order.is_paid:
        raise NotPossible(_("This order is paid already, so the payment cannot be stopped."))
    if is_over:
        return
    refuse_undecided(order)
    raise NotPossible(unreachable())


def end_unpaid(order: Order, *, answers: Answers | None = None, at: datetime) -> bool:
    """End a pending order; True when it is over, expired or paid at the last moment.

    False when the provider is silent, or a bank or a person has yet to decide: then nothing is
    given back.

    Args:
        answers: what the provider has said already as it was asked to close sessions.

    Raises:
        NotUnderstood: nobody knows what the provider says of a session; nothing is given back.
        UnknownOrder: it says that the session is none of ours.
    """
    if order.payments.undecided().exists():
        return False
    for payment in order.payments.payable().order_by("pk"):
        payment.order = order
        if not _close(payment, answers or {}, at=at):
            return False
    return _expire_if_free(order, at=at)


def end_open(orders: QuerySet[Order], *, name: str, at: datetime) -> int:
    """End some pending orders before their time, the provider asked first; return how many."""
    # What a bank decides about takes days, and must not fill the batch.
    undecided = Payment.objects.undecided().filter(order=OuterRef("pk"))
    rows = list(orders.exclude(Exists(undecided))[:BATCH])
    answers = close_all(sessions_of(rows)) if rows else {}

    def end(order: Order) -> bool:
        return end_unpaid(order, answers=answers, at=at)

    return each(name, rows, end, at=at)


def sessions_of(orders: Collection[Order]) -> list[str]:
    """Return the sessions at which orders can still be paid."""
    rows = Payment.objects.payable().filter(order__in=orders, session_id__isnull=False)
    ids: QuerySet[Payment, Any] = rows.values_list("session_id", flat=True)
    return list(ids)


def _close(payment: Payment, answers: Answers, *, at: datetime) -> bool:
    """Make a session unpayable and apply its last state; False when the provider is silent."""
    try:
        if payment.session_id is None:
            if payment.made_at + KEY_LIFE <= at or not _is_found(payment, at=at):
                give_up(payment, at=at)
                return True
            payment.refresh_from_db()
        session_id = cast("str", payment.session_id)
        known = answers.get(session_id)
        session = said(known) if known else gateway().close_checkout(session_id)
        take_over(session, at=at)
    except NotUnderstood:
        raise
    except GatewayError as error:
        if error.code != "given up":  # said once, where it was asked
            log.error("payment %s: overdue and not closed: %s", payment.uuid, error)
        return False
    return True


def _is_found(payment: Payment, *, at: datetime) -> bool:
    """Find the session of a payment whose process died before it was kept, by its key.

    False where the provider has none or keeps failing itself: its page was shown to nobody.

    Raises:
        GatewayError: the provider is silent.
    """
    try:
        return open_session(payment, at=at).session_id is not None
    except NeverOpened:
        return False
    except GatewayError as error:
        if error.code != FAULT:
            raise
        log.error("payment %s: no session, the provider's server fails: %s", payment.uuid, error)
        return False


@transaction.atomic
def _expire_if_free(order: Order, *, at: datetime) -> bool:
    order = lock(order.pk)
    if not order.is_pending:
        return True
    if order.payments.live().exists():
        return False
    expire(order, at=at)
    return True
