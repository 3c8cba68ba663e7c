"""Numbers that organizers type and tick: none is more than its column holds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms

MOST = 1_000_000_000
DIGITS = 18  # an id has no more


class CountField(forms.IntegerField):
    """A whole number that a column holds, unless a smaller most is given."""

    def __init__(self, *, max_value: int = MOST, **facts: Any) -> None:
        super().__init__(max_value=max_value, **facts)


def number_of(text: str) -> int:
    """Return the number that an address or a form says; 0 where it could be the id of no row."""
    return int(text) if text.isdecimal() and len(text) <= DIGITS else 0


def ids_of(texts: Iterable[str], *, most: int) -> list[int]:
    """Return the first ids of ticked rows; texts that cannot be an id are left out."""
    return [found for found in map(number_of, texts) if found][:most]
