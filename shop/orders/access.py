"""The proof that an order is the reader's own: a link and a code that go to its address.

Neither is stored. The link is signed, and the code is worked out anew from a random word that is
kept for as long as the code works; who reads the tables cannot open an order with them.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core import signing
from django.utils.crypto import constant_time_compare, get_random_string, salted_hmac

from shop.core.keys.links import secrets_in_use
from shop.core.rate_limits.store import limits
from shop.orders.models import Order

LINK_WORKS = timedelta(hours=1)
CODE_WORKS = timedelta(minutes=15)
TRIES = 5
"""As many codes are judged; of a million, by whoever guesses."""
DIGITS = 6

LINK_SALT, CODE_SALT = "orders.opening.link", "orders.opening.code"


def signed(order: Order, *, at: datetime) -> str:
    """Return the signed end of a mailed link, as proof for the next hour."""
    return signing.dumps([order.pk, int(at.timestamp())], salt=LINK_SALT)


def is_fresh(order: Order, text: str, *, at: datetime) -> bool:
    """Tell whether a link was mailed for this very order, and within the hour."""
    try:
        order_id, made = signing.loads(text, salt=LINK_SALT)
    except signing.BadSignature:
        return False
    return order_id == order.pk and timedelta(0) <= _age(made, at) <= LINK_WORKS


def begin_code(order: Order) -> str:
    """Begin a new code for an order, which ends the one before; return its word."""
    word = get_random_string(12)
    limits.set(_key(order.pk), word, CODE_WORKS.total_seconds())
    return word


def is_current(order_id: int, word: str) -> bool:
    """Tell whether a word's code still works, and no newer one was asked for."""
    return limits.get(_key(order_id)) == word


def code_of(order: Order, word: str, *, secret: str | None = None) -> str:
    """Return the code that belongs to a word: six digits; by the present key, or another one."""
    text = f"{order.uuid} {word}"
    digest = salted_hmac(CODE_SALT, text, secret=secret, algorithm="sha256").hexdigest()
    return f"{int(digest, 16) % 10**DIGITS:0{DIGITS}}"


def use_code(order: Order, code: str) -> bool | None:
    """Tell whether a code is right, and use it up; None after too many tries.

    A try is counted before it is judged, and of two at once with the right code one uses it.
    """
    word = limits.get(_key(order.pk)) or ""
    seconds = int(CODE_WORKS.total_seconds())
    if limits.count(f"order-code-tries:{order.pk}:{word}", seconds=seconds) > TRIES:
        return None
    known = [code_of(order, word, secret=secret) for secret in secrets_in_use()]
    right = any(constant_time_compare(code, one) for one in known)
    return bool(word) and right and limits.delete(_key(order.pk))


def _age(made: int, at: datetime) -> timedelta:
    return timedelta(seconds=int(at.timestamp()) - made)


def _key(order_id: int) -> str:
    return f"order-code:{order_id}"
