"""Messages that name an object of the provider: received, looked for, and the object read again.

They say nothing themselves, so one may come twice, late, early, in any order, or not at all.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from shop.core import clock
from shop.core.errors import BadSignature, GatewayError
from shop.core.jobs import each
from shop.money.payments.models import GatewayEvent
from shop.money.payments.own_account.endpoints import THIN_KINDS
from shop.money.payments.provider import stripe_messages as provider
from shop.money.payments.provider.guards import is_live
from shop.money.payments.provider.payouts import ThinEvent
from shop.money.payments.provider.reading import Answer, known
from shop.money.payments.provider.stripe_gateway import gateway
from shop.money.payments.webhooks import THIN, apply_once, refusal_of, stored_once
from shop.money.settlements.countries import moves_to_accounts, sends_abroad
from shop.money.settlements.remote.payout_checks import look_at_payout
from shop.money.settlements.remote.recipients import look_at_recipient

log = logging.getLogger(__name__)
PAYOUT = "v2.money_management.outbound_payment."
BANK = "v2.money_management.payout_method."
ACCOUNT = "v2.core.account"
LOOK_BACK = timedelta(hours=3)
"""So far back the hourly look asks for messages that did not come."""


@csrf_exempt
@require_POST
def receive_thin(request: HttpRequest) -> HttpResponse:
    """Store a message of the provider once and answer; 200 whenever it is safely stored."""
    if refused := refusal_of(request):
        return refused
    signature = request.headers.get("Stripe-Signature", "")
    secrets = settings.STRIPE_THIN_WEBHOOK_SECRETS
    try:
        event = provider.read_thin(request.body, signature, secrets)
    except BadSignature as wrong:
        log.warning("thin webhook refused: %s", wrong)
        return HttpResponse(status=400)
    if event.is_live != is_live():
        log.warning("thin webhook %s refused: it is of the other mode", event.id)
        return HttpResponse(status=400)
    if _is_of_use(event):
        at = clock.now()
        _store(event, at=at)
    return HttpResponse(status=200)


def apply_waiting(*, at: datetime, most: int = 50) -> int:
    """Apply the stored messages whose time has come; return how many. In the beat."""
    waiting = GatewayEvent.objects.filter(state=GatewayEvent.State.NEW, next_try_at__lte=at)
    rows = list(waiting.filter(kind__startswith=THIN).order_by("next_try_at")[:most])
    for stored in rows:
        apply_once(stored, _apply, at=at)
    return len(rows)


def look_for_messages(*, at: datetime) -> int:
    """Store the messages of the last hours that did not come; return how many. In the beat."""
    if not (sends_abroad() or moves_to_accounts()) or gateway().is_given_up:
        return 0
    try:
        found = list(provider.events_since(gateway(), at - LOOK_BACK, sorted(THIN_KINDS)))
    except GatewayError as error:
        log.warning("messages were not looked for: %s", error)
        return 0
    stored = GatewayEvent.objects.filter(gateway_id__in=[event.id for event in found])
    ids = set(stored.values_list("gateway_id", flat=True))

    def store(answer: Answer[ThinEvent]) -> bool:
        event = known(answer)
        if is_fresh := _is_of_use(event):
            _store(event, at=at)
        return is_fresh

    fresh = [event for event in found if event.id not in ids]
    name = "look for messages about payouts"
    return each(name, fresh, store, about=lambda event: event.id, at=at)


def _is_of_use(event: ThinEvent) -> bool:
    """Tell whether something is done about a message: nothing is kept of the others."""
    return event.kind.startswith((PAYOUT, BANK, ACCOUNT)) and bool(event.object_id or event.context)


def _store(event: ThinEvent, *, at: datetime) -> GatewayEvent:
    return stored_once(
        GatewayEvent(
            gateway_id=event.id, kind=event.kind, object_id=event.object_id,
            context=event.context, is_live=event.is_live, body=event.body, next_try_at=at,
            received_at=at,
        )
    )  # fmt: skip


def _apply(stored: GatewayEvent, *, at: datetime) -> None:
    if stored.kind.startswith(PAYOUT):
        look_at_payout(stored.object_id, at=at)
    elif stored.kind.startswith((BANK, ACCOUNT)):
        look_at_recipient(stored.context or stored.object_id, at=at)
