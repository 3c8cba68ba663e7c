"""Reads the whole numbers that an address or a form says. They were typed by anybody."""

from __future__ import annotations

from collections.abc import Iterable

DIGITS = 18  # an id has no more, and neither has an amount in minor units


def number_of(text: str, *, digits: int = DIGITS) -> int | None:
    """Return the whole number that a text says, or nothing where it says none or a longer one.

    Digits of every script count: people type what their keyboard has.
    """
    return int(text) if text.isdecimal() and len(text) <= digits else None


def ids_of(texts: Iterable[str], *, most: int) -> list[int]:
    """Return the first ids of ticked rows; texts that cannot be an id are left out."""
    return [found for found in map(number_of, texts) if found][:most]
