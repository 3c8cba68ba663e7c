"""Seals accounts of stores and papers: nobody reads them in a table, a log or a backup."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.db import models

BEGINS = b"gAAAAA"
"""With this everything sealed begins (Fernet: version and time), and no file that we take."""


class SealedField(models.BinaryField):  # type: ignore[type-arg]  # it is bytes on both sides
    """Bytes that lie sealed in the table, and are read and written as they are.

    What was kept before it was sealed is read as well; ``reseal`` seals it.
    """

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """Seal what is written; empty stays empty."""
        sealed = seal_bytes(bytes(value)) if value else value
        return super().get_db_prep_value(sealed, connection, prepared)

    def from_db_value(self, value: Any, _expression: Any, _connection: Any) -> bytes | None:
        """Open what is read.

        Raises:
            InvalidToken: it was sealed under a key that is not there any more.
        """
        if not value:
            return None if value is None else b""
        content = bytes(value)
        return unseal_bytes(content) if is_sealed(content) else content


def seal_bytes(content: bytes) -> bytes:
    """Return bytes that only the shop can read."""
    return _keys().encrypt(content)


def unseal_bytes(sealed: bytes | memoryview) -> bytes:
    """Return what ``seal_bytes`` closed.

    Raises:
        InvalidToken: it was sealed under a key that is not there any more.
    """
    return _keys().decrypt(bytes(sealed))


def is_sealed(content: bytes) -> bool:
    """Return whether bytes of a sealed field are sealed already."""
    return content.startswith(BEGINS)


def is_newest(sealed: bytes | memoryview) -> bool:
    """Tell whether the present secret alone opens what was sealed."""
    try:
        Fernet(_key(settings.PAYOUT_SECRET)).decrypt(bytes(sealed))
    except InvalidToken:
        return False
    return True


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
