"""Payouts through Stripe's newer API: recipients, their banks, money sent, the account it leaves.

Each function takes the gateway, which knows whether Stripe is silent, and asks through it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from shop.core.currencies import currencies, for_stripe, from_stripe
from shop.core.errors import GatewayError
from shop.money.payments.provider.payouts import (
    Recipient,
    RemoteBank,
    RemoteFunding,
    RemotePayout,
    RemoteTransfer,
    StorageLine,
)
from shop.money.payments.provider.reading import (
    Answer,
    NotUnderstood,
    currency_of,
    first,
    flag,
    known,
    read_each,
    text,
    text_or_none,
    whole,
    word,
)
from shop.money.payments.provider.stripe_gateway import StripeGateway

WHOLE = ["configuration.recipient", "requirements"]
RAILS = {"local": "local", "wire": "swift"}
"""By our word for a rail, the capability that the provider asks for."""
RECIPIENT, PAYOUT, FUNDING = "recipient", "outbound payment", "payout"
# Stripe's words, SDK 16.1. Those of an outbound payment are judged where it is followed.
CAPABILITY_STATUSES = {"active", "pending", "rejected", "restricted", "unsupported"}
USAGE_STATUSES = {"disabled", "eligible", "ineligible", "invalid", "requires_action"}
FUNDING_STATUSES = {"paid", "pending", "in_transit", "canceled", "failed"}
LINE_STATUSES = {"pending", "posted", "void"}


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
    options: Any = {"idempotency_key": key}
    return provider.ask_for(RECIPIENT, lambda c: c.v2.core.accounts.create(params, options), id_in)


def find_recipient(provider: StripeGateway, key: str) -> str:
    """Return the id of the recipient that was made under a key, or nothing."""
    params: Any = {"applied_configurations": ["recipient"], "limit": 100}
    listed = provider.ask(lambda c: c.v2.core.accounts.list(params))
    rows = read_each(RECIPIENT, on_all_pages(provider, listed), named)
    found = first(rows, lambda row: row.key == key)
    return found.id if found else ""


def recipient_now(provider: StripeGateway, recipient_id: str) -> Recipient:
    """Return a recipient as the provider knows it now."""
    params: Any = {"include": WHOLE}

    def ask(client: Any) -> Any:
        return client.v2.core.accounts.retrieve(recipient_id, params)

    return provider.ask_for(RECIPIENT, ask, _recipient)


def banks_of(provider: StripeGateway, recipient_id: str) -> list[RemoteBank]:
    """Return the bank accounts of a recipient, the newest first.

    Raises:
        NotUnderstood: one cannot be read, which may be the one that is paid to.
    """
    whose: Any = {"stripe_context": recipient_id}
    methods = provider.ask(lambda c: c.v2.money_management.payout_methods.list({}, whose))
    rows = read_each("payout method", on_all_pages(provider, methods), _bank)
    return [bank for bank in map(known, rows) if bank]


def make_link(provider: StripeGateway, recipient_id: str, *, back: str, again: str) -> str:
    """Return an address where a recipient fills in the provider's form, once and soon."""
    # Without ``configurations``: since 2026-09-30.endive a link that names them is refused.
    use = {"refresh_url": again, "return_url": back}
    params: Any = {
        "account": recipient_id,
        "use_case": {"type": "account_onboarding", "account_onboarding": use},
    }

    def ask(client: Any) -> Any:
        return client.v2.core.account_links.create(params)

    return provider.ask_for("account link", ask, lambda link: text(link.url))


def send(provider: StripeGateway, request: Mapping[str, Any], key: str) -> RemotePayout:
    """Send money to a recipient's bank; the same key sends it once."""
    params = from_to(request) | {
        "description": request["settlement"],
        "metadata": {"operation": key, "settlement": request["settlement"]},
    }
    options: Any = {"idempotency_key": key}

    def ask(client: Any) -> Any:
        return client.v2.money_management.outbound_payments.create(params, options)

    return provider.ask_for(PAYOUT, ask, _payout)


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

    def ask(client: Any) -> Any:
        return client.v2.money_management.outbound_payments.retrieve(payout_id)

    return provider.ask_for(PAYOUT, ask, _payout)


def find_payout(
    provider: StripeGateway, key: str, *, recipient: str, since: datetime
) -> RemotePayout | None:
    """Return what was sent to a recipient under a key since a moment, or None."""
    params: Any = {"recipient": recipient, "created": {"gte": moment_of(since)}, "limit": 100}
    listed = provider.ask(lambda c: c.v2.money_management.outbound_payments.list(params))
    rows = read_each(PAYOUT, on_all_pages(provider, listed), _payout)
    return first(rows, lambda row: row.key == key)


