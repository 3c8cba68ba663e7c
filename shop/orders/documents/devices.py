"""Countries in which a receipt counts only with a number of the tax office's device.

The table beside this file was written from memory in November 2026 and says where to look, not what
the law is: an accountant of the country decides.
"""

from __future__ import annotations

import csv
from functools import lru_cache
from pathlib import Path

TABLE = Path(__file__).with_name("fiscal_countries.csv")


@lru_cache(maxsize=1)
def devices() -> dict[str, str]:
    """Return what the tax office's system is called, by country."""
    with TABLE.open(encoding="utf-8") as lines:
        return {row["country"]: row["system"] for row in csv.DictReader(lines)}


def device_of(country: str) -> str:
    """Return the system whose number a seller's receipts need; empty where there is none."""
    return devices().get(country, "")
