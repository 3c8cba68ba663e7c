"""Currencies: how many decimals they have, the least charge, an approximate rate.

The table beside this file is data with its day in it: decimals by ISO 4217, the provider's
exponents and least charges as Stripe publishes them (Supported currencies, 2026), rates of one
day. A rate shows an approximate price, and converts prices of a spreadsheet once, when a person
wants it: what is charged never depends on one.

Our minor unit is the least that can be charged: Stripe takes KWD in thousandths but wants the
last digit to be 0, so a hundredth is ours. No amount that the shop computes or that somebody
types can then be one that nobody can pay.
"""

from __future__ import annotations

import csv
from copy import copy
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from pathlib import Path

from babel import Locale
from django.conf import settings
from django.utils.translation import gettext as _

TABLE = Path(__file__).with_name("currencies.csv")
# Stripe's own least charge is about half a dollar everywhere; where none is published we ask
# for one dollar's worth, which is above it.
FALLBACK_MINIMUM = Decimal(1)
RATE = Context(prec=6)
OFFERED = ("USD", "EUR", "CNY", "GBP", "KES", "NGN", "ZAR", "XOF", "MAD", "EGP", "AED", "TZS")


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency; ``exponent`` is the number of decimals that can be charged."""

    code: str
    exponent: int
    stripe_exponent: int | None
    stripe_rule: str
    minimum: Decimal | None
    per_usd: Decimal | None
    rate_date: date | None


@lru_cache(maxsize=1)
def currencies() -> dict[str, Currency]:
    """Return all known currencies by code."""
    with TABLE.open(encoding="utf-8") as lines:
        return {row["code"]: _read(row) for row in csv.DictReader(lines)}


def least_charge(code: str) -> int:
    """Return the least amount that can be charged, in minor units."""
    currency = currencies()[code]
    least = currency.minimum or FALLBACK_MINIMUM * (currency.per_usd or 1)
    return int((least * 10**currency.exponent).to_integral_value(ROUND_HALF_UP))


def for_stripe(amount: int, code: str) -> int:
    """Return the amount as the provider wants it.

    Most currencies pass as they are. UGX and ISK are sent times a hundred, three-decimal ones
    times ten.

    Raises:
        ValueError: the currency is not offered.
    """
    if not is_chargeable(code):
        raise ValueError(f"{code} cannot be charged")
    return amount * _factor(currencies()[code])


def from_stripe(amount: int, code: str) -> int:
    """Return the provider's amount in our minor units; the way back of ``for_stripe``.

    Raises:
        ValueError: it is no whole number of our units, so that we cannot have asked for it.
    """
    whole, rest = divmod(amount, _factor(currencies()[code]))
    if rest:
        raise ValueError(f"{amount} is not a whole amount in {code}")
    return whole


def nearest_from_stripe(amount: int, code: str) -> int:
    """Return the provider's amount in our minor units, rounded where it has a fraction of one.

    Its fees may have that where it counts finer than what can be charged; see ``has_fractions``.
    """
    factor = _factor(currencies()[code])
    return (2 * amount + factor) // (2 * factor)


def has_fractions(code: str) -> bool:
    """Tell whether the provider counts finer in a currency than our minor units: UGX, ISK, KWD."""
    return is_chargeable(code) and _factor(currencies()[code]) > 1


def is_chargeable(code: str) -> bool:
    """Tell whether the provider takes payments in a currency."""
    currency = currencies().get(code)
    return currency is not None and currency.stripe_exponent is not None


def convert(amount: int, code: str, into: str) -> int | None:
    """Return the approximate amount in another currency, or None where no rate is known."""
    source, target = currencies()[code], currencies()[into]
    if source.per_usd is None or target.per_usd is None:
        return None
    exact = Decimal(amount) * target.per_usd / source.per_usd
    return int((exact * Decimal(10) ** (target.exponent - source.exponent)).to_integral_value())


def convertible() -> list[str]:
    """Return the codes of the currencies with a rate, in their order."""
    return sorted(code for code, row in currencies().items() if row.per_usd is not None)


def rate(code: str, of: str) -> tuple[Decimal, date]:
    """Return how much of a currency is one unit of another, and of which day that rate is.

    Raises:
        ValueError: there is no rate.
    """
    source, target = currencies()[of], currencies()[code]
    if source.per_usd is None or target.per_usd is None:
        raise ValueError(f"no rate of {code} and {of}")
    days = [row.rate_date for row in (source, target) if row.rate_date]
    return (target.per_usd / source.per_usd).normalize(RATE), min(days)


@lru_cache(maxsize=20_000)
def written(amount: int, code: str, language: str) -> str:
    """Return an amount as people of a language write it: $48.00, 48,00 $US, US$48.00."""
    currency, value = currencies()[code], in_whole(amount, code)
    locale = Locale.parse(language, sep="-")
    return _formatted(value, currency, locale)


def in_whole(amount: int, code: str) -> Decimal:
    """Return an amount in whole units, 48.00 for 4800 cents, with all its decimals."""
    return Decimal(amount).scaleb(-currencies()[code].exponent)


def price_wanted() -> str:
    """Ask for a price in the shop's currency: Enter a price in USD, like 48.00."""
    code = settings.SHOP_CURRENCY
    facts = {"currency": code, "example": example(code)}
    return _("Enter a price in %(currency)s, like %(example)s") % facts


def example(code: str) -> str:
    """Return an amount as it is typed in a currency: 48.00, or 48 where it has no decimals."""
    return f"{Decimal(48):.{currencies()[code].exponent}f}"


def _formatted(value: Decimal, currency: Currency, locale: Locale) -> str:
    # Babel's own digits follow CLDR, which drops those of MGA; we write what we charge.
    pattern = copy(locale.currency_formats["standard"])
    pattern.frac_prec = (currency.exponent, currency.exponent)
    text = pattern.apply(value, locale, currency=currency.code, currency_digits=False)
    # From right to left the sign of "US$" would stand before its letters; the mark holds it.
    return f"{text}\N{LEFT-TO-RIGHT MARK}" if locale.text_direction == "rtl" else text


def _factor(currency: Currency) -> int:
    """Return how many of the provider's units are one of ours."""
    return 10 ** ((currency.stripe_exponent or 0) - currency.exponent)


def _read(row: dict[str, str]) -> Currency:
    sent = int(row["stripe_exponent"]) if row["stripe_exponent"] else None
    return Currency(
        code=row["code"],
        exponent=_chargeable_decimals(int(row["exponent"]), sent, row["stripe_rule"]),
        stripe_exponent=sent,
        stripe_rule=row["stripe_rule"],
        minimum=Decimal(row["minimum"]) if row["minimum"] else None,
        per_usd=Decimal(row["per_usd"]) if row["per_usd"] else None,
        rate_date=date.fromisoformat(row["rate_date"]) if row["rate_date"] else None,
    )


def _chargeable_decimals(iso: int, sent: int | None, rule: str) -> int:
    """Return how many decimals can be charged: never more than ISO 4217 and the provider have.

    MGA has two decimals by ISO and none at Stripe; three-decimal currencies have to end in 0.
    """
    return iso if sent is None else min(iso, sent, 2 if rule == "three_decimal" else iso)
