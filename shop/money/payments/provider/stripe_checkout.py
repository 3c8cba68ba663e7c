"""What a Checkout session is asked for: goods, who pays, and what the shopper's bank is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shop.core.currencies import for_stripe
from shop.money.payments.provider.gateway import Payer
from shop.money.payments.provider.stripe_shapes import KNOWN_AT_ONCE, METHODS

EXPAND = ["payment_intent.latest_charge"]
OUR_METADATA = ("order", "payment", "shop")


def checkout_params(request: Mapping[str, Any], whose: Payer) -> Any:
    """Return the parameters of a session; the same request and payer give the same."""
    currency = request["currency"]
    metadata = {name: request[name] for name in OUR_METADATA if name in request}
    params: Any = {
        "mode": "payment",
        "line_items": [_line(line, currency) for line in request["lines"]],
        "client_reference_id": request["order"],
        "metadata": metadata,
        # Session metadata does not reach the charge.
        "payment_intent_data": {
            "metadata": metadata,
            "transfer_group": f"order_{request['order']}",
        },
        "customer_email": whose.email,
        "success_url": request["success_url"],
        "cancel_url": request["cancel_url"],
        "expires_at": request["ends_at"],
        "locale": request["locale"],
        # Otherwise another currency and other amounts might be shown there.
        "adaptive_pricing": {"enabled": False},
        "expand": EXPAND,
    }
    # One that was asked for before these were told is repeated as it was.
    if "description" in request:
        params["payment_intent_data"] |= _told_of(request, whose)
    if request["is_urgent"]:
        params["excluded_payment_method_types"] = sorted(METHODS - KNOWN_AT_ONCE)
    return params


def _told_of(request: Mapping[str, Any], whose: Payer) -> dict[str, Any]:
    """Return what the shopper's bank sees: what for, and where it goes; Radar reads it, too."""
    told: dict[str, Any] = {
        "description": request["description"],
        "statement_descriptor_suffix": request["suffix"],
    }
    if request["is_sent"] and whose.name and whose.line1:
        address = {
            "line1": whose.line1, "line2": whose.line2, "city": whose.city,
            "state": whose.region, "postal_code": whose.postcode, "country": whose.country,
        }  # fmt: skip
        told["shipping"] = {
            "name": whose.name,
            "address": {name: value for name, value in address.items() if value},
        }
        if whose.phone:
            told["shipping"]["phone"] = whose.phone
    return told


def _line(line: Mapping[str, Any], currency: str) -> dict[str, Any]:
    return {
        "quantity": line["quantity"],
        "price_data": {
            "currency": currency.lower(),
            "unit_amount": for_stripe(line["amount"], currency),
            "product_data": {"name": line["name"]},
        },
    }
