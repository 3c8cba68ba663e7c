"""The checks of the settings of payouts, for ``manage.py check``."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004

from shop.money.ledger.thresholds import NoRate, Threshold

SENDERS = ("US", "GB")
"""Where the provider lets an account send payouts abroad: Stripe, checked 2026-11."""
STORED = ("USD", "EUR", "GBP")
"""Currencies that the account for payouts holds: Stripe, checked 2026-11."""


def register_checks() -> None:
    """Let Django's checks cover the settings of payouts; that of messages needs ``--deploy``."""
    register(half_set_payouts)
    register(amounts_that_nobody_knows)
    register(unheard_payouts, Tags.security, deploy=True)


def half_set_payouts(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Report settings with which the provider could not send payouts."""
    sender, storage = settings.PAYOUT_SENDER, settings.PAYOUT_FINANCIAL_ACCOUNT
    found: list[CheckMessage] = []
    if storage and sender not in SENDERS:
        text = "PAYOUT_FINANCIAL_ACCOUNT is set, and payouts cannot be sent from PAYOUT_SENDER."
        hint = f"Set PAYOUT_SENDER to {' or '.join(SENDERS)}, or unset the other one."
        found.append(Error(text, hint, id="payouts.E001"))
    if storage and settings.SHOP_CURRENCY not in STORED:
        text = f"No account for payouts holds {settings.SHOP_CURRENCY}."
        hint = "Unset PAYOUT_FINANCIAL_ACCOUNT: payouts are made by hand then."
        found.append(Error(text, hint, id="payouts.E002"))
    return found


def amounts_that_nobody_knows(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Report a currency of the shop in which its least payouts and other bounds are not known."""
    try:
        for threshold in Threshold:
            threshold.in_minor(settings.SHOP_CURRENCY)
    except NoRate:
        text = f"shop/core/currencies.csv has no rate for {settings.SHOP_CURRENCY}."
        hint = "Add its rate and day: the least payouts and what one person decides follow from it."
        return [Error(text, hint, id="payouts.E003")]
    return []


def unheard_payouts(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Report that what the provider says of payouts would be refused, and so noticed late."""
    if not settings.PAYOUT_FINANCIAL_ACCOUNT or settings.STRIPE_THIN_WEBHOOK_SECRETS:
        return []
    text = "Every message about payouts is refused: there is no secret to check it."
    hint = "Run payment_endpoints and set STRIPE_THIN_WEBHOOK_SECRETS to what it prints."
    return [Warning(text, hint, id="payouts.W001")]
