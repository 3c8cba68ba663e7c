"""Puts the operator's figures into texts: a value for each ``{{ name }}``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from sample.sheets import LANGUAGES, SheetError
from shop.core.currencies import written

CONTENT = Path(__file__).parent / "content"
PLACEHOLDER = re.compile(r"\{\{\s*(.*?)\s*\}\}")
# These are sums of the sample's currency: each language writes them in its own way.
SUMS = (
    "free_delivery_from",
    "minimum_charge",
    "minimum_payout",
    "minimum_payout_mobile",
    "save_every",
    "save_off",
    "small_price",
)


@cache
def placeholders(folder: Path = CONTENT) -> Mapping[str, str]:
    """Return the operator's figures for the demonstration, by name."""
    sheet = yaml.safe_load((folder / "placeholders.yaml").read_text(encoding="utf-8"))
    return {name: str(value) for name, value in sheet.items()}


@cache
def values_in(ours: str, folder: Path = CONTENT) -> Mapping[str, str]:
    """Return what stands for each placeholder in texts of a language.

    Args:
        ours: the sheets' code of the language.
    """
    values = dict(placeholders(folder))
    own = folder / "i18n" / ours / "placeholders.yaml"
    if own.is_file():
        values |= yaml.safe_load(own.read_text(encoding="utf-8"))
    sums = {name: cents_of(values[name]) for name in SUMS if name in values}
    return values | {name: written(cents, "USD", LANGUAGES[ours]) for name, cents in sums.items()}


def cents_of(figure: str) -> int:
    """Return a sum among the operator's figures in cents."""
    return int(Decimal(figure) * 100)


def filled(text: str, values: Mapping[str, str]) -> str:
    """Return the text with a value for each ``{{ name }}`` in it.

    Raises:
        SheetError: for a name without a value.
    """

    def value_of(found: re.Match[str]) -> str:
        if found[1] not in values:
            raise SheetError(f"no value for the placeholder {found[1]!r}")
        return values[found[1]]

    return PLACEHOLDER.sub(value_of, text)


def all_filled(node: Any, values: Mapping[str, str]) -> Any:
    """Return a sheet with a value for each placeholder in any of its texts.

    Raises:
        SheetError: for a name without a value.
    """
    match node:
        case str():
            return filled(node, values)
        case list():
            return [all_filled(child, values) for child in node]
        case dict():
            return {key: all_filled(child, values) for key, child in node.items()}
        case _:
            return node
