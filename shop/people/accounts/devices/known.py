"""Which browsers have signed in to an account: wrong passwords elsewhere keep none of them out.

A cookie says so, sealed by the shop. It opens nothing: whoever has it still needs the password.
"""

from __future__ import annotations

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import get_random_string

from shop.core import cookies
from shop.core.networks import client_address, keyed_hash, network_of

COOKIE, SALT = "known", "shop.accounts.known_devices"
KEPT_FOR = 180 * 24 * 60 * 60


def remember(response: HttpResponse, email: str) -> None:
    """Have a browser keep that somebody signed in there with an address."""
    value = signing.dumps([keyed_hash(email), get_random_string(16)], salt=SALT)
    cookies.keep(response, COOKIE, value, seconds=KEPT_FOR)


def device_of(request: HttpRequest, email: str) -> str:
    """Return the name of a browser that has signed in with an address; empty of any other."""
    try:
        known, device = signing.loads(cookies.read(request, COOKIE), salt=SALT, max_age=KEPT_FOR)
    except (signing.BadSignature, ValueError):
        return ""
    return device if known == keyed_hash(email) else ""


def guesser(request: HttpRequest, email: str) -> str:
    """Return whose wrong passwords for an address count together: a known browser, or a network."""
    return device_of(request, email) or network_of(client_address(request))
