"""Stripe through its official SDK: the only file that knows it.

With ``STRIPE_BASE_URL`` the same SDK talks to the sandbox over HTTP; nothing else changes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import stripe
from django.conf import settings

from shop.currencies import currencies, for_stripe, from_stripe
from shop.errors import BadSignature, GatewayError
from shop.payments.gateway import Event, RemoteOperation, Session, SessionStatus

CONNECT_SECONDS, READ_SECONDS = 3, 12
# A webhook has to be answered within five seconds, and a page should not take longer either.
BRIEF_SECONDS = (1, 3)
# Stripe, webhook signatures: five minutes of tolerance. The SDK looks back only; a stamp from
# the future is as wrong as an old one.
TOLERANCE_SECONDS = 300
EXPAND = ["payment_intent.latest_charge"]
# Methods whose money comes days later; a flash deal cannot wait for them.
DELAYED_METHODS = [
    "acss_debit", "au_becs_debit", "bacs_debit", "boleto", "customer_balance", "konbini",
    "multibanco", "nz_bank_account", "oxxo", "sepa_debit", "us_bank_account",
]  # fmt: skip
# A voucher that is paid at a counter leaves the intent waiting for the shopper's next step.
AWAITED = {"processing", "requires_action"}
RETRYABLE = (stripe.APIConnectionError, stripe.RateLimitError)


class StripeGateway:
    """Makes, reads and closes Checkout sessions, sends refunds, checks webhooks."""

    def __init__(self, key: str, base: str = "") -> None:
        options: dict[str, Any] = {}
        if base:  # all of them: overriding one alone would leave the others at Stripe
            hosts = ("api", "files", "connect", "meter_events")
            options["base_addresses"] = dict.fromkeys(hosts, base)
        self._client = _client(key, (CONNECT_SECONDS, READ_SECONDS), tries=2, **options)
        self._brief = _client(key, BRIEF_SECONDS, tries=1, **options)

    def open_checkout(self, request: Mapping[str, Any], *, email: str, key: str) -> Session:
        """Make a session that can be paid; the same key gives the same session."""
        currency = request["currency"]
        metadata = {"order": request["order"], "payment": request["payment"]}
        params: dict[str, Any] = {
            "mode": "payment",
            "line_items": [_line(line, currency) for line in request["lines"]],
            "client_reference_id": request["order"],
            "metadata": metadata,
            # Session metadata does not reach the charge.
            "payment_intent_data": {
                "metadata": metadata,
                "transfer_group": f"order_{request['order']}",
            },
            "customer_email": email,
            "success_url": request["success_url"],
            "cancel_url": request["cancel_url"],
            "expires_at": request["ends_at"],
            "locale": request["locale"],
            # Otherwise another currency and other amounts might be shown there.
            "adaptive_pricing": {"enabled": False},
            "expand": EXPAND,
        }
        if request["is_urgent"]:
            params["excluded_payment_method_types"] = DELAYED_METHODS
        create = self._client.v1.checkout.sessions.create
        return _session(_call(lambda: create(params, {"idempotency_key": key})))

    def session(self, session_id: str, *, is_waited_for: bool = False) -> Session:
        """Return a session as it is now; asked briefly and once when somebody waits for it."""
        client = self._brief if is_waited_for else self._client
        retrieve = client.v1.checkout.sessions.retrieve
        return _session(_call(lambda: retrieve(session_id, {"expand": EXPAND})))

    def close_checkout(self, session_id: str) -> Session:
        """Make a session unpayable and return what became of it; it may be paid already."""
        expire = self._client.v1.checkout.sessions.expire
        try:
            return _session(_call(lambda: expire(session_id, {"expand": EXPAND})))
        except GatewayError as error:
            if error.may_retry or error.code == "authentication":
                raise
            return self.session(session_id)  # it was not open any more: ask what it is

    def refund(self, request: Mapping[str, Any], *, key: str) -> RemoteOperation:
        """Send money back; the same key sends it once."""
        params = {
            "charge": request["charge"],
            "amount": for_stripe(request["amount"], request["currency"]),
            "metadata": {"operation": request["operation"], "order": request["order"]},
        }
        create = self._client.v1.refunds.create
        return _refund(_call(lambda: create(params, {"idempotency_key": key})))

    def refund_now(self, refund_id: str, *, is_waited_for: bool = False) -> RemoteOperation:
        """Return a refund as it is now; asked briefly and once when somebody waits for it."""
        client = self._brief if is_waited_for else self._client
        return _refund(_call(lambda: client.v1.refunds.retrieve(refund_id)))

    def knock(self) -> None:
        """Ask for something small, briefly and once; returning at all says that it answers."""
        _call(self._brief.v1.balance.retrieve)

    def read_event(self, body: bytes, signature: str) -> Event:
        """Return the message, or raise ``BadSignature``."""
        event = self._verified(body, signature)
        if not _is_recent(signature):
            raise BadSignature("the stamp lies in the future")
        content = event.to_dict()
        try:
            object_id = content["data"]["object"].get("id", "")
        except (KeyError, TypeError, AttributeError) as error:
            raise BadSignature("there is no object in it") from error
        return Event(
            id=event.id,
            kind=event.type,
            object_id=object_id,
            is_live=event.livemode,
            api_version=event.api_version or "",
            body=content,
        )

    def _verified(self, body: bytes, signature: str) -> stripe.Event:
        # A list, because while a secret is being rolled both the old and the new one sign.
        for secret in settings.STRIPE_WEBHOOK_SECRETS:
            try:
                return self._client.construct_event(body, signature, secret, TOLERANCE_SECONDS)
            except stripe.SignatureVerificationError:
                continue
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise BadSignature("the message is not an event") from error
        raise BadSignature("no secret fits")


@lru_cache(maxsize=1)
def gateway() -> StripeGateway:
    """Return the door to the provider, made once per process."""
    return StripeGateway(settings.STRIPE_SECRET_KEY, settings.STRIPE_BASE_URL)


def _client(
    key: str, timeout: tuple[int, int], *, tries: int, **options: Any
) -> stripe.StripeClient:
    http_client = stripe.RequestsClient(timeout=timeout)
    return stripe.StripeClient(
        key, max_network_retries=tries - 1, http_client=http_client, **options
    )


def _call[T](ask: Callable[[], T]) -> T:
    try:
        return ask()
    except RETRYABLE as error:
        raise GatewayError(_said(error), may_retry=True, code="busy") from error
    except stripe.AuthenticationError as error:
        raise GatewayError(_said(error), may_retry=False, code="authentication") from error
    except stripe.IdempotencyError as error:
        raise GatewayError(_said(error), may_retry=False, code="idempotency") from error
    except stripe.InvalidRequestError as error:
        code = error.code or "invalid"
        raise GatewayError(_said(error), may_retry=False, code=code) from error
    except stripe.StripeError as error:
        # 409: the same key is being worked on at this moment.
        may_retry = (error.http_status or 500) >= 500 or error.http_status == 409
        raise GatewayError(_said(error), may_retry=may_retry, code="refused") from error


def _said(error: stripe.StripeError) -> str:
    # The request's id is what support asks for; the key and the body are never in it.
    return f"{error.user_message or type(error).__name__} ({error.request_id or 'no answer'})"


def _line(line: Mapping[str, Any], currency: str) -> dict[str, Any]:
    return {
        "quantity": line["quantity"],
        "price_data": {
            "currency": currency.lower(),
            "unit_amount": for_stripe(line["amount"], currency),
            "product_data": {"name": line["name"]},
        },
    }


def _refund(refund: stripe.Refund) -> RemoteOperation:
    failed = refund.status in {"failed", "canceled"}
    return RemoteOperation(refund.id, refund.status == "succeeded", failed)


def _session(session: stripe.checkout.Session) -> Session:
    currency = (session.currency or "").upper()
    is_ours = currency in currencies()  # an account's other sessions may have none, or any
    intent = session.payment_intent
    charge = intent.latest_charge if intent else None
    metadata = session.metadata.to_dict() if session.metadata else {}
    return Session(
        id=session.id,
        status=SessionStatus(session.status),
        is_paid=session.payment_status == "paid",
        is_processing=bool(intent) and intent.status in AWAITED,
        is_refunded=bool(charge) and bool(charge.refunded),
        amount=from_stripe(session.amount_total or 0, currency) if is_ours else 0,
        received=from_stripe(intent.amount_received, currency) if intent and is_ours else 0,
        currency=currency,
        order_uuid=metadata.get("order", ""),
        payment_uuid=metadata.get("payment", ""),
        url=session.url or "",
        intent_id=intent.id if intent else None,
        charge_id=charge.id if charge else None,
        method=_method(charge),
    )


def _method(charge: stripe.Charge | None) -> str:
    """Return how it was paid, "Visa 4242", as far as the provider says."""
    details = charge.to_dict().get("payment_method_details") if charge else None
    card = (details or {}).get("card") or {}
    return f"{(card.get('brand') or '').title()} {card.get('last4') or ''}".strip()


def _is_recent(signature: str) -> bool:
    stamps = [part[2:] for part in signature.split(",") if part.startswith("t=")]
    return bool(stamps) and abs(time.time() - int(stamps[0])) <= TOLERANCE_SECONDS
