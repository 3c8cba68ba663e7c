"""Compares the provider's recent sessions with our payments.

Counters and books are compared with our own orders, so they can agree and be wrong together.
Only here does somebody else's word come in.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings

from shop.core.errors import GatewayError
from shop.core.jobs.work import each
from shop.money.payments.apply import UnknownOrder, take_over
from shop.money.payments.models import Payment
from shop.money.payments.provider.gateway import CheckoutSession
from shop.money.payments.provider.reading import Answer, NotUnderstood, known
from shop.money.payments.provider.stripe_gateway import gateway

log = logging.getLogger(__name__)

LATELY = timedelta(hours=26)  # a day, and what was begun in the night before
TIME_TO_HEAR = timedelta(minutes=10)


class Different(Exception):
    """The provider says otherwise than we do of a session."""


def mismatches(*, since: datetime) -> Iterator[str]:
    """Say in words where the provider and we differ about sessions made since.

    Raises:
        GatewayError: the provider does not answer.
    """
    for answer in gateway().sessions_since(since):
        if isinstance(answer, NotUnderstood):
            yield str(answer)
        elif is_ours(answer) and (said := difference(answer)):
            yield said
    yield from _unknown_there(since)


def compare_recent(*, at: datetime) -> int:
    """Take over the provider's state of recent sessions; list the differences that are left.

    Return how many sessions were compared. Part of the beat.
    """
    try:
        found = list(gateway().sessions_since(at - LATELY))
    except GatewayError as error:
        log.warning("sessions were not compared: %s", error)
        return 0

    def compare(answer: Answer[CheckoutSession]) -> None:
        session = known(answer)
        if not difference(session):
            return
        try:
            take_over(session, at=at)
        except UnknownOrder as unknown:
            raise Different(difference(session)) from unknown
        if said := difference(session):
            raise Different(said)

    ours = [one for one in found if isinstance(one, NotUnderstood) or is_ours(one)]
    return each("compare sessions", ours, compare, about=lambda session: session.id, at=at)


def is_ours(session: CheckoutSession) -> bool:
    """Tell whether a session was made by this shop; an account may have several."""
    return bool(session.payment_uuid) and session.shop in ("", settings.SITE_URL)


def difference(session: CheckoutSession) -> str:
    """Say in words how the provider and we differ about a session; empty where both agree."""
    payment = Payment.objects.filter(uuid=session.payment_uuid).first()
    if not session.is_paid:
        is_its_page = payment is not None and payment.session_id == session.id
        if payment and is_its_page and payment.state in Payment.HAS_MONEY:
            return f"{session.id} is not paid at the provider, and {payment.state} here"
        return ""
    return _of_paid(session, payment)


def _of_paid(session: CheckoutSession, payment: Payment | None) -> str:
    paid = f"{session.id} is paid at the provider"
    if payment is None:
        return f"{paid}, and unknown here"
    if payment.session_id != session.id:
        return f"{paid} beside {payment.session_id}"
    if payment.state not in Payment.HAS_MONEY:
        return f"{paid}, and {payment.state} here"
    is_same = session.came == payment.came
    return "" if is_same or payment.state == Payment.State.REVIEW else f"{paid} with another amount"


def _unknown_there(since: datetime) -> Iterator[str]:
    """Yield a sentence for each payment that is paid here and not listed at the provider."""
    known = {session.id for session in gateway().sessions_since(since - TIME_TO_HEAR)}
    paid = Payment.objects.filter(
        state__in=Payment.HAS_MONEY, made_at__gte=since, session_id__isnull=False
    )
    for session_id in paid.exclude(session_id__in=known).values_list("session_id", flat=True):
        yield f"{session_id} is paid here, and unknown at the provider"
