"""What invented people want to order: ``content/orders.yaml`` as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from sample.reading import HERE
from sample.sheets import naming

FILE = HERE / "content" / "orders.yaml"
FLASH = "flash"
"""Stands in ``items`` for the flash deal of the hour."""


@dataclass(frozen=True, slots=True)
class Wish:
    """One order to be made.

    ``items`` are units by SKU of a variant, ``visits`` tickets by an experience's address;
    ``sent`` holds carrier and number by store.
    ``account`` is the role of who signs in for it; empty for a guest.
    """

    key: str
    language: str
    contact: Mapping[str, str]
    items: Mapping[str, int]
    account: str = ""
    code: str = ""
    service: str = ""
    sent: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    visits: Mapping[str, int] = field(default_factory=dict)
    paid: bool = True


def wishes(file: Path = FILE) -> list[Wish]:
    """Return the orders in the file's order.

    Raises:
        SheetError: with the file's name and what is wrong.
    """
    with naming(file.name):
        return [Wish(**row) for row in yaml.safe_load(file.read_text(encoding="utf-8"))]
