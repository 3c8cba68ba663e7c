"""Where recipients can be paid, by which rails, and in which currency.

``recipients.csv`` holds a row per country: of Africa the 18 that Stripe's table of recipient
requirements had on 2026-09-28, and those among which Connect pays. A country without a row cannot
be paid at all.
"""

import csv
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class RecipientCountry:
    """How recipients of one country are paid."""

    code: str
    currency: str
    rails: frozenset[str]
    has_connect: bool


def _load() -> dict[str, RecipientCountry]:
    with Path(__file__).with_name("recipients.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["country"]: RecipientCountry(
                row["country"],
                row["currency"],
                frozenset(row["rails"].split()),
                row["connect"] == "yes",
            )
            for row in csv.DictReader(file)
        }


COUNTRIES = _load()
HOME = "US"  # of the platform that sends the money
EURO = frozenset(code for code, country in COUNTRIES.items() if country.currency == "eur")


def find_country(code: str | None) -> RecipientCountry | None:
    """Return a country by its code, in small or capital letters, or nothing."""
    return COUNTRIES.get((code or "").upper())
