"""Seals what a bank needs to pay a store: nobody reads it in a table, a log or a backup."""

from __future__ import annotations

import json
from collections.abc import Mapping

from shop.core.keys.seal import seal_bytes, unseal_bytes


def seal(facts: Mapping[str, str]) -> bytes:
    """Return facts as bytes that only the shop can read."""
    return seal_bytes(json.dumps(dict(facts), ensure_ascii=False).encode())


def unseal(sealed: bytes | memoryview) -> dict[str, str]:
    """Return the facts that ``seal`` closed.

    Raises:
        InvalidToken: they were sealed under a key that is not there any more.
    """
    found: dict[str, str] = json.loads(unseal_bytes(sealed))
    return found


def masked(account: str) -> str:
    """Return the last digits of an account, as people and papers name it."""
    return f"•••• {account[-4:]}" if len(account) > 4 else "••••"
