"""Payouts through Stripe's newer API: recipients, their banks, money sent, the account it leaves.

Each function takes the gateway, which knows whether Stripe is silent, and asks through it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from shop.currencies import currencies, for_stripe, from_stripe
from shop.errors import BadSignature, GatewayError
from shop.payments.provider.messages import LONGEST_ID, LONGEST_KIND, facts_of, object_of, text_of
from shop.payments.provider.payouts import (
    Recipient,
    RemoteBank,
    RemoteFunding,
    RemotePayout,
    StorageLine,
    ThinEvent,
)
from shop.payments.provider.stripe_gateway import StripeGateway, verify

WHOLE = ["configuration.recipient", "requirements"]
RAILS = {"local": "local", "wire": "swift"}
"""By our word for a rail, the capability that the provider asks for."""


def make_recipient(provider: StripeGateway, request: Mapping[str, Any], key: str) -> str:
    """Make a recipient and return its id; the same key gives the same one."""
    wanted: dict[str, Any]
    if request.get("way") == "connect":
        # Who takes fees and losses: https://docs.stripe.com/connect/accounts-v2, SDK 16.1.
        own = {"fees_collector": "application", "losses_collector": "application"}
        params: Any = {"dashboard": "express", "defaults": {"responsibilities": own}}
        wanted = {"stripe_balance": {"stripe_transfers": {"requested": True}}}
    else:
        params = {"dashboard": "none"}
        wanted = {"bank_accounts": {RAILS[request["rail"]]: {"requested": True}}}
    params |= {
        "contact_email": request["email"],
        "display_name": request["name"],
        "identity": {"country": request["country"].lower()},
        "configuration": {"recipient": {"capabilities": wanted}},
        "metadata": {"merchant": request["merchant"], "operation": key},
        "include": WHOLE,
    }
    made = provider.ask(lambda c: c.v2.core.accounts.create(params, {"idempotency_key": key}))
    return made.id


def find_recipient(provider: StripeGateway, key: str) -> str:
    """Return the id of the recipient that was made under a key, or nothing."""
    params: Any = {"applied_configurations": ["recipient"], "limit": 100}
    listed = provider.ask(lambda c: c.v2.core.accounts.list(params))
    own = (
        row.id for row in on_all_pages(provider, listed) if metadata_of(row).get("operation") == key
    )
    return next(own, "")


def recipient_now(provider: StripeGateway, recipient_id: str) -> Recipient:
    """Return a recipient as the provider knows it now."""
    params: Any = {"include": WHOLE}
    row = provider.ask(lambda c: c.v2.core.accounts.retrieve(recipient_id, params)).to_dict()
    own = ((row.get("configuration") or {}).get("recipient") or {}).get("capabilities") or {}
    ways = [*(own.get("bank_accounts") or {}).values()]
    ways.append((own.get("stripe_balance") or {}).get("stripe_transfers"))
    due = (row.get("requirements") or {}).get("entries") or []
    return Recipient(
        id=row["id"],
        is_closed=bool(row.get("closed")),
        can_be_paid=any(way and way["status"] == "active" for way in ways),
        needs=tuple(str(entry["description"])[:200] for entry in due)[:20],
    )


def banks_of(provider: StripeGateway, recipient_id: str) -> list[RemoteBank]:
    """Return the bank accounts of a recipient, the newest first."""
    whose: Any = {"stripe_context": recipient_id}
    methods = provider.ask(lambda c: c.v2.money_management.payout_methods.list({}, whose))
    return [
        _bank(row.to_dict())
        for row in on_all_pages(provider, methods)
        if row.type == "bank_account"
    ]


def make_link(provider: StripeGateway, recipient_id: str, *, back: str, again: str) -> str:
    """Return an address where a recipient fills in the provider's form, once and soon."""
    # Without ``configurations``: since 2026-09-30.endive a link that names them is refused.
    use = {"refresh_url": again, "return_url": back}
    params: Any = {
        "account": recipient_id,
        "use_case": {"type": "account_onboarding", "account_onboarding": use},
    }
    return provider.ask(lambda c: c.v2.core.account_links.create(params)).url


def send(provider: StripeGateway, request: Mapping[str, Any], key: str) -> RemotePayout:
    """Send money to a recipient's bank; the same key sends it once."""
    params = from_to(request) | {
        "description": request["settlement"],
        "metadata": {"operation": key, "settlement": request["settlement"]},
    }
    options: Any = {"idempotency_key": key}
    made = provider.ask(lambda c: c.v2.money_management.outbound_payments.create(params, options))
    return _payout(made.to_dict())


