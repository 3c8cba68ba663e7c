"""Makes one valid thing at the sandbox, through the real SDK, from the facts that matter."""

import time
from io import BytesIO
from typing import Any

import stripe

from tests.patience import PATIENCE
from tests.sandbox.v2 import make as recipient

KEY = "sk_test_sandbox"
HALF_AN_HOUR = 31 * 60


def client(url: str, key: str = KEY, retries: int = 0) -> stripe.StripeClient:
    return stripe.StripeClient(
        key,
        base_addresses=dict.fromkeys(("api", "files", "connect", "meter_events"), url),
        http_client=stripe.RequestsClient(timeout=PATIENCE),
        max_network_retries=retries,
    )


def line(amount: int = 25_00, quantity: int = 1, currency: str = "usd", name: str = "Drum") -> dict:
    price = {"currency": currency, "unit_amount": amount, "product_data": {"name": name}}
    return {"quantity": quantity, "price_data": price}


def session_params(*lines: dict, **changes: Any) -> dict:
    return {
        "mode": "payment",
        "line_items": list(lines) or [line()],
        "success_url": "http://127.0.0.1:8000/thanks/?s={CHECKOUT_SESSION_ID}",
        "cancel_url": "http://127.0.0.1:8000/cart/",
        "expires_at": int(time.time()) + HALF_AN_HOUR,
        **changes,
    }


def session(api: stripe.StripeClient, *lines: dict, **changes: Any) -> stripe.checkout.Session:
    return api.v1.checkout.sessions.create(session_params(*lines, **changes))


def charge(
    api: stripe.StripeClient, sandbox: Any, amount: int = 100_00, currency: str = "usd"
) -> str:
    """Return the id of a charge that was paid just now."""
    paid = sandbox.pay(session(api, line(amount, currency=currency)).id)
    return api.v1.payment_intents.retrieve(paid["payment_intent"]).latest_charge


def account(api: stripe.StripeClient, sandbox: Any = None) -> str:
    """Return the id of an account, which can be paid when the sandbox is given."""
    made = recipient.account(api, "fr", "stripe_balance.stripe_transfers", dashboard="express")
    if sandbox:
        sandbox.onboard_recipient(made.id, bank=False)
    return made.id


def transfer(
    api: stripe.StripeClient, account_id: str, charge_id: str, amount: int = 40_00
) -> stripe.Transfer:
    params = {
        "amount": amount,
        "currency": "usd",
        "destination": account_id,
        "source_transaction": charge_id,
    }
    return api.v1.transfers.create(params)


def file(api, content=b"%PDF-1.7 a slip"):
    """Hand a document over as evidence."""
    paper = BytesIO(content)
    paper.name = "slip.pdf"
    return api.v1.files.create({"purpose": "dispute_evidence", "file": paper})
