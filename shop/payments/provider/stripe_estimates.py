"""What a payout would cost and bring, by the provider's word of this moment: nothing is sent."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from shop.currencies import from_stripe
from shop.errors import GatewayError
from shop.payments.provider.payouts import PayoutEstimate
from shop.payments.provider.stripe_gateway import StripeGateway
from shop.payments.provider.stripe_payouts import arrives, from_to, rate_of

log = logging.getLogger(__name__)


def estimate(provider: StripeGateway, request: Mapping[str, Any]) -> PayoutEstimate:
    """Ask for the price of a payout, and give it up at once.

    Raises:
        GatewayError: it said no, or nothing.
    """
    params = from_to(request) | {"confirmation_method": "manual"}  # else it is sent
    made = provider.ask(lambda c: c.v2.money_management.payout_intents.create(params)).to_dict()
    try:
        provider.ask(lambda c: c.v2.money_management.payout_intents.cancel(made["id"]))
    except GatewayError as error:  # it lapses, since nobody confirms it
        log.warning("an estimate was not given up: %s", error)
    debited, credited = made["from"]["debited"], made["to"]["credited"]
    fees = sum(fee["amount"]["value"] for fee in made["estimated_fees"])
    return PayoutEstimate(
        fees=from_stripe(fees, request["currency"]),
        arrives=arrives(credited),
        rate=rate_of(debited, credited),
    )
