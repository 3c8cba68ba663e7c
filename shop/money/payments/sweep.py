"""Looks after payments that no message settled: overdue orders, lost messages, crashes."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db.models import DateTimeField, DurationField, ExpressionWrapper, F, Q, Value
from django.db.models.functions import Greatest, Least

from shop.core.errors import GatewayError
from shop.core.jobs.work import each
from shop.money.payments.apply import UnknownOrder, take_over
from shop.money.payments.cancel import end_open
from shop.money.payments.models import UNDECIDED, Payment
from shop.money.payments.open_session import open_session
from shop.money.payments.provider.ask import Answers, read_all, said
from shop.money.payments.provider.doubts import KEY_LIFE
from shop.money.payments.provider.reading import NotUnderstood
from shop.orders.models import Order

log = logging.getLogger(__name__)

CHECK_AGAIN = timedelta(minutes=5)
CHECK_OVERDUE_AGAIN = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=6)  # banks take days and people hours
ASKED_FOR = timedelta(days=2)
BATCH = 100


def expire_overdue(*, at: datetime) -> int:
    """End the orders whose time to pay ran out; return how many ended, paid or expired.

    The session is made unpayable first, and its goods go back only when the provider says so:
    whoever paid at the last moment gets the order. If the provider is silent, nothing is freed.
    """
    overdue = Order.objects.filter(state=Order.State.PENDING, pay_by__lte=at)
    return end_open(overdue.order_by("pay_by"), name="expire overdue orders", at=at)


def check_unsettled(*, at: datetime) -> int:
    """Ask the provider about payments from which nothing was heard; return how many.

    One in review is over when a person has sent its money back at the provider; those on which a
    bank or a person decides are asked about ever more rarely. Whoever was not asked about for
    longest comes first, so that nobody who has to wait keeps others waiting.
    """
    # A superseded session may still turn out to be paid; it is asked about until it is over.
    may_be_paid = Q(
        state__in=[Payment.State.CREATING, Payment.State.OPEN], made_at__gte=at - ASKED_FOR
    ) | Q(state=Payment.State.SUPERSEDED, session_ends_at__gte=at - CHECK_AGAIN)
    never_asked = Q(asked_at=None, made_at__lte=at - CHECK_AGAIN)
    long_ago = never_asked | Q(asked_at__lte=at - CHECK_AGAIN)
    past_end = Q(session_ends_at__lte=at) & (
        Q(asked_at=None) | Q(asked_at__lte=at - CHECK_OVERDUE_AGAIN)
    )
    slowly = UNDECIDED & long_ago & (Q(checked_at=None) | Q(checked_at__lte=_waited_since(at)))
    unsettled = Payment.objects.filter(slowly | (may_be_paid & (long_ago | past_end)))
    by_turn = unsettled.select_related("order__contact").order_by(
        F("asked_at").asc(nulls_first=True), "pk"
    )
    payments = list(by_turn[:BATCH])
    Payment.objects.filter(pk__in=[payment.pk for payment in payments]).update(asked_at=at)
    answers = read_all([row.session_id for row in payments if row.session_id])

    def check(payment: Payment) -> None:
        _check(payment, answers, at=at)

    return each("ask about payments", payments, check, at=at)


def _waited_since(at: datetime) -> ExpressionWrapper[Any]:
    """Return the instant until which an answer is old enough to ask again.

    The wait is as long as it took from the beginning to the last answer, so that it doubles with
    each: from five minutes to six hours.
    """
    age = F("checked_at") - F("made_at")
    length = DurationField()
    wait = Least(
        Greatest(age, Value(CHECK_AGAIN), output_field=length), Value(LONGEST_WAIT),
        output_field=length,
    )  # fmt: skip
    return ExpressionWrapper(Value(at) - wait, output_field=DateTimeField())


def _check(payment: Payment, answers: Answers, *, at: datetime) -> None:
    try:
        if payment.session_id is None:
            if payment.made_at + KEY_LIFE > at and payment.order.is_pending:
                open_session(payment, at=at)
            return
        take_over(said(answers[payment.session_id]), at=at)
    except (NotUnderstood, UnknownOrder):
        raise  # whatever it is, a person has to look
    except GatewayError as error:
        log.warning("payment %s: not checked: %s", payment.uuid, error)
