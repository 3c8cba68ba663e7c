"""Stripe's objects, put into the shop's own words; ``reading`` catches what they do not say."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import stripe
from stripe.params.checkout import SessionCreateParams

from shop.core.currencies import currencies, from_stripe, is_chargeable, nearest_from_stripe
from shop.money.payments.provider.gateway import (
    BalanceLine,
    CheckoutSession,
    ProviderEvent,
    RemoteDispute,
    RemoteRefund,
    RemoteWarning,
    SessionStatus,
)
from shop.money.payments.provider.reading import (
    Answer,
    currency_of,
    flag,
    moment,
    read,
    text,
    text_or_none,
    whole,
    word,
    words_in,
)

# Methods by which it is known at once whether money came; a flash deal waits for no other. What
# nobody has looked at is not among them. Stripe's words, SDK 16.1.
KNOWN_AT_ONCE = {
    "affirm", "afterpay_clearpay", "alipay", "alma", "amazon_pay", "bancontact", "billie", "blik",
    "card", "cashapp", "eps", "grabpay", "ideal", "kakao_pay", "klarna", "kr_card", "mb_way",
    "mobilepay", "naver_pay", "p24", "payco", "paynow", "paypal", "pix", "promptpay",
    "revolut_pay", "samsung_pay", "satispay", "swish", "twint", "wechat_pay", "zip",
}  # fmt: skip
METHODS = words_in(SessionCreateParams.__annotations__["excluded_payment_method_types"])
"""All methods that the SDK knows: it is asked to leave out those that are not known at once."""
# Stripe's words, SDK 16.1.
PAYMENT_STATUSES = {"paid", "unpaid", "no_payment_required"}
INTENT_STATUSES = {
    "canceled", "processing", "requires_action", "requires_capture", "requires_confirmation",
    "requires_payment_method", "succeeded",
}  # fmt: skip
REFUND_STATUSES = {"pending", "requires_action", "succeeded", "failed", "canceled"}
# A voucher that is paid at a counter leaves the intent waiting for the shopper's next step.
AWAITED = {"processing", "requires_action"}
NO_AMOUNT_OF_OURS = 0


def refund_of(refund: stripe.Refund) -> RemoteRefund:
    """Return a refund as the provider knows it now."""
    currency = currency_of(refund.currency)
    status = word(refund.status, REFUND_STATUSES)
    return RemoteRefund(
        id=text(refund.id),
        is_final=status == "succeeded",
        is_failed=status in {"failed", "canceled"},
        charge_id=_id(refund.charge),
        amount=_amount(refund.amount, currency),
        currency=currency,
        operation_uuid=text_or_none(_metadata(refund).get("operation")),
        bank_reference=_bank_reference(refund),
    )


def _bank_reference(refund: stripe.Refund) -> str:
    """Return the number by which banks find a refund to a card, once there is one."""
    details = getattr(refund, "destination_details", None)
    card = (details.to_dict() if details else {}).get("card") or {}
    is_there = card.get("reference_status") == "available"
    return text_or_none(card.get("reference"))[:60] if is_there else ""


def dispute_of(dispute: stripe.Dispute) -> RemoteDispute:
    """Return a dispute as the provider knows it now."""
    currency = currency_of(dispute.currency)
    due_by = dispute.evidence_details.due_by
    lines = [(currency_of(x.currency), whole(x.amount), whole(x.fee))
             for x in dispute.balance_transactions]  # fmt: skip
    # They are in the currency in which the account settles, which may be another one.
    own = [(amount, fee) for code, amount, fee in lines if code == currency]
    taken = -_amount(sum(amount for amount, _fee in own), currency)
    if len(own) < len(lines):
        has_taken = sum(amount for _code, amount, _fee in lines) < 0
        taken = _amount(dispute.amount, currency) if has_taken else 0
    return RemoteDispute(
        id=text(dispute.id),
        charge_id=_id(dispute.charge),
        amount=_amount(dispute.amount, currency),
        currency=currency,
        reason=text(dispute.reason),
        status=text(dispute.status),
        due_by=None if due_by is None else moment(due_by),
        withdrawn=max(taken, 0),
        fee=nearest_from_stripe(sum(fee for _amount, fee in own), currency) if own else 0,
        answer=text_or_none(_metadata(dispute).get("answer")),
        submissions=whole(dispute.evidence_details.submission_count),
    )


def warning_of(warning: stripe.radar.EarlyFraudWarning) -> RemoteWarning:
    """Return an early fraud warning as the provider knows it now."""
    return RemoteWarning(
        id=text(warning.id),
        charge_id=_id(warning.charge),
        reason=text(warning.fraud_type),
        is_actionable=flag(warning.actionable),
    )


def balance_line_of(row: stripe.BalanceTransaction) -> BalanceLine:
    """Return a line of the balance."""
    currency = currency_of(row.currency)
    if not is_chargeable(currency):
        raise ValueError(f"{currency} is no currency of the shop")
    whole(row.net)
    amount, fee = (nearest_from_stripe(whole(n), currency) for n in (row.amount, row.fee))
    return BalanceLine(
        id=text(row.id),
        kind=text(row.type),
        source=_id(row.source),
        amount=amount,
        fee=fee,
        net=amount - fee,
        currency=currency,
        made_at=moment(row.created),
        available_on=moment(row.available_on),
    )


def balances_of(balance: stripe.Balance) -> dict[str, Answer[int]]:
    """Return what stands in each currency, available and pending together.

    To the nearest unit where the shop takes the currency; another one is told as the provider
    counts it. One that cannot be read leaves the others as they are.
    """
    found: dict[str, list[Any]] = defaultdict(list)
    for part in (balance.available, balance.pending):
        for row in part:
            found[currency_of(row.currency)].append(row)

    def of(code: str) -> Answer[int]:
        return read("balance", found[code], lambda rows: _sum_of(code, rows))

    return {code: of(code) for code in found}


def _sum_of(code: str, rows: list[Any]) -> int:
    amount = sum(whole(row.amount) for row in rows)
    return nearest_from_stripe(amount, code) if is_chargeable(code) else amount


def session_of(session: stripe.checkout.Session) -> CheckoutSession:
    """Return a session as the provider knows it now; an account may have others than ours."""
    metadata = _metadata(session)
    currency = text_or_none(session.currency).upper()
    intent: Any = session.payment_intent  # expanded, so no id alone
    intent_status = word(intent.status, INTENT_STATUSES) if intent is not None else ""
    charge: Any = intent.latest_charge if intent is not None else None
    payment_uuid = text_or_none(metadata.get("payment"))
    is_paid = word(session.payment_status, PAYMENT_STATUSES) == "paid"
    asked = session.amount_total
    received = intent.amount_received if intent is not None else 0
    if payment_uuid:  # ours: nothing that it says of money may be left open
        asked, received = whole(asked), whole(received)
        word(currency, currencies())
        if is_paid:
            text(intent.id), text(charge.id)
    return CheckoutSession(
        id=text(session.id),
        status=SessionStatus(word(session.status, list(SessionStatus))),
        is_paid=is_paid,
        is_processing=intent_status in AWAITED,
        is_refunded=flag(charge.refunded) if charge is not None else False,
        amount=_amount(asked or 0, currency),
        received=_amount(received or 0, currency),
        currency=currency,
        order_uuid=text_or_none(metadata.get("order")),
        payment_uuid=payment_uuid,
        shop=text_or_none(metadata.get("shop")),
        url=text_or_none(session.url),
        intent_id=text(intent.id) if intent is not None else None,
        charge_id=text(charge.id) if charge is not None else None,
        method=_method(charge),
    )


def has_method(payout: Any) -> bool:
    """Tell whether a payout names where it goes, which one to a bank does not."""
    return bool(text_or_none(payout.to_dict().get("payout_method")))


def event_of(content: Mapping[str, Any]) -> ProviderEvent:
    """Return the message that a body is."""
    about = content["data"]["object"]
    if not isinstance(about.get("metadata") or {}, Mapping):
        raise TypeError("metadata is no mapping")
    return ProviderEvent(
        id=text(content["id"]),
        kind=text(content["type"]),
        object_id=text_or_none(about.get("id")),
        is_live=flag(content["livemode"]),
        api_version=text_or_none(content["api_version"]),
        body=content,
    )


def _metadata(row: Any) -> Mapping[str, Any]:
    return {} if row.metadata is None else row.metadata.to_dict()


def _id(found: Any) -> str:
    """Return the id of what the provider names, expanded or not; nothing where it names nothing."""
    return text_or_none(found) if found is None or isinstance(found, str) else text(found.id)


def _amount(amount: Any, currency: str) -> int:
    whole(amount)
    if currency not in currencies():  # another shop's, which may be in any
        return NO_AMOUNT_OF_OURS
    try:
        return from_stripe(amount, currency)
    except ValueError:
        return NO_AMOUNT_OF_OURS


def _method(charge: stripe.Charge | None) -> str:
    """Return how it was paid, "Visa 4242", as far as the provider says."""
    details = getattr(charge, "payment_method_details", None)
    card = getattr(details, "card", None)
    said = [getattr(card, name, None) for name in ("brand", "last4")]
    brand, last4 = (x if isinstance(x, str) else "" for x in said)
    return f"{brand.title()} {last4}".strip()