def from_to(request: Mapping[str, Any]) -> Any:
    """Return from which account to which bank how much is sent, as the provider reads it."""
    currency = request["currency"].lower()
    to = {"recipient": request["recipient"], "payout_method": request["bank"]}
    if request.get("to_currency"):
        to["currency"] = request["to_currency"]
    value = for_stripe(request["amount"], request["currency"])
    return {
        "from": {"financial_account": request["storage"], "currency": currency},
        "to": to,
        "amount": {"value": value, "currency": currency},
    }


def payout_now(provider: StripeGateway, payout_id: str) -> RemotePayout:
    """Return a payout as the provider knows it now."""
    found = provider.ask(lambda c: c.v2.money_management.outbound_payments.retrieve(payout_id))
    return _payout(found.to_dict())


def find_payout(
    provider: StripeGateway, key: str, *, recipient: str, since: datetime
) -> RemotePayout | None:
    """Return what was sent to a recipient under a key since a moment, or None."""
    params: Any = {"recipient": recipient, "created": {"gte": _moment(since)}, "limit": 100}
    listed = provider.ask(lambda c: c.v2.money_management.outbound_payments.list(params))
    rows = (_payout(row.to_dict()) for row in on_all_pages(provider, listed))
    return next((row for row in rows if row.key == key), None)


def cancel_payout(provider: StripeGateway, payout_id: str) -> RemotePayout:
    """Take a payout back that has not left, and return it.

    Raises:
        GatewayError: "too late" where it has left.
    """
    try:
        found = provider.ask(lambda c: c.v2.money_management.outbound_payments.cancel(payout_id))
    except GatewayError as error:
        if error.code != "canceled already":
            raise
        return payout_now(provider, payout_id)
    return _payout(found.to_dict())


def storage_available(provider: StripeGateway, storage_id: str, currency: str) -> int:
    """Return what the account for payouts has available in a currency."""
    row = provider.ask(lambda c: c.v2.money_management.financial_accounts.retrieve(storage_id))
    parts = row.to_dict()["balance"]["available"]
    return from_stripe(parts.get(currency.lower(), {"value": 0})["value"], currency)


def balance_available(provider: StripeGateway, currency: str) -> int:
    """Return what the balance of payments has available in a currency."""
    rows = provider.ask(lambda c: c.v1.balance.retrieve()).available
    return sum(from_stripe(r.amount, currency) for r in rows if r.currency == currency.lower())


def fund(provider: StripeGateway, request: Mapping[str, Any], key: str) -> RemoteFunding:
    """Move money from the balance of payments to the account for payouts, once for a key."""
    params: Any = {
        "amount": for_stripe(request["amount"], request["currency"]),
        "currency": request["currency"].lower(),
        "payout_method": request["storage"],
        "description": "For payouts to stores",
        "metadata": {"operation": key},
    }
    made = provider.ask(lambda c: c.v1.payouts.create(params, {"idempotency_key": key}))
    return RemoteFunding(made.id, made.status)


def find_funding(provider: StripeGateway, key: str, *, since: datetime) -> RemoteFunding | None:
    """Return what was moved under a key since a moment, or None."""
    params: Any = {"created": {"gte": int(since.timestamp())}, "limit": 100}
    listed = provider.ask(lambda c: c.v1.payouts.list(params))
    own = (
        row for row in on_all_pages(provider, listed) if metadata_of(row).get("operation") == key
    )
    found = next(own, None)
    return RemoteFunding(found.id, found.status) if found else None


def funding_now(provider: StripeGateway, funding_id: str) -> RemoteFunding:
    """Return such a movement as the provider knows it now."""
    found = provider.ask(lambda c: c.v1.payouts.retrieve(funding_id))
    return RemoteFunding(found.id, found.status)


def storage_lines(
    provider: StripeGateway, *, storage: str = "", cause: str = "", since: datetime | None = None
) -> list[StorageLine]:
    """Return the lines of the account for payouts: since a moment, or of one cause."""
    params: Any = {"limit": 100}
    if storage:
        params["financial_account"] = storage
    if cause:
        params["flow"] = cause
    if since:
        params["created"] = {"gte": _moment(since)}
    listed = provider.ask(lambda c: c.v2.money_management.transactions.list(params))
    return [_line(row.to_dict()) for row in on_all_pages(provider, listed)]


def is_from_bank(provider: StripeGateway, credit_id: str) -> bool:
    """Tell whether what the account for payouts received came by a bank, and not from payments."""
    found = provider.ask(lambda c: c.v2.money_management.received_credits.retrieve(credit_id))
    return found.type == "bank_transfer"


def events_since(
    provider: StripeGateway, since: datetime, kinds: Sequence[str]
) -> Iterator[ThinEvent]:
    """Yield the messages about objects since a moment; the provider keeps them for 30 days."""
    wanted = frozenset(kinds)
    params: Any = {"created": {"gte": _moment(since)}, "limit": 100}
    listed = provider.ask(lambda c: c.v2.core.events.list(params))
    for row in on_all_pages(provider, listed):
        facts = row.to_dict()
        if facts["type"] in wanted:
            yield _event(facts)


