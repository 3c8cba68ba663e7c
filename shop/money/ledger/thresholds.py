"""Amounts from which the shop acts otherwise: the least payouts, what one person decides alone.

Each is declared once, in US dollars. In another currency it is converted at the rates of the table
of currencies and rounded to two digits, so that it means as much everywhere.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from enum import Enum

from django.conf import settings

from shop.core.currencies import convert, currencies

DOLLAR = "USD"


class Threshold(Enum):
    """An amount in whole US dollars, and the setting that replaces it, in the shop's currency."""

    LEAST_TO_BANK = "least paid to a bank account", 50, ""
    LEAST_TO_MOBILE = "least paid by mobile money", 10, ""
    LEAST_BY_PROVIDER = "least that the provider sends to a bank", 100, ""
    LEAST_TO_OWN_ACCOUNT = "least moved to a store's own account at the provider", 1, ""
    LEAST_FLOOR = "least that stays in the balance for refunds", 500, ""
    ALONE = "most that one person refunds or writes off alone", 50, "ALONE_UP_TO"
    BATCH_ALONE = "most that one person sends to the bank alone", 1_000, "BATCH_ALONE_UP_TO"

    @property
    def title(self) -> str:
        """Return what it is, in words."""
        return self.value[0]

    def in_minor(self, currency: str) -> int:
        """Return the amount in the minor units of a currency.

        Raises:
            NoRate: it cannot be converted, and no setting gives it.
        """
        _title, dollars, setting = self.value
        given: int | None = getattr(settings, setting) if setting else None
        if given is None:
            amount, source = dollars * 10 ** currencies()[DOLLAR].exponent, DOLLAR
        else:
            amount, source = given, settings.SHOP_CURRENCY
        if source == currency:
            return amount
        converted = convert(amount, source, currency) if currency in currencies() else None
        if converted is None:
            raise NoRate(currency)
        return _rounded(converted)


class NoRate(Exception):
    """A currency has no rate in the table, so that nothing can be converted into it."""


def _rounded(amount: int) -> int:
    """Return an amount with two digits that say something: 76,182.50 becomes 76,000.00."""
    exact = Decimal(amount)
    step = Decimal(10) ** max(0, exact.adjusted() - 1)
    return int((exact / step).to_integral_value(ROUND_HALF_UP) * step)
