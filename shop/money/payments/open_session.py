"""Makes the provider's session of a payment, under a key by which it is found again."""

from __future__ import annotations

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import F

from shop.core.errors import GatewayError
from shop.money.payments.apply import apply_session, lock_payment
from shop.money.payments.models import Payment
from shop.money.payments.provider.gateway import FAULT, CheckoutSession, SessionStatus
from shop.money.payments.provider.requests import payer_of
from shop.money.payments.provider.stripe_gateway import gateway

log = logging.getLogger(__name__)

# With these a refusal says nothing about whether a session was made before.
NO_VERDICT = {"authentication", "idempotency", "refused"}


class NeverOpened(GatewayError):
    """The provider will make no session for a payment, and has made none."""


def open_session(payment: Payment, *, at: datetime) -> Payment:
    """Make the provider's session of a payment, or find the one that was made before.

    Raises:
        NeverOpened: there is none, and the provider will make none, because it is too late or
            the amount too small; the payment has failed.
        GatewayError: the provider did not answer, or its answer says nothing about a session.
    """
    try:
        session = _asked_for(payment)
    except GatewayError as refused:
        # The key would have found a session that was made before, so then there is none.
        if refused.may_retry or refused.code in NO_VERDICT:
            raise
        give_up(payment, at=at)
        raise NeverOpened(str(refused), may_retry=False, code=refused.code) from refused
    if session.asked != payment.asked:
        log.error("payment %s: the session's total differs from the order's", payment.uuid)
        gateway().close_checkout(session.id)
        apply_session(session.id, at=at)
        raise GatewayError("the session's total differs", may_retry=False, code="total")
    payment.session_id, payment.session_url = session.id, session.url
    known = {"session_id": session.id, "session_url": session.url}
    fresh = Payment.objects.filter(pk=payment.pk, state=Payment.State.CREATING)
    if session.status == SessionStatus.OPEN and fresh.move_to(Payment.State.OPEN, **known):
        payment.enter(Payment.State.OPEN)
    else:  # a message about it was faster, or another tab, which may have closed it
        Payment.objects.filter(pk=payment.pk, session_id=None).update(**known)
        payment.refresh_from_db(fields=["state", "session_url"])
    return payment


def _asked_for(payment: Payment) -> CheckoutSession:
    """Ask for the session; where the provider's own server failed, once more with another key.

    It keeps such an answer under the key for a day. What it may have made under that key nobody
    has seen, so nobody can pay it.
    """
    whose = payer_of(payment.order.contact)
    for is_last in (False, True):
        try:
            return gateway().open_checkout(payment.request, whose=whose, key=payment.key)
        except GatewayError as error:
            if error.code != FAULT:
                raise
            _use_up_key(payment)
            if is_last:
                raise
    raise AssertionError


def _use_up_key(payment: Payment) -> None:
    same = Payment.objects.filter(pk=payment.pk, keys_used=payment.keys_used, session_id=None)
    same.update(keys_used=F("keys_used") + 1)
    payment.refresh_from_db(fields=["keys_used"])


@transaction.atomic
def give_up(payment: Payment, *, at: datetime) -> None:
    """Let a payment fail for which no session was made; another try makes a new payment."""
    payment = lock_payment(payment.pk)
    if payment.session_id is None and payment.state == Payment.State.CREATING:
        payment.checked_at = at
        payment.save_as(Payment.State.FAILED)
