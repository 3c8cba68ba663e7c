"""Stripe's objects, put into the shop's own words."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any, cast

import stripe

from shop.currencies import currencies, from_stripe, is_chargeable, nearest_from_stripe
from shop.payments.provider.gateway import (
    BalanceLine,
    CheckoutSession,
    RemoteDispute,
    RemoteRefund,
    SessionStatus,
)

# A voucher that is paid at a counter leaves the intent waiting for the shopper's next step.
AWAITED = {"processing", "requires_action"}
NO_AMOUNT_OF_OURS = 0


def refund_of(refund: stripe.Refund) -> RemoteRefund:
    """Return a refund as the provider knows it now."""
    metadata = refund.metadata.to_dict() if refund.metadata else {}
    currency = refund.currency.upper()
    return RemoteRefund(
        id=refund.id,
        is_final=refund.status == "succeeded",
        is_failed=refund.status in {"failed", "canceled"},
        charge_id=_id(refund.charge),
        amount=_amount(refund.amount, currency),
        currency=currency,
        operation_uuid=metadata.get("operation", ""),
        bank_reference=_bank_reference(refund),
    )


def _bank_reference(refund: stripe.Refund) -> str:
    """Return the number by which banks find a refund to a card, once there is one."""
    details = refund.destination_details.to_dict() if refund.destination_details else {}
    card = details.get("card") or {}
    return (
        str(card.get("reference") or "")[:60] if card.get("reference_status") == "available" else ""
    )


def dispute_of(dispute: stripe.Dispute) -> RemoteDispute:
    """Return a dispute as the provider knows it now."""
    currency = dispute.currency.upper()
    due_by = dispute.evidence_details.due_by
    lines = dispute.balance_transactions
    # They are in the currency in which the account settles, which may be another one.
    own = [line for line in lines if line.currency.upper() == currency]
    taken = -_amount(sum(line.amount for line in own), currency)
    if len(own) < len(lines):
        taken = _amount(dispute.amount, currency) if sum(x.amount for x in lines) < 0 else 0
    return RemoteDispute(
        id=dispute.id,
        charge_id=_id(dispute.charge),
        amount=_amount(dispute.amount, currency),
        currency=currency,
        reason=dispute.reason,
        status=dispute.status,
        due_by=datetime.fromtimestamp(due_by, UTC) if due_by else None,
        withdrawn=max(taken, 0),
        fee=nearest_from_stripe(sum(line.fee for line in own), currency) if own else 0,
    )


def balance_line_of(row: stripe.BalanceTransaction) -> BalanceLine:
    """Return a line of the balance; one that cannot be understood says so, and no more."""
    try:
        currency = row.currency.upper()
        if not is_chargeable(currency):
            return BalanceLine(row.id, problem=f"{currency} is no currency of the shop")
        amount, fee = (nearest_from_stripe(n, currency) for n in (row.amount, row.fee))
        return BalanceLine(
            id=row.id,
            kind=row.type,
            source=_id(row.source),
            amount=amount,
            fee=fee,
            net=amount - fee,
            currency=currency,
            made_at=datetime.fromtimestamp(row.created, UTC),
            available_on=datetime.fromtimestamp(row.available_on, UTC),
        )
    except (AttributeError, TypeError, ValueError, OverflowError, OSError) as error:
        return BalanceLine(row.id, problem=f"{type(error).__name__}: {error}")


def balances_of(balance: stripe.Balance) -> dict[str, int]:
    """Return what stands in each currency, available and pending together."""
    found: Counter[str] = Counter()
    for part in (balance.available, balance.pending):
        for row in part:
            found[row.currency.upper()] += row.amount
    # To the nearest unit where the shop takes the currency; another is told as the provider counts.
    return {
        code: nearest_from_stripe(amount, code) if is_chargeable(code) else amount
        for code, amount in found.items()
    }


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


def _id(found: Any) -> str:
    """Return the id of what the provider names, expanded or not; nothing where it names nothing."""
    return found if isinstance(found, str) else found.id if found else ""


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
