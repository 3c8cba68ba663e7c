"""The operator's own account at Stripe: its capabilities, settings and endpoints of messages.

Only setting a shop up needs them. Messages come in two kinds, each to an endpoint of its own: a
*snapshot* holds the object, a *thin* one names it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import stripe

from shop.core.currencies import from_stripe
from shop.core.errors import GatewayError
from shop.money.payments.provider.reading import flag, known, read
from shop.money.payments.provider.stripe_gateway import StripeGateway

API_VERSION: str = stripe.api_version
"""With which messages are written, so that they are those that the SDK knows."""
ENDPOINT = "endpoint of messages"
NAME = "baobab"  # of our endpoints, in their metadata
SIGNED = ["webhook_endpoint.signing_secret", "webhook_endpoint.url"]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where the provider sends messages; its secret is known when it is made, and never again."""

    id: str
    url: str
    kinds: frozenset[str]
    is_on: bool
    api_version: str = ""
    shop: str = ""
    secret: str = field(default="", repr=False)

    def hears(self, kinds: Collection[str]) -> bool:
        """Tell whether all of these kinds of messages come."""
        return "*" in self.kinds or set(kinds) <= self.kinds

    def with_all(self, kinds: Collection[str]) -> list[str]:
        """Return what it hears of, and these kinds: a star stands alone."""
        return ["*"] if "*" in self.kinds else sorted({*kinds, *self.kinds})


@dataclass(frozen=True, slots=True)
class Account:
    """The account that the key belongs to, as the provider knows it now.

    ``least`` says by currency what stays in the balance when it is paid out by itself, minor units.
    """

    is_live: bool
    takes_money: bool
    pays_out: bool
    currency: str
    capabilities: Mapping[str, str]
    due: tuple[str, ...]
    interval: str
    least: Mapping[str, int]
    is_swept: bool
    answered_at: datetime | None


def account(provider: StripeGateway) -> Account:
    """Return how the account stands. Three calls.

    Raises:
        GatewayError: the provider does not answer, or not to this key.
    """
    own = provider.ask(lambda client: client.v1.accounts.retrieve_current())
    balance = provider.ask(lambda client: client.v1.balance.retrieve())
    # As it comes: the SDK fails at a rule by currency that is null, as it is where there is none.
    settings: Any = provider.ask(lambda client: client.raw_request("get", "/v1/balance_settings"))
    return known(read("account", own, lambda row: _account(row, balance, settings)))


def _account(own: stripe.Account, balance: stripe.Balance, settings: Any) -> Account:
    shown = settings.data["payments"].get("payouts") or {}
    least = shown.get("minimum_balance_by_currency") or {}
    facts = own.to_dict()
    return Account(
        is_live=flag(balance.livemode),
        takes_money=bool(own.charges_enabled),
        pays_out=bool(own.payouts_enabled),
        currency=(own.default_currency or "").upper(),
        capabilities=facts.get("capabilities") or {},
        due=tuple((facts.get("requirements") or {}).get("currently_due") or ()),
        interval=(shown.get("schedule") or {}).get("interval") or "",
        least={code.upper(): from_stripe(sum_, code.upper()) for code, sum_ in least.items()},
        is_swept=bool(shown.get("automatic_transfer_rules_by_currency")),
        answered_at=_answered_at(own),
    )


FIRST: Any = {"limit": 1}
READS: dict[str, Callable[[stripe.StripeClient], Any]] = {
    "checkout sessions": lambda c: c.v1.checkout.sessions.list(FIRST),
    "refunds": lambda c: c.v1.refunds.list(FIRST),
    "disputes": lambda c: c.v1.disputes.list(FIRST),
    "balance transactions": lambda c: c.v1.balance_transactions.list(FIRST),
}
PAYING_READS: dict[str, Callable[[stripe.StripeClient], Any]] = {
    "accounts": lambda c: c.v2.core.accounts.list(FIRST),
    "transfers": lambda c: c.v1.transfers.list(FIRST),
    "payouts": lambda c: c.v1.payouts.list(FIRST),
}
STORING_READS: dict[str, Callable[[stripe.StripeClient], Any]] = {
    "financial accounts": lambda c: c.v2.money_management.financial_accounts.list(FIRST),
    "outbound payments": lambda c: c.v2.money_management.outbound_payments.list(FIRST),
    "transactions of financial accounts": lambda c: c.v2.money_management.transactions.list(FIRST),
}


