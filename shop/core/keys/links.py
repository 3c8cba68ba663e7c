"""Links whose secret belongs to a row: they go on when the shop's own key is changed.

Some hold the random key of their row, which alone decides what they open; their signature is what
they were made with. Others are computed from a row by the shop's key, and the row knows the hash.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable

from django.conf import settings
from django.core import signing

HEX = re.compile(r"[0-9a-f]{32}")


def secrets_in_use() -> list[str]:
    """Return the shop's key, and those before it that still count."""
    return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


def hash_of(token: str) -> str:
    """Return the hash that is stored of a link's secret."""
    return hashlib.sha256(token.encode()).hexdigest()


def token_by(compute: Callable[[str], str], token_hash: str) -> str:
    """Return the secret of a link whose hash a row knows; of a new one by the present key.

    Args:
        compute: makes the secret from one of the shop's keys.
    """
    made = [compute(secret) for secret in secrets_in_use()]
    return next((token for token in made if hash_of(token) == token_hash), made[0])


def key_of(token: str) -> tuple[int, str] | None:
    """Return the number and the key of a row, as ``sign_object`` wrote them into a link.

    The key is random and looked up with the number: whoever has not got it finds no row.
    """
    data, colon, _signature = token.rpartition(":")
    try:
        pk, key = json.loads(signing.b64_decode(data.encode()))
    except (ValueError, TypeError):
        return None
    is_whole = bool(colon) and type(pk) is int and isinstance(key, str)
    return (pk, key) if is_whole and 0 < pk < 2**63 and HEX.fullmatch(key) else None
