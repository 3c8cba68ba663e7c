"""The checks of the payment settings, for ``manage.py check``."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004

from shop.currencies import is_chargeable
from shop.payments.provider.guards import dangers


def register_checks() -> None:
    """Let Django's checks cover the payment settings; those for live shops need ``--deploy``."""
    register(dangerous_payments, Tags.security)
    register(currency_that_nobody_can_pay)
    register(missing_payments, Tags.security, deploy=True)


def dangerous_payments(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Report settings with which orders could be marked paid without money."""
    return [Error(danger, id="payments.E001") for danger in dangers()]


def currency_that_nobody_can_pay(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Report a currency of the shop that the provider does not take."""
    if is_chargeable(settings.SHOP_CURRENCY):
        return []
    text = f"Nobody can pay in {settings.SHOP_CURRENCY}: the payment provider does not take it."
    return [Error(text, "Set SHOP_CURRENCY to another one, like USD.", id="payments.E002")]


def missing_payments(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Report settings without which nobody can pay, or payments are noticed late."""
    found: list[CheckMessage] = []
    if not settings.STRIPE_SECRET_KEY:
        hint = "Set STRIPE_SECRET_KEY."
        found.append(Warning("Nobody can pay: there is no key.", hint, id="payments.W001"))
    if not settings.STRIPE_WEBHOOK_SECRETS:
        hint = "Set STRIPE_WEBHOOK_SECRETS to the secret of the webhook's endpoint."
        text = "Every message of the payment provider is refused: there is no secret to check it."
        found.append(Warning(text, hint, id="payments.W002"))
    return found
