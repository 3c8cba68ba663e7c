"""The countries of the provider's table, which a migration writes and some tests empty."""

from __future__ import annotations

import csv
from pathlib import Path

from shop.money.settlements import countries
from shop.money.settlements.remote.models import PayoutCountry

TABLE = Path(countries.__file__).with_name("payout_countries.csv")


def fill_in() -> None:
    """Add the countries of the table that are not there."""
    known = set(PayoutCountry.objects.values_list("code", flat=True))
    with TABLE.open(encoding="utf-8", newline="") as lines:
        missing = [_country(row) for row in csv.DictReader(lines) if row["iso2"] not in known]
    PayoutCountry.objects.bulk_create(missing, ignore_conflicts=True)


def _country(row: dict[str, str]) -> PayoutCountry:
    same = {name: row[name] for name in ("currency", "needs", "source")}
    return PayoutCountry(
        code=row["iso2"],
        by_connect=row["connect"],
        by_global=row["global"],
        rail=row["method"],
        as_of=row["date"],
        **same,
    )
