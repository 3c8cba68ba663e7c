"""The headings that WooCommerce and Etsy write in other languages than English.

Both name the columns of their exports in the language of the shop; Shopify's are English in every
language. The table beside this file is data: each heading with where it was found, and whether it
was seen in an exported file or is likely. ``{n}`` stands for a number, ``{unit}`` for a weight's.
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

TABLE = Path(__file__).with_name("abroad.csv")
MOST = 12  # of numbered columns
UNITS = {"kg": "kg", "кг": "kg", "g": "g", "г": "g", "lbs": "lb", "oz": "oz"}
NUMBERED = {"option_name": "option{n}_name", "option": "option{n}",
            "values_name": "values{n}_name", "values": "values{n}"}  # fmt: skip
# What these headings mean says their format alone; others are a guess in any sheet.
OF_A_FORMAT = {"id", "type", "parent", "published", "visibility"}


def folded(heading: str) -> str:
    """Return a heading as it is compared: letters and digits, without accents."""
    plain = unicodedata.normalize("NFKD", heading.casefold())
    return "".join(sign for sign in plain if sign.isalnum())


@dataclass(slots=True)
class Headings:
    """What the headings of a format mean in a language, folded; ``is_seen`` in exported files."""

    format: str
    is_seen: bool
    fields: dict[str, str] = field(default_factory=dict)


@lru_cache(maxsize=1)
def in_other_languages() -> Sequence[Headings]:
    """Return the headings of each format in each language."""
    found: dict[tuple[str, str], Headings] = {}
    with TABLE.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            key = row["format"], row["language"]
            own = found.setdefault(key, Headings(row["format"], row["standing"] == "seen"))
            for heading in row["headings"].split("|"):
                own.fields.update(_written_out(heading, row["field"]))
    return list(found.values())


@lru_cache(maxsize=1)
def guesses() -> Mapping[str, str]:
    """Return what headings mean that mean the same in all of these tables, folded."""
    meant: dict[str, set[str]] = {}
    for own in in_other_languages():
        for heading, name in own.fields.items():
            meant.setdefault(heading, set()).add(name)
    return {heading: fields.pop() for heading, fields in meant.items()
            if len(fields) == 1 and not fields & OF_A_FORMAT}  # fmt: skip


def _written_out(heading: str, name: str) -> Iterator[tuple[str, str]]:
    if "{unit}" in heading:
        for written, unit in UNITS.items():
            yield folded(heading.format(unit=written)), f"{name}_{unit}"
    elif "{n}" in heading:
        for n in range(1, MOST + 1):
            yield folded(heading.format(n=n)), NUMBERED.get(name, name).format(n=n)
    else:
        yield folded(heading), name