def cancel_payout(provider: StripeGateway, payout_id: str) -> RemotePayout:
    """Take a payout back that has not left, and return it.

    Raises:
        GatewayError: "too late" where it has left.
    """

    def ask(client: Any) -> Any:
        return client.v2.money_management.outbound_payments.cancel(payout_id)

    try:
        return provider.ask_for(PAYOUT, ask, _payout)
    except GatewayError as error:
        if error.code != "canceled already":
            raise
        return payout_now(provider, payout_id)


def storage_available(provider: StripeGateway, storage_id: str, currency: str) -> int:
    """Return what the account for payouts has available in a currency."""

    def ask(client: Any) -> Any:
        return client.v2.money_management.financial_accounts.retrieve(storage_id)

    def available(row: Any) -> int:
        parts = row.to_dict()["balance"]["available"]
        value = parts.get(currency.lower(), {"value": 0})["value"]
        return from_stripe(whole(value), currency)

    return provider.ask_for("financial account", ask, available)


def balance_available(provider: StripeGateway, currency: str) -> int:
    """Return what the balance of payments has available in a currency."""

    def available(balance: Any) -> int:
        own = (row.amount for row in balance.available if text(row.currency) == currency.lower())
        return from_stripe(sum(map(whole, own)), currency)

    return provider.ask_for("balance", lambda c: c.v1.balance.retrieve(), available)


def fund(
    provider: StripeGateway, request: Mapping[str, Any], *, name: str, key: str
) -> RemoteFunding:
    """Move money from the balance of payments to the account for payouts, once for a key."""
    params: Any = {
        "amount": for_stripe(request["amount"], request["currency"]),
        "currency": request["currency"].lower(),
        "payout_method": request["storage"],
        "description": "For payouts to stores",
        "metadata": {"operation": name},
    }
    options: Any = {"idempotency_key": key}

    def ask(client: Any) -> Any:
        return client.v1.payouts.create(params, options)

    return provider.ask_for(FUNDING, ask, _funding, is_kept=True)


def find_funding(provider: StripeGateway, name: str, *, since: datetime) -> RemoteFunding | None:
    """Return what was moved by a name since a moment, or None."""
    params: Any = {"created": {"gte": int(since.timestamp())}, "limit": 100}
    listed = provider.ask(lambda c: c.v1.payouts.list(params))
    rows = read_each(FUNDING, on_all_pages(provider, listed), _funding)
    return first(rows, lambda row: row.key == name)


def funding_now(provider: StripeGateway, funding_id: str) -> RemoteFunding:
    """Return such a movement as the provider knows it now."""
    return provider.ask_for(FUNDING, lambda c: c.v1.payouts.retrieve(funding_id), _funding)


def storage_lines(
    provider: StripeGateway, *, storage: str = "", cause: str = "", since: datetime | None = None
) -> list[Answer[StorageLine]]:
    """Return the lines of the account for payouts: since a moment, or of one cause."""
    params: Any = {"limit": 100}
    if storage:
        params["financial_account"] = storage
    if cause:
        params["flow"] = cause
    if since:
        params["created"] = {"gte": moment_of(since)}
    listed = provider.ask(lambda c: c.v2.money_management.transactions.list(params))
    return list(read_each("storage line", on_all_pages(provider, listed), _line))


def is_from_bank(provider: StripeGateway, credit_id: str) -> bool:
    """Tell whether what the account for payouts received came by a bank, and not from payments."""

    def ask(client: Any) -> Any:
        return client.v2.money_management.received_credits.retrieve(credit_id)

    return provider.ask_for("received credit", ask, lambda row: text(row.type) == "bank_transfer")


def on_all_pages(provider: StripeGateway, listed: Any) -> Iterator[Any]:
    """Yield what stands on all pages of a list; each further page is a call with the same care.

    Last of all comes a page that cannot be read.
    """
    rows, end = listed.auto_paging_iter(), object()
    while True:
        try:
            row = provider.ask(lambda _client: next(rows, end))
        except NotUnderstood as unread:
            yield unread
            return
        if row is end:
            return
        yield row


