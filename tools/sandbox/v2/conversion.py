"""What another currency costs, and what the provider keeps of a payment, by fixed tables.

Whole units of a currency for one US dollar, rounded, chosen here: no market has them today. Fees
are those that Stripe's sender in the US paid in 2026: 1.50 a payment, 0.5 % across a border and
1 % for a conversion.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from tools.sandbox.currencies import CURRENCIES, show_amount
from tools.sandbox.store import Body
from tools.sandbox.v2.countries import HOME
from tools.sandbox.v2.refusals import wrong

_FOR_A_DOLLAR = {
    "usd": "1",
    "aoa": "912",
    "bwp": "13.5",
    "cad": "1.37",
    "chf": "0.88",
    "cny": "7.1",
    "czk": "23",
    "dkk": "6.9",
    "dzd": "134",
    "egp": "48",
    "etb": "125",
    "eur": "0.92",
    "gbp": "0.78",
    "ghs": "15",
    "gmd": "70",
    "huf": "360",
    "isk": "138",
    "kes": "129",
    "mad": "9.9",
    "mga": "4500",
    "mur": "46",
    "mzn": "64",
    "nad": "18",
    "ngn": "1600",
    "nok": "10.7",
    "pln": "3.9",
    "ron": "4.6",
    "rwf": "1350",
    "sek": "10.5",
    "tnd": "3.1",
    "tzs": "2600",
    "xaf": "605",
    "xof": "605",
    "zar": "18",
}
_STANDARD = 150
_CROSS_BORDER = Decimal("0.005")
_EXCHANGE = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Fee:
    """One thing that the provider takes for a payment, in the sender's smallest units."""

    kind: str
    value: int


def amount(value: int, currency: str) -> Body:
    """Return an amount as the newer API writes it."""
    return {"value": value, "currency": currency}


def rate(source: str, target: str) -> Decimal:
    """Return what one unit of a currency gives of another."""
    for code in (source, target):
        if code not in _FOR_A_DOLLAR:
            raise wrong(f"The sandbox has no rate of {code}.", "currency_unsupported")
    return Decimal(_FOR_A_DOLLAR[target]) / Decimal(_FOR_A_DOLLAR[source])


def convert(value: int, source: str, target: str) -> int:
    """Return an amount in another currency, in steps of its smallest units."""
    one, other = CURRENCIES[source], CURRENCIES[target]
    exact = value * rate(source, target) * Decimal(10) ** (other.exponent - one.exponent)
    return _rounded(exact / other.step) * other.step


def fees(debited: Body, currency: str, country: str) -> list[Fee]:
    """Return what the provider takes for a payment.

    Args:
        debited: what leaves the financial account.
        currency: in which it arrives.
        country: code of the recipient's.
    """
    found = [Fee("standard_payout_fee", _STANDARD)]
    if country.upper() != HOME:
        found.append(Fee("cross_border_fee", _rounded(debited["value"] * _CROSS_BORDER)))
    if currency != debited["currency"]:
        found.append(Fee("foreign_exchange_fee", _rounded(debited["value"] * _EXCHANGE)))
    return found


def show(amount_: Body) -> str:
    """Return an amount for reading."""
    return show_amount(amount_["value"], amount_["currency"])


def _rounded(exact: Decimal) -> int:
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))
