"""The network of a request as a key, which a table may hold without telling who asked."""

from __future__ import annotations

import hashlib
import hmac
from functools import lru_cache
from ipaddress import ip_address, ip_network

from django.conf import settings
from django.http import HttpRequest

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def network_key(request: HttpRequest) -> str:
    """Return a keyed hash of the client's network address; the address itself is not kept.

    Behind a proxy its word is taken only when the proxy is one of ``TRUSTED_PROXIES``. Of an
    IPv6 address the first half counts: whoever has one has the 2**64 that begin like it.
    """
    return keyed_hash(network_of(client_address(request)))


def network_of(address: str) -> str:
    """Return the network that one customer of a provider is given, or the text as it is."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if parsed.version == 6 and parsed.ipv4_mapped:
        return str(parsed.ipv4_mapped)
    return address if parsed.version == 4 else str(ip_network((parsed, 64), strict=False))


def client_address(request: HttpRequest) -> str:
    """Return the client's network address as the nearest untrusted hop gave it."""
    address = request.META.get("REMOTE_ADDR", "")
    hops = request.headers.get("X-Forwarded-For", "").split(",")
    for hop in reversed([hop.strip() for hop in hops if hop.strip()]):
        if not is_listed_proxy(address):
            break
        address = hop
    return address


def is_listed_proxy(address: str) -> bool:
    """Tell whether an address is one of ``TRUSTED_PROXIES``, which may be networks too."""
    return any(is_in(entry, address) for entry in settings.TRUSTED_PROXIES)


@lru_cache(maxsize=1_000)
def is_in(entry: str, address: str) -> bool:
    """Tell whether an address is another one, or lies in a network like 10.0.0.0/8."""
    try:
        parsed = ip_address(address)
        mapped = parsed.ipv4_mapped if parsed.version == 6 else None
        return (mapped or parsed) in ip_network(entry, strict=False)
    except ValueError:
        return address == entry


def is_loopback(host: str) -> bool:
    """Tell whether a host is this very machine, and so seen by nobody else."""
    return host in LOOPBACK


def keyed_hash(text: str) -> str:
    """Return a hash that only this shop can make, so that a table of them betrays nobody."""
    key = settings.HASH_SECRET.encode()
    return hmac.new(key, text.strip().lower().encode(), hashlib.sha256).hexdigest()