def read_thin(body: bytes, signature: str, secrets: Sequence[str]) -> ThinEvent:
    """Return the message whose signature is right.

    Raises:
        BadSignature: it is not, or the message is none that names an object.
    """
    verify(body, signature, secrets)
    facts = facts_of(body)
    if facts.get("object") != "v2.core.event":
        raise BadSignature("the message holds an object: it belongs to the other endpoint")
    return _event(facts)


def on_all_pages(provider: StripeGateway, listed: Any) -> Iterator[Any]:
    """Yield what stands on all pages of a list; each further page is a call with the same care."""
    rows = listed.auto_paging_iter()
    while True:
        row = provider.ask(lambda _client: next(rows, None))
        if row is None:
            return
        yield row


def _event(facts: Mapping[str, Any]) -> ThinEvent:
    about = object_of(facts, "related_object", is_needed=False)
    return ThinEvent(
        id=text_of(facts, "id", LONGEST_ID),
        kind=text_of(facts, "type", LONGEST_KIND),
        object_id=text_of(about, "id", LONGEST_ID, is_needed=False),
        context=text_of(facts, "context", LONGEST_ID, is_needed=False),
        is_live=facts.get("livemode") is True,
        body={name: facts.get(name) for name in ("id", "type", "created", "context")}
        | {"related_object": about},
    )


def _bank(row: Mapping[str, Any]) -> RemoteBank:
    own = row["bank_account"] or {}
    is_kept = not (row["archived"] or row["restricted"])
    usage = (row.get("usage_status") or {}).get("payments")
    return RemoteBank(
        id=row["id"],
        name=own.get("bank_name") or "",
        country=(own.get("country") or "").upper(),
        last4=own.get("last4") or "",
        currencies=tuple(own.get("supported_currencies") or ()),
        is_usable=is_kept and usage == "eligible",
    )


def _payout(row: Mapping[str, Any]) -> RemotePayout:
    details = row.get("status_details") or {}
    reasons = [part.get("reason") or "" for part in details.values() if part]
    moments = row.get("status_transitions") or {}
    tracking = (row.get("tracking_details") or {}).get("bank_account") or {}
    debited, credited = row["from"]["debited"], row["to"]["credited"]
    currency = debited["currency"].upper()
    return RemotePayout(
        id=row["id"],
        status=row["status"],
        key=(row.get("metadata") or {}).get("operation", ""),
        recipient=row["to"]["recipient"],
        bank=row["to"].get("payout_method") or "",
        sent=from_stripe(debited["value"], currency),
        currency=currency,
        reason=next(iter(reasons), ""),
        is_reviewed=(details.get("processing") or {}).get("reason") == "under_review",
        is_cancelable=bool(row.get("cancelable")),
        arrives=arrives(credited),
        rate=rate_of(debited, credited),
        expected_at=_read(row.get("expected_arrival_date")),
        posted_at=_read(moments.get("posted_at")),
        trace=tracking.get("trace_id") or "",
    )


def _line(row: Mapping[str, Any]) -> StorageLine:
    flow, currency = row["flow"] or {}, row["amount"]["currency"].upper()
    return StorageLine(
        id=row["id"],
        cause=row["category"],
        cause_id=flow.get(flow.get("type", "")) or "",
        amount=from_stripe(row["amount"]["value"], currency),
        currency=currency,
        is_posted=row["status"] == "posted",
    )


def metadata_of(row: Any) -> dict[str, str]:
    """Return what we wrote beside an object of the provider."""
    return row.metadata.to_dict() if row.metadata else {}


def _whole(amount: Mapping[str, Any]) -> Decimal:
    """Return an amount in whole units, by the provider's own decimals."""
    known = currencies().get(amount["currency"].upper())
    places = 2 if known is None or known.stripe_exponent is None else known.stripe_exponent
    return Decimal(amount["value"]).scaleb(-places)


def arrives(credited: Mapping[str, Any]) -> str:
    """Return what arrives as it is written: KES 48,484.65."""
    return f"{credited['currency'].upper()} {_whole(credited):,}"


def rate_of(debited: Mapping[str, Any], credited: Mapping[str, Any]) -> str:
    """Return at which rate it is converted, as it is written; nothing where it is not."""
    if debited["currency"] == credited["currency"] or not debited["value"]:
        return ""
    rate = (_whole(credited) / _whole(debited)).quantize(Decimal("0.0001"))
    return f"1 {debited['currency'].upper()} = {rate} {credited['currency'].upper()}"


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _read(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
