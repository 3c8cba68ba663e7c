"""Seals what a bank needs to pay a store: nobody reads it in a table, a log or a backup."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


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


def seal_bytes(content: bytes) -> bytes:
    """Return bytes that only the shop can read."""
    return _keys().encrypt(content)


def unseal_bytes(sealed: bytes | memoryview) -> bytes:
    """Return what ``seal_bytes`` closed."""
    return _keys().decrypt(bytes(sealed))


def is_newest(sealed: bytes | memoryview) -> bool:
    """Tell whether the present secret alone opens what was sealed."""
    try:
        Fernet(_key(settings.PAYOUT_SECRET)).decrypt(bytes(sealed))
    except InvalidToken:
        return False
    return True


def masked(account: str) -> str:
    """Return the last digits of an account, as people and papers name it."""
    return f"•••• {account[-4:]}" if len(account) > 4 else "••••"


def _keys() -> MultiFernet:
    """Return the present key and, to read what is older, those before it."""
    words = [settings.PAYOUT_SECRET, *settings.PAYOUT_SECRETS_BEFORE]
    return MultiFernet([Fernet(_key(word)) for word in words])


@cache
def _key(word: str) -> bytes:
    digest = hashlib.scrypt(
        word.encode(), salt=b"baobab payout details", n=2**14, r=8, p=1, dklen=32
    )
    return base64.urlsafe_b64encode(digest)
