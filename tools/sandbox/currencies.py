"""How Stripe writes amounts: whole numbers of each currency's smallest unit.

``currencies.csv`` holds one row per currency that Stripe charges in: the decimals of the API's
amounts, the step an amount must be a multiple of, the smallest charge, and a symbol where English
readers know one. Stripe, Supported currencies, looked up 2026-11-24; ISK and UGX are sent times
100 in whole units, three-decimal amounts end in 0. Stripe judges the minimum in the currency of
settlement; here the currency charged is the currency of settlement.
"""

import csv
from dataclasses import dataclass
from pathlib import Path

from tools.sandbox.errors import invalid


@dataclass(frozen=True, slots=True)
class Currency:
    """How Stripe counts one currency."""

    code: str
    exponent: int
    step: int
    minimum: int
    symbol: str


def _load() -> dict[str, Currency]:
    with Path(__file__).with_name("currencies.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["code"]: Currency(
                row["code"],
                int(row["exponent"]),
                int(row["step"]),
                int(row["minimum"] or 1),
                row["symbol"],
            )
            for row in csv.DictReader(file)
        }


CURRENCIES = _load()


def find_currency(code: str, param: str) -> Currency:
    """Return a currency by its code, in small or capital letters, or refuse it."""
    currency = CURRENCIES.get(code.lower())
    if currency is None:
        raise invalid(f"Invalid currency: {code.lower()}", param)
    return currency


def check_amount(amount: int, currency: Currency, param: str) -> int:
    """Return the amount if Stripe would accept it: positive and in the currency's steps."""
    if amount < 1:
        message = "This value must be greater than or equal to 1."
        raise invalid(message, param, "parameter_invalid_integer")
    return check_step(amount, currency, param)


def check_step(amount: int, currency: Currency, param: str) -> int:
    """Return the amount if it is in whole steps of its currency."""
    if amount % currency.step:
        message = f"Amounts in {currency.code} must be divisible by {currency.step}: {amount}"
        raise invalid(message, param, "parameter_invalid_integer")
    return amount


def check_minimum(amount: int, currency: Currency, param: str) -> int:
    """Return the amount of a charge if Stripe would take so little."""
    if amount < currency.minimum:
        least = show_amount(currency.minimum, currency.code)
        message = f"The amount must be at least {least}."
        raise invalid(message, param, "amount_too_small")
    return amount


def show_amount(amount: int, code: str) -> str:
    """Return an amount for reading: ``$120.50``, ``XOF 12,000``, ``KWD 4.250``."""
    currency = CURRENCIES[code]
    prefix = currency.symbol or f"{code.upper()}\N{NO-BREAK SPACE}"
    unit = 10**currency.exponent
    whole, rest = divmod(amount, unit)
    if currency.step == unit:
        return f"{prefix}{whole:,}"
    return f"{prefix}{whole:,}.{rest:0{currency.exponent}d}"
