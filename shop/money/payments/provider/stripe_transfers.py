"""Moves money to stores' own accounts at the provider, and takes it back.

Out of a charge it may go before the charge's money is available; else the balance has to have it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shop.core.currencies import for_stripe
from shop.money.payments.provider.payouts import RemoteTransfer
from shop.money.payments.provider.reading import first, read_each
from shop.money.payments.provider.stripe_gateway import StripeGateway
from shop.money.payments.provider.stripe_payouts import named, on_all_pages

TRANSFER = "transfer"


def move(
    provider: StripeGateway, request: Mapping[str, Any], *, name: str, key: str
) -> RemoteTransfer:
    """Move money to a store's account; the same key moves it once, its name finds it again."""
    params: Any = {
        "amount": for_stripe(request["amount"], request["currency"]),
        "currency": request["currency"].lower(),
        "destination": request["account"],
        "transfer_group": request["group"],
        "description": request["settlement"],
        "metadata": {"operation": name, "settlement": request["settlement"]},
    }
    if request["charge"]:
        params["source_transaction"] = request["charge"]
    options: Any = {"idempotency_key": key}

    def ask(client: Any) -> Any:
        return client.v1.transfers.create(params, options)

    return provider.ask_for(TRANSFER, ask, named, is_kept=True)


def take_back(
    provider: StripeGateway, request: Mapping[str, Any], *, name: str, key: str
) -> RemoteTransfer:
    """Take a part of a transfer back from a store's account; the same key takes it once."""
    params: Any = {
        "amount": for_stripe(request["amount"], request["currency"]),
        "metadata": {"operation": name},
    }
    options: Any = {"idempotency_key": key}
    number = request["transfer"]

    def ask(client: Any) -> Any:
        return client.v1.transfers.reversals.create(number, params, options)

    return provider.ask_for(TRANSFER, ask, named, is_kept=True)


def find_transfer(
    provider: StripeGateway, request: Mapping[str, Any], name: str
) -> RemoteTransfer | None:
    """Return what was moved, or taken back, by a name; None where nothing was."""
    params: Any = {"limit": 100}
    listed: Any
    if number := request.get("transfer"):
        listed = provider.ask(lambda c: c.v1.transfers.reversals.list(number, params))
    else:
        group = params | {"transfer_group": request["group"]}
        listed = provider.ask(lambda c: c.v1.transfers.list(group))
    rows = read_each(TRANSFER, on_all_pages(provider, listed), named)
    return first(rows, lambda row: row.key == name)


def transfer_now(provider: StripeGateway, transfer_id: str) -> RemoteTransfer:
    """Return a transfer as the provider knows it now."""
    return provider.ask_for(TRANSFER, lambda c: c.v1.transfers.retrieve(transfer_id), named)
