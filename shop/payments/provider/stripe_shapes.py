"""Stripe's objects, put into the shop's own words."""

from __future__ import annotations

from typing import Any, cast

import stripe

from shop.currencies import currencies, from_stripe
from shop.payments.provider.gateway import CheckoutSession, RemoteOperation, SessionStatus

# A voucher that is paid at a counter leaves the intent waiting for the shopper's next step.
AWAITED = {"processing", "requires_action"}
NO_AMOUNT_OF_OURS = 0


def refund_of(refund: stripe.Refund) -> RemoteOperation:
    """Return a refund as the provider knows it now."""
    failed = refund.status in {"failed", "canceled"}
    return RemoteOperation(refund.id, refund.status == "succeeded", failed)


def session_of(session: stripe.checkout.Session) -> CheckoutSession:
    """Return a session as the provider knows it now; an account may have others than ours."""
    currency = (session.currency or "").upper()
    intent: Any = session.payment_intent  # expanded, so no id alone
    charge: Any = intent.latest_charge if intent else None
    metadata = session.metadata.to_dict() if session.metadata else {}
    return CheckoutSession(
        id=session.id,
        status=SessionStatus(cast("str", session.status)),
        is_paid=session.payment_status == "paid",
        is_processing=bool(intent) and intent.status in AWAITED,
        is_refunded=bool(charge) and bool(charge.refunded),
        amount=_amount(session.amount_total, currency),
        received=_amount(intent.amount_received, currency) if intent else 0,
        currency=currency,
        order_uuid=metadata.get("order", ""),
        payment_uuid=metadata.get("payment", ""),
        shop=metadata.get("shop", ""),
        url=session.url or "",
        intent_id=intent.id if intent else None,
        charge_id=charge.id if charge else None,
        method=_method(charge),
    )


def _amount(amount: int | None, currency: str) -> int:
    if currency not in currencies():  # another shop's, which may be in any
        return NO_AMOUNT_OF_OURS
    try:
        return from_stripe(amount or 0, currency)
    except ValueError:
        return NO_AMOUNT_OF_OURS


def _method(charge: stripe.Charge | None) -> str:
    """Return how it was paid, "Visa 4242", as far as the provider says."""
    details = charge.to_dict().get("payment_method_details") if charge else None
    card = (details or {}).get("card") or {}
    return f"{(card.get('brand') or '').title()} {card.get('last4') or ''}".strip()
