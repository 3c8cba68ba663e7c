"""Makes one valid thing of the newer API, through the real SDK, from the facts that matter."""

from typing import Any

import stripe

STORAGE = "fa_test_sandbox"
RETURN, REFRESH = "http://127.0.0.1:8000/done/", "http://127.0.0.1:8000/again/"
WHOLE = ["configuration.recipient", "defaults", "identity", "requirements"]
DAY = 24 * 60 * 60


def capabilities(*paths: str) -> dict:
    asked: dict[str, Any] = {}
    for path in paths:
        group, _, name = path.rpartition(".")
        asked.setdefault(group, {})[name] = {"requested": True}
    return {"recipient": {"capabilities": asked}}


def account_params(country: str = "ke", *paths: str, **changes: Any) -> dict:
    return {
        "contact_email": "adire@example.org",
        "display_name": "Adire",
        "dashboard": "none",
        "identity": {"country": country, "entity_type": "company"},
        "configuration": capabilities(*(paths or ["bank_accounts.swift"])),
        "include": WHOLE,
        "metadata": {"merchant": "7"},
        **changes,
    }


def account(
    api: stripe.StripeClient, country: str = "ke", *paths: str, **changes: Any
) -> stripe.v2.core.Account:
    return api.v2.core.accounts.create(account_params(country, *paths, **changes))


def recipient(api: stripe.StripeClient, sandbox: Any, ending: str = "4242") -> str:
    """Return the id of a recipient in Kenya who can be paid to a bank account."""
    made = account(api).id
    sandbox.onboard_recipient(made, ending)
    return made


def method(api: stripe.StripeClient, account_id: str) -> stripe.v2.money_management.PayoutMethod:
    context = {"stripe_context": account_id}
    return api.v2.money_management.payout_methods.list({}, context).data[0]


def link(api: stripe.StripeClient, account_id: str, **changes: Any) -> stripe.v2.core.AccountLink:
    use = {"refresh_url": REFRESH, "return_url": RETURN, **changes}
    use_case = {"type": "account_onboarding", "account_onboarding": use}
    return api.v2.core.account_links.create({"account": account_id, "use_case": use_case})


def payment_params(account_id: str, value: int = 34_96, **changes: Any) -> dict:
    return {
        "from": {"financial_account": STORAGE, "currency": "usd"},
        "to": {"recipient": account_id},
        "amount": {"value": value, "currency": "usd"},
        "metadata": {"operation": "7"},
        **changes,
    }


def payment(
    api: stripe.StripeClient, account_id: str, value: int = 34_96, key: str = "", **changes: Any
) -> stripe.v2.money_management.OutboundPayment:
    options = {"idempotency_key": key} if key else {}
    params = payment_params(account_id, value, **changes)
    return api.v2.money_management.outbound_payments.create(params, options)


def held(api: stripe.StripeClient, currency: str = "usd") -> tuple[int, int]:
    """Return what the financial account has available, and what is on its way out."""
    balance = api.v2.money_management.financial_accounts.retrieve(STORAGE).balance
    return balance.available[currency].value, balance.outbound_pending[currency].value


def moves(api: stripe.StripeClient) -> list[tuple[str, int, str]]:
    """Return the financial account's transactions, newest first."""
    found = api.v2.money_management.transactions.list({"financial_account": STORAGE})
    return [(t.category, t.amount.value, t.status) for t in found.auto_paging_iter()]
