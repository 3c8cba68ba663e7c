"""What a payout would cost and bring, by the provider's word of this moment: nothing is sent."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from shop.core.currencies import from_stripe
from shop.core.errors import GatewayError
from shop.money.payments.provider.payouts import PayoutEstimate
from shop.money.payments.provider.reading import id_of, known, read, whole
from shop.money.payments.provider.stripe_gateway import StripeGateway
from shop.money.payments.provider.stripe_payouts import arrives, from_to, rate_of

log = logging.getLogger(__name__)


def estimate(provider: StripeGateway, request: Mapping[str, Any]) -> PayoutEstimate:
    """Ask for the price of a payout, and give it up at once.

    Raises:
        GatewayError: it said no, or nothing.
    """
    params = from_to(request) | {"confirmation_method": "manual"}  # else it is sent
    made = provider.ask(lambda c: c.v2.money_management.payout_intents.create(params))
    try:
        provider.ask(lambda c: c.v2.money_management.payout_intents.cancel(id_of(made)))
    except GatewayError as error:  # it lapses, since nobody confirms it
        log.warning("an estimate was not given up: %s", error)

    def estimated(row: Any) -> PayoutEstimate:
        facts = row.to_dict()
        debited, credited = facts["from"]["debited"], facts["to"]["credited"]
        fees = sum(whole(fee["amount"]["value"]) for fee in facts["estimated_fees"])
        return PayoutEstimate(
            fees=from_stripe(fees, request["currency"]),
            arrives=arrives(credited),
            rate=rate_of(debited, credited),
        )

    return known(read("estimate", made, estimated))
