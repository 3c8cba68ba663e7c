"""Names of slots and titles of benefits in the languages of the shop, from ``names.yaml``."""

from __future__ import annotations

from functools import cache
from typing import Any

import yaml

from sample.reading import HERE
from sample.sheets import naming
from shop.core.currencies import written

FILE = HERE / "names.yaml"
ORIGINAL = "en"


def slot_names(label: str) -> dict[str, str]:
    """Return the other names of a slot, by language; none where it has none."""
    return dict(_sheet()["slots"].get(label, {}))


def flash_names(day: int, part: str) -> tuple[str, dict[str, str]]:
    """Return the label of a slot of the flagship festival, and its names by language."""
    sheet = _sheet()["flash"]
    with naming(FILE.name):
        parts = sheet["parts"][part]
        return _parted({
            code: pattern.format(day=day, part=parts[code])
            for code, pattern in sheet["pattern"].items()
        })  # fmt: skip


def benefit_titles(key: str, **cents: int | None) -> tuple[str, dict[str, str]]:
    """Return the title of a benefit, and its titles by language.

    Args:
        cents: the sums that they name, each written as its language does.
    """
    with naming(FILE.name):
        return _parted({
            code: pattern.format(
                **{name: written(sum_, "USD", code) for name, sum_ in cents.items() if sum_}
            )
            for code, pattern in _sheet()["benefits"][key].items()
        })  # fmt: skip


def _parted(texts: dict[str, str]) -> tuple[str, dict[str, str]]:
    return texts.pop(ORIGINAL), texts


@cache
def _sheet() -> dict[str, Any]:
    with naming(FILE.name):
        return yaml.safe_load(FILE.read_text(encoding="utf-8"))
