"""Checks passwords against known data leaks, through a service that the operator names.

Only the first five hexadecimal digits of the password's SHA-1 leave the machine. The answer lists
all leaked hashes with these digits. A request waits at most ``SECONDS`` for the service, and after
a failure the process does not call it for ``PAUSE`` seconds.
"""

from __future__ import annotations

import hashlib
import logging
import re
import socket
import ssl
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

import certifi
from django.conf import settings
from django.core.exceptions import ValidationError

from shop.core.demonstration.resets import is_public
from shop.people.accounts.models import User

logger = logging.getLogger(__name__)

SECONDS = 1.5
PAUSE = 60.0
MOST_BYTES = 400_000  # an answer has about a tenth
ROWS = re.compile(rb"(?:[0-9A-F]{35}:\d{1,12}(?:\r?\n|\Z))+")
PROBE = "password"

# A DNS lookup has no timeout, so these threads wait for it instead of the request.
_CALLERS = ThreadPoolExecutor(2, thread_name_prefix="breaches")
_quiet_until = 0.0


class Silent(Exception):
    """The service gave no answer that can be used."""


class NotBreachedValidator:
    """Refuses a password that the service knows; accepts it if the service does not answer."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Refuse the password if it was found in a data leak."""
        if is_breached(password):
            text = "This password was found in a data leak."
            raise ValidationError(text, code="password_breached")

    def get_help_text(self) -> str:
        """Return the rule in words."""
        return "Your password must not be known from a data leak."


def is_used() -> bool:
    """Return whether the operator named a service; a public demonstration asks nobody."""
    return bool(settings.BREACHED_PASSWORDS_URL) and not is_public()


def is_breached(password: str) -> bool:
    """Return whether the service knows a password; False while it does not answer."""
    global _quiet_until  # noqa: PLW0603 (of this process: the breaker)
    if not is_used() or time.monotonic() < _quiet_until:
        return False
    try:
        return _knows(password)
    except Silent as error:
        _quiet_until = time.monotonic() + PAUSE
        logger.warning("The service of breached passwords does not answer: %s", error)
        return False


def answers() -> bool:
    """Return whether the service answers and knows the best-known password."""
    try:
        return _knows(PROBE)
    except Silent:
        return False


def _knows(password: str) -> bool:
    digest = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()
    found = re.search(rb"^%b:(\d+)" % digest[5:].encode(), _rows(digest[:5]), re.MULTILINE)
    return found is not None and int(found[1]) > 0  # rows of padding have a count of 0


def _rows(prefix: str) -> bytes:
    """Return the service's rows for a prefix.

    Raises:
        Silent: it says nothing, or not in time, or something else.
    """
    parts = urlsplit(settings.BREACHED_PASSWORDS_URL)
    until = time.monotonic() + SECONDS
    connection = _connection(parts.scheme, parts.hostname or "", parts.port)
    task = _CALLERS.submit(_ask, connection, f"{parts.path.rstrip('/')}/{prefix}", until)
    try:
        content = task.result(timeout=SECONDS)
    except TimeoutError:
        task.cancel()
        _hang_up(connection)
        raise Silent("too slow") from None
    except (OSError, HTTPException, ValueError) as error:
        raise Silent(type(error).__name__) from None
    if not ROWS.fullmatch(content):
        raise Silent("an answer of another kind")
    return content


def _connection(scheme: str, host: str, port: int | None) -> HTTPConnection:
    if scheme != "https":
        return HTTPConnection(host, port, timeout=SECONDS)
    trust = ssl.create_default_context(cafile=certifi.where())
    return HTTPSConnection(host, port, timeout=SECONDS, context=trust)


def _ask(connection: HTTPConnection, path: str, until: float) -> bytes:
    try:
        connection.request("GET", path, headers={"User-Agent": "Baobab", "Add-Padding": "true"})
        answer = connection.getresponse()
        if answer.status != 200:
            raise ValueError("refused")
        content = b""
        while piece := answer.read1(1 << 16):
            content += piece
            if len(content) > MOST_BYTES or time.monotonic() > until:
                raise ValueError("too much")
    finally:
        connection.close()
    return content


def _hang_up(connection: HTTPConnection) -> None:
    if (opened := connection.sock) is not None:
        with suppress(OSError):
            opened.shutdown(socket.SHUT_RDWR)
