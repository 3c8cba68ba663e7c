"""The checks of the payment settings, for ``manage.py check``."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from shop.core.currencies import is_chargeable
from shop.money.payments.provider.guards import dangers


def register_checks() -> None:
    """Let Django's checks cover the payment settings."""
    register(dangerous_payments, Tags.security)
    register(currency_that_nobody_can_pay)


def dangerous_payments(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Report settings with which orders could be marked paid without money."""
    return [Error(danger, id="payments.E001") for danger in dangers()]


def currency_that_nobody_can_pay(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Report a currency of the shop that the provider does not take."""
    if is_chargeable(settings.SHOP_CURRENCY):
        return []
    text = f"Nobody can pay in {settings.SHOP_CURRENCY}: the payment provider does not take it."
    return [Error(text, "Set SHOP_CURRENCY to another one, like USD.", id="payments.E002")]
