"""Puts the operator's figures into texts: a value for each ``{{ name }}``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from sample.sheets import SheetError

CONTENT = Path(__file__).parent / "content"
PLACEHOLDER = re.compile(r"\{\{\s*(.*?)\s*\}\}")


def placeholders(folder: Path = CONTENT) -> dict[str, str]:
    """Return the operator's figures for the demonstration, by name."""
    sheet = yaml.safe_load((folder / "placeholders.yaml").read_text(encoding="utf-8"))
    return {name: str(value) for name, value in sheet.items()}


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
