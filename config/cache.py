"""The shared cache, without which pages are only slower: when it is silent they do without it."""

from __future__ import annotations

import hashlib
import logging
import time
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache.backends.redis import RedisCache, RedisCacheClient, RedisSerializer
from django.utils.crypto import constant_time_compare, salted_hmac
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

log = logging.getLogger(__name__)

SECONDS = 1
"""It answers within a millisecond, or something is wrong."""
PAUSE = 10
"""Seconds in which a process does not ask again one that was silent."""
NOTHING = object()
SEAL = 32
"""Bytes of HMAC-SHA256."""
_silent_until = 0.0


def mark_of(*folders: Path) -> str:
    """Return a mark of the code below some folders: with a single other letter it is another."""
    digest = hashlib.sha256()
    for path in sorted(path for folder in folders for path in folder.rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


@cache
def release() -> str:
    """Return the mark of the shop's own code. Read once in a process."""
    return mark_of(settings.BASE_DIR / "shop", settings.BASE_DIR / "cms")


def key_of(key: str, prefix: str, version: int) -> str:
    """Return the key under which something is kept: by this code alone.

    What is kept are objects of its classes; other code has others of their names, or none.
    """
    return f"{prefix}:{release()}:{version}:{key}"


class Foreign(Exception):
    """Something lies in the cache that this shop has not put there."""


class SealedSerializer(RedisSerializer):
    """Seals what it keeps with the secret key: reading a pickle runs what somebody wrote into it.

    Others may reach the server: a neighbour on the machine, or whoever broke into one beside it.
    """

    def dumps(self, obj: Any) -> Any:
        """Return what is kept; integers stay as they are, since the server counts with them."""
        value = super().dumps(obj)
        return value if isinstance(value, int) else _seal(value) + value

    def loads(self, data: bytes) -> Any:
        """Return what was kept.

        Raises:
            Foreign: its seal is none of ours.
        """
        with suppress(ValueError):
            return int(data)
        seal, value = data[:SEAL], data[SEAL:]
        if not constant_time_compare(seal, _seal(value)):
            raise Foreign
        return super().loads(value)


class NamingClient(RedisCacheClient):
    """Keeps each value together with its key: sealed, it counts nowhere else.

    Who writes into the cache could otherwise put the page of one shopper in the place of another.
    """

    def add(self, key: str, value: Any, timeout: Any) -> Any:
        """Keep a value unless there is one."""
        return super().add(key, _named(key, value), timeout)

    def set(self, key: str, value: Any, timeout: Any) -> None:
        """Keep a value."""
        super().set(key, _named(key, value), timeout)

    def set_many(self, data: dict[str, Any], timeout: Any) -> None:
        """Keep several values."""
        super().set_many({key: _named(key, value) for key, value in data.items()}, timeout)

    def get(self, key: str, default: Any) -> Any:
        """Return the value that was kept under this key, or the default."""
        found = super().get(key, NOTHING)
        return default if found is NOTHING else _under(key, found)

    def get_many(self, keys: Any) -> dict[str, Any]:
        """Return the values that were kept under these keys."""
        return {key: _under(key, found) for key, found in super().get_many(keys).items()}


def _named(key: str, value: Any) -> Any:
    return value if type(value) is int else (key, value)  # the server counts with integers


def _under(key: str, found: Any) -> Any:
    if type(found) is int:
        return found
    if type(found) is not tuple or len(found) != 2 or found[0] != key:
        raise Foreign
    return found[1]


def _seal(value: bytes) -> bytes:
    return salted_hmac("config.cache.SealedSerializer", value, algorithm="sha256").digest()


def _forgiven(ask: Callable[[], Any], otherwise: Any) -> Any:
    global _silent_until  # noqa: PLW0603 (one value for the process)
    if time.monotonic() < _silent_until:
        return otherwise
    try:
        return ask()
    except Foreign:
        log.error("something lies in the cache that is not ours: it is left")
        return otherwise
    except (RedisError, OSError) as error:
        _silent_until = time.monotonic() + PAUSE
        log.error("the cache does not answer: %s", type(error).__name__)
        return otherwise


def _forgiving(name: str, *, is_kept: Any) -> Callable[..., Any]:
    """Return a method that does as Redis' own, and nothing while it is silent."""

    def method(self: ForgivingCache, *args: Any, **facts: Any) -> Any:
        return _forgiven(lambda: getattr(RedisCache, name)(self, *args, **facts), is_kept)

    return method


class ForgivingCache(RedisCache):
    """A Redis cache that treats a silent server as an empty one."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        bounds = {
            "socket_connect_timeout": SECONDS,
            "socket_timeout": SECONDS,
            "retry": Retry(NoBackoff(), 0),
            "serializer": SealedSerializer,
        }
        super().__init__(server, params | {"OPTIONS": bounds | params.get("OPTIONS", {})})
        self._class = NamingClient

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """Return the value that is kept, or the default."""
        return _forgiven(lambda: RedisCache.get(self, key, default, version), default)

    add = _forgiving("add", is_kept=True)
    set = _forgiving("set", is_kept=None)
    touch = _forgiving("touch", is_kept=False)
    delete = _forgiving("delete", is_kept=False)
    has_key = _forgiving("has_key", is_kept=False)
    incr = _forgiving("incr", is_kept=1)
    get_many = _forgiving("get_many", is_kept={})
    set_many = _forgiving("set_many", is_kept=[])
    delete_many = _forgiving("delete_many", is_kept=None)
    clear = _forgiving("clear", is_kept=False)