def unreadable(provider: StripeGateway, *, pays: bool, stores: bool) -> list[str]:
    """Return what the key may not even read of what the shop works with; a call for each.

    Args:
        pays: stores are paid through the provider.
        stores: they are paid from an account for payouts.

    Raises:
        GatewayError: the provider does not answer.
    """
    asked = READS | (PAYING_READS if pays else {}) | (STORING_READS if stores else {})
    found = []
    for name, look in asked.items():
        try:
            provider.ask(look)
        except GatewayError as error:
            if error.may_retry:
                raise
            found.append(name)
    return found


def snapshot_endpoints(provider: StripeGateway) -> list[Endpoint]:
    """Return the endpoints to which whole objects are sent."""
    listed = provider.ask(lambda client: client.v1.webhook_endpoints.list({"limit": 100}))
    return [known(read(ENDPOINT, row, _snapshot)) for row in listed.auto_paging_iter()]


def make_snapshot(provider: StripeGateway, url: str, kinds: Collection[str]) -> Endpoint:
    """Make an endpoint of whole objects and return it with its secret."""
    params: Any = _facts(url) | {
        "url": url, "enabled_events": sorted(kinds), "api_version": API_VERSION,
    }  # fmt: skip

    def ask(client: stripe.StripeClient) -> Any:
        return client.v1.webhook_endpoints.create(params)

    return provider.ask_for(ENDPOINT, ask, _snapshot)


def mend_snapshot(provider: StripeGateway, endpoint: Endpoint, kinds: Collection[str]) -> None:
    """Let an endpoint hear of these kinds, and be on."""
    params: Any = {"enabled_events": endpoint.with_all(kinds), "disabled": False}
    provider.ask(lambda client: client.v1.webhook_endpoints.update(endpoint.id, params))


def thin_endpoints(provider: StripeGateway) -> list[Endpoint]:
    """Return the endpoints to which the names of objects are sent."""
    params: Any = {"include": SIGNED[1:], "limit": 100}
    listed = provider.ask(lambda client: client.v2.core.event_destinations.list(params))
    rows = (known(read(ENDPOINT, row, _thin)) for row in listed.auto_paging_iter())
    return [row for row in rows if row]


def make_thin(provider: StripeGateway, url: str, kinds: Collection[str]) -> Endpoint:
    """Make an endpoint of names and return it with its secret."""
    params: Any = _facts(url) | {
        "name": NAME, "type": "webhook_endpoint", "event_payload": "thin",
        "events_from": ["@self", "@accounts"], "enabled_events": sorted(kinds),
        "webhook_endpoint": {"url": url}, "include": SIGNED,
    }  # fmt: skip

    def ask(client: stripe.StripeClient) -> Any:
        return client.v2.core.event_destinations.create(params)

    return provider.ask_for(ENDPOINT, ask, _destination)


def mend_thin(provider: StripeGateway, endpoint: Endpoint, kinds: Collection[str]) -> None:
    """Let an endpoint hear of these kinds, and be on."""
    params: Any = {"enabled_events": endpoint.with_all(kinds)}
    provider.ask(lambda client: client.v2.core.event_destinations.update(endpoint.id, params))
    if not endpoint.is_on:
        provider.ask(lambda client: client.v2.core.event_destinations.enable(endpoint.id))


def _facts(url: str) -> dict[str, Any]:
    return {"description": f"Baobab at {url}", "metadata": {NAME: url}}


def _snapshot(row: stripe.WebhookEndpoint) -> Endpoint:
    facts = row.to_dict()
    return Endpoint(
        id=row.id,
        url=row.url,
        kinds=frozenset(row.enabled_events),
        is_on=row.status == "enabled",
        api_version=row.api_version or "",
        shop=(facts.get("metadata") or {}).get(NAME, ""),
        secret=facts.get("secret") or "",
    )


def _thin(row: Any) -> Endpoint | None:
    return _destination(row) if row.event_payload == "thin" else None


def _destination(row: Any) -> Endpoint:
    facts = row.to_dict()
    where = facts.get("webhook_endpoint") or {}
    return Endpoint(
        id=row.id,
        url=where.get("url") or "",
        kinds=frozenset(row.enabled_events),
        is_on=row.status == "enabled",
        shop=(facts.get("metadata") or {}).get(NAME, ""),
        secret=where.get("signing_secret") or "",
    )


def _answered_at(answer: stripe.StripeObject) -> datetime | None:
    """Return the moment at which the provider says that it answered."""
    headers: Any = answer.last_response.headers if answer.last_response else {}
    written = headers.get("Date") or headers.get("date")
    return parsedate_to_datetime(written) if written else None
