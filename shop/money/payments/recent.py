"""Finds refunds and disputes of which no message told: once an hour, and safe to repeat."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from shop.core.errors import GatewayError
from shop.core.jobs.work import each
from shop.money.payments.disputes.fraud import take_over_warning
from shop.money.payments.disputes.models import Dispute
from shop.money.payments.disputes.take_over import check_dispute, take_over_dispute
from shop.money.payments.external.take_over import take_over_refund
from shop.money.payments.provider.gateway import RemoteDispute, RemoteRefund, RemoteWarning
from shop.money.payments.provider.reading import Answer, NotUnderstood, known
from shop.money.payments.provider.stripe_gateway import gateway

log = logging.getLogger(__name__)

LATELY = timedelta(hours=26)  # a day, and a night in which nobody listened


def find_refunds(*, at: datetime) -> int:
    """Write down how the refunds of the last day stand, whoever made them; return how many."""

    def take_over(remote: RemoteRefund) -> None:
        take_over_refund(remote, at=at)

    return _each_of("look for refunds", gateway().refunds_since, take_over, at=at)


def find_disputes(*, at: datetime) -> int:
    """Write down how the disputes of the last day stand, and those that a bank has not decided."""

    def take_over(remote: RemoteDispute) -> None:
        take_over_dispute(remote, at=at)

    def check(dispute: Dispute) -> None:
        try:
            check_dispute(dispute.remote_id, at=at)
        except NotUnderstood:
            raise
        except GatewayError as error:
            log.warning("dispute %s: not checked: %s", dispute.remote_id, error)

    live = Dispute.objects.filter(state__in=Dispute.LIVE, opened_at__lt=at - LATELY)
    found = _each_of("look for disputes", gateway().disputes_since, take_over, at=at)
    return found + each("look for disputes", list(live.order_by("due_by", "pk")), check, at=at)


def find_warnings(*, at: datetime) -> int:
    """Act on the early fraud warnings of the last day of which no message told; return how many."""

    def take_over(remote: RemoteWarning) -> None:
        take_over_warning(remote, at=at)

    return _each_of("look for fraud warnings", gateway().warnings_since, take_over, at=at)


def _each_of[Remote: RemoteRefund | RemoteDispute | RemoteWarning](
    name: str,
    ask: Callable[[datetime], Iterable[Answer[Remote]]],
    take_over: Callable[[Remote], None],
    *,
    at: datetime,
) -> int:
    try:
        found = list(ask(at - LATELY))
    except GatewayError as error:
        log.warning("%s: the provider does not answer: %s", name, error)
        return 0

    def take(answer: Answer[Remote]) -> None:
        take_over(known(answer))

    return each(name, found, take, about=lambda answer: answer.id, at=at)