def _recipient(found: Any) -> Recipient:
    row = found.to_dict()
    own = ((row.get("configuration") or {}).get("recipient") or {}).get("capabilities") or {}
    ways = [*(own.get("bank_accounts") or {}).values()]
    ways.append((own.get("stripe_balance") or {}).get("stripe_transfers"))
    statuses = [word(way["status"], CAPABILITY_STATUSES) for way in ways if way is not None]
    due = (row.get("requirements") or {}).get("entries") or []
    return Recipient(
        id=text(row["id"]),
        is_closed=row.get("closed") is not None and flag(row["closed"]),
        can_be_paid="active" in statuses,
        needs=tuple(text(entry["description"])[:200] for entry in due)[:20],
    )


def _bank(found: Any) -> RemoteBank | None:
    row = found.to_dict()
    if text(row["type"]) != "bank_account":
        return None
    own = row["bank_account"] or {}
    is_kept = not (flag(row["archived"]) or flag(row["restricted"]))
    usage = word((row.get("usage_status") or {}).get("payments"), USAGE_STATUSES)
    return RemoteBank(
        id=text(row["id"]),
        name=text_or_none(own.get("bank_name")),
        country=text_or_none(own.get("country")).upper(),
        last4=text_or_none(own.get("last4")),
        currencies=tuple(text(one) for one in own.get("supported_currencies") or ()),
        is_usable=is_kept and usage == "eligible",
    )


def _funding(row: Any) -> RemoteFunding:
    status = word(row.status, FUNDING_STATUSES)
    return RemoteFunding(text(row.id), status, named(row).key)


def _payout(found: Any) -> RemotePayout:
    row = found.to_dict()
    details = row.get("status_details") or {}
    reasons = [text_or_none(part.get("reason")) for part in details.values() if part]
    moments = row.get("status_transitions") or {}
    tracking = (row.get("tracking_details") or {}).get("bank_account") or {}
    debited, credited = row["from"]["debited"], row["to"]["credited"]
    currency = currency_of(debited["currency"])
    return RemotePayout(
        id=text(row["id"]),
        status=text(row["status"]),
        key=named(found).key,
        recipient=text(row["to"]["recipient"]),
        bank=text_or_none(row["to"].get("payout_method")),
        sent=from_stripe(whole(debited["value"]), currency),
        currency=currency,
        reason=next(iter(reasons), ""),
        is_reviewed=(details.get("processing") or {}).get("reason") == "under_review",
        is_cancelable=row.get("cancelable") is True,
        arrives=arrives(credited),
        rate=rate_of(debited, credited),
        expected_at=_read(row.get("expected_arrival_date")),
        posted_at=_read(moments.get("posted_at")),
        trace=text_or_none(tracking.get("trace_id")),
    )


def _line(found: Any) -> StorageLine:
    row = found.to_dict()
    flow, currency = row["flow"] or {}, currency_of(row["amount"]["currency"])
    return StorageLine(
        id=text(row["id"]),
        cause=text(row["category"]),
        cause_id=text_or_none(flow.get(flow.get("type", ""))),
        amount=from_stripe(whole(row["amount"]["value"]), currency),
        currency=currency,
        is_posted=word(row["status"], LINE_STATUSES) == "posted",
    )


def named(row: Any) -> RemoteTransfer:
    """Return an object of the provider by its id and the key that we wrote beside it."""
    metadata = row.metadata.to_dict() if row.metadata is not None else {}
    return RemoteTransfer(text(row.id), text_or_none(metadata.get("operation")))


def id_in(row: Any) -> str:
    """Return the id of an object that was just made."""
    return text(row.id)


def _whole(amount: Mapping[str, Any]) -> Decimal:
    """Return an amount in whole units, by the provider's own decimals."""
    known = currencies().get(amount["currency"].upper())
    places = 2 if known is None or known.stripe_exponent is None else known.stripe_exponent
    return Decimal(whole(amount["value"])).scaleb(-places)


def arrives(credited: Mapping[str, Any]) -> str:
    """Return what arrives as it is written: KES 48,484.65."""
    return f"{currency_of(credited['currency'])} {_whole(credited):,}"


def rate_of(debited: Mapping[str, Any], credited: Mapping[str, Any]) -> str:
    """Return at which rate it is converted, as it is written; nothing where it is not."""
    if debited["currency"] == credited["currency"] or not debited["value"]:
        return ""
    rate = (_whole(credited) / _whole(debited)).quantize(Decimal("0.0001"))
    return f"1 {debited['currency'].upper()} = {rate} {credited['currency'].upper()}"


def moment_of(at: datetime) -> str:
    """Return an instant as the newer API reads it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _read(written: Any) -> datetime | None:
    return None if written is None else datetime.fromisoformat(text(written))
