"""Messages from the provider: verified, stored once, then applied at once if that works.

They are wake-up calls. What counts is the object, read again from the provider, so a message
may come twice, late, early or in any order.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from shop.core import clock
from shop.core.errors import BadSignature, GatewayError
from shop.money.money_tasks.gate import open_task
from shop.money.money_tasks.models import MoneyTask
from shop.money.payments.apply import AnotherShops, UnknownOrder, apply_session, is_known_as_paid
from shop.money.payments.disputes.fraud import check_warning
from shop.money.payments.disputes.take_over import check_dispute
from shop.money.payments.external.take_over import check_refund, check_refunds_of
from shop.money.payments.models import GatewayEvent
from shop.money.payments.provider.gateway import NO_ANSWER, ProviderEvent
from shop.money.payments.provider.guards import is_live
from shop.money.payments.provider.reading import NotUnderstood
from shop.money.payments.provider.stripe_gateway import gateway

log = logging.getLogger(__name__)

MOST_BYTES = 1024 * 1024
MOST_TRIES = 10
THIN = "v2."
"""The kinds begin so of messages that name an object alone; payouts apply them."""
PAID_EVENTS = {"checkout.session.completed", "checkout.session.async_payment_succeeded"}
SESSION_EVENTS = PAID_EVENTS | {
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
}
REFUND_EVENTS = {"refund.created", "refund.updated", "refund.failed"}
CHARGE_EVENTS = {"charge.refunded"}  # some refunds are told by nothing else
DISPUTE_EVENTS = {
    f"charge.dispute.{what}"
    for what in ("created", "updated", "funds_withdrawn", "funds_reinstated", "closed")
}


WARNING_EVENTS = {f"radar.early_fraud_warning.{what}" for what in ("created", "updated")}
APPLIED = SESSION_EVENTS | REFUND_EVENTS | CHARGE_EVENTS | DISPUTE_EVENTS | WARNING_EVENTS
"""The kinds of messages that something is done about; the provider is asked for these."""


@csrf_exempt
@require_POST
def receive(request: HttpRequest) -> HttpResponse:
    """Store a message of the provider once and answer; 200 whenever it is safely stored."""
    if refused := refusal_of(request):
        return refused
    try:
        event = gateway().read_event(request.body, request.headers.get("Stripe-Signature", ""))
    except BadSignature as refused:
        log.warning("webhook refused: %s", refused)
        return HttpResponse(status=400)
    if event.is_live != is_live():
        log.warning("webhook %s refused: it is of the other mode", event.id)
        return HttpResponse(status=400)
    if _is_of_use(event):
        at = clock.now()
        handle(_store(event, at=at), is_waited_for=True, at=at)
    return HttpResponse(status=200)


def refusal_of(request: HttpRequest) -> HttpResponse | None:
    """Return what is answered to a request that is no message, or too long a one."""
    if request.content_type != "application/json":
        return HttpResponse(status=415)
    length = request.headers.get("Content-Length") or "0"
    if not length.isdecimal() or int(length) > MOST_BYTES:
        return HttpResponse(status=413)
    return None


def _is_of_use(event: ProviderEvent) -> bool:
    """Tell whether a message says something to us: nothing is kept of the others.

    An endpoint may be told everything, and a session be made by another shop on the account.
    """
    if event.kind in SESSION_EVENTS:
        return "payment" in (event.body["data"]["object"].get("metadata") or {})
    return event.kind in APPLIED


def handle(stored: GatewayEvent, *, is_waited_for: bool = False, at: datetime) -> None:
    """Apply a stored message, or put it off; safe to call again and from several workers.

    Args:
        is_waited_for: the provider waits for the answer, five seconds at the most.
    """
    apply_once(stored, partial(_apply, is_waited_for=is_waited_for), at=at)


class Apply(Protocol):
    """What is done about a message."""

    def __call__(self, stored: GatewayEvent, *, at: datetime) -> None: ...


def apply_once(stored: GatewayEvent, apply: Apply, *, at: datetime) -> None:
    """Do what is to be done about a stored message, or put it off."""
    if stored.state != GatewayEvent.State.NEW:
        return
    try:
        apply(stored, at=at)
    except AnotherShops:  # its people are none of our business
        _done(stored, body=None, at=at)
    except Exception as error:  # whatever it is, the other messages must not wait for it
        if isinstance(error, NotUnderstood):
            log.error("event %s could not be applied: %s", stored.gateway_id, error)
        elif not isinstance(error, GatewayError | UnknownOrder):
            log.exception("event %s could not be applied", stored.gateway_id)
        _put_off(stored, error, at=at)
    else:
        _done(stored, at=at)


def _apply(stored: GatewayEvent, *, is_waited_for: bool, at: datetime) -> None:
    if stored.kind in PAID_EVENTS and is_known_as_paid(stored.object_id):
        return  # whoever came back from the payment page was faster
    if stored.kind in SESSION_EVENTS:
        apply_session(stored.object_id, is_waited_for=is_waited_for, at=at)
    elif stored.kind in REFUND_EVENTS:
        check_refund(stored.object_id, is_waited_for=is_waited_for, at=at)
    elif stored.kind in CHARGE_EVENTS:
        check_refunds_of(stored.object_id, is_waited_for=is_waited_for, at=at)
    elif stored.kind in DISPUTE_EVENTS:
        check_dispute(stored.object_id, is_waited_for=is_waited_for, at=at)
    elif stored.kind in WARNING_EVENTS:
        check_warning(stored.object_id, is_waited_for=is_waited_for, at=at)


def _done(stored: GatewayEvent, *, at: datetime, **changes: object) -> None:
    done = {"done_at": at, "error": ""} | changes
    GatewayEvent.objects.filter(pk=stored.pk).move_to(GatewayEvent.State.DONE, **done)


def handle_waiting(*, at: datetime, most: int = 50) -> int:
    """Apply the messages whose time to try again has come; return how many."""
    waiting = GatewayEvent.objects.filter(state=GatewayEvent.State.NEW, next_try_at__lte=at)
    waiting = waiting.exclude(kind__startswith=THIN)
    events = list(waiting.order_by("next_try_at")[:most])
    for stored in events:
        handle(stored, at=at)
    return len(events)


def _store(event: ProviderEvent, *, at: datetime) -> GatewayEvent:
    made = GatewayEvent(
        gateway_id=event.id,
        kind=event.kind,
        object_id=event.object_id,
        is_live=event.is_live,
        api_version=event.api_version,
        body=event.body,
        next_try_at=at,
        received_at=at,
    )
    return stored_once(made)


def stored_once(made: GatewayEvent) -> GatewayEvent:
    """Store a message, or return it as it was stored before."""
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:
        return GatewayEvent.objects.get(gateway_id=made.gateway_id)
    return made


@transaction.atomic
def _give_up(stored: GatewayEvent, changes: dict[str, Any], *, at: datetime) -> None:
    """Stop trying: a person has to look."""
    dead = GatewayEvent.objects.filter(pk=stored.pk)
    if dead.move_to(GatewayEvent.State.DEAD, **changes):
        what = f"{stored.kind} could not be applied: {changes['error']}"
        open_task(MoneyTask.Kind.MESSAGE, stored, what, at=at, event=stored)


def _put_off(stored: GatewayEvent, error: Exception, *, at: datetime) -> None:
    # A provider that is silent for hours shall not make us give its messages up.
    tries = stored.tries + (getattr(error, "code", "") not in NO_ANSWER)
    changes = {"tries": tries, "error": f"{type(error).__name__}: {error}"[:300]}
    if tries >= MOST_TRIES:
        _give_up(stored, changes, at=at)
        return
    changes["next_try_at"] = at + timedelta(seconds=5 * 2**tries)
    GatewayEvent.objects.filter(pk=stored.pk).update(**changes)
