"""What a payout to a store's bank would cost and bring: asked for before the first one."""

from __future__ import annotations

from django.conf import settings

from shop.core.errors import NotPossible
from shop.money.payments.provider import stripe_estimates
from shop.money.payments.provider.payouts import PayoutEstimate
from shop.money.payments.provider.stripe_gateway import gateway
from shop.money.settlements.models import PayoutMethod

EXAMPLE = 100_00
"""Of so much an estimate is asked, minor units."""


def estimate_for(row: PayoutMethod) -> PayoutEstimate:
    """Return what a payout to an account would cost and bring. Nothing is sent.

    Raises:
        NotPossible: the provider does not pay to a bank account of it.
        GatewayError: it said no, or nothing.
    """
    if row.way != PayoutMethod.Way.GLOBAL or not row.bank_id:
        raise NotPossible("The provider knows no bank account of it.")
    return stripe_estimates.estimate(
        gateway(),
        {
            "storage": settings.PAYOUT_FINANCIAL_ACCOUNT, "recipient": row.remote_id,
            "bank": row.bank_id, "to_currency": row.to_currency, "amount": EXAMPLE,
            "currency": settings.SHOP_CURRENCY,
        },
    )  # fmt: skip
