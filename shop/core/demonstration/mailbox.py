"""The mailbox that each browser has in a public demonstration: nobody else reads what comes there.

Its address is made of a random cookie. Mail to the people of the sample is for everybody to read,
and any other is thrown away: whoever writes a real address against all advice is not betrayed.
"""

from __future__ import annotations

import re
import secrets

from django.http import HttpRequest, HttpResponse

from shop.core import cookies
from shop.core.demonstration.guards import is_of_sample
from shop.core.networks import keyed_hash

COOKIE = "mailbox"
HOST = "visitor.example"
DAY = 24 * 3600
TOKEN = re.compile(r"[0-9a-f]{32}")


def token_of(request: HttpRequest) -> str:
    """Return what the browser's mailbox is known by; a new one if it has none yet."""
    known = cookies.read(request, COOKIE)
    return known if TOKEN.fullmatch(known) else secrets.token_hex(16)


def address_of(token: str) -> str:
    """Return the address of a mailbox. The token cannot be found out from it."""
    return f"visitor-{keyed_hash(f'mailbox {token}')[:16]}@{HOST}"


def keep(response: HttpResponse, token: str) -> None:
    """Let the browser have the mailbox from now on."""
    cookies.keep(response, COOKIE, token, seconds=DAY)


def may_read(to: str, own: str) -> bool:
    """Tell whether the reader of a mailbox may read a message to an address."""
    return to.strip().lower() == own or is_of_sample(to)


def is_kept(to: str) -> bool:
    """Tell whether a message to an address is kept at all."""
    return is_of_sample(to) or to.strip().lower().endswith(f"@{HOST}")
