"""Fetches a picture from an address that a stranger wrote, and from no place of our own.

What counts is where a connection really goes: every address that a name has is looked at in the
moment of connecting, for each redirect anew, so that no name can point somewhere else meanwhile.
Nothing is fetched from private, link-local or reserved networks (RFC 6890, by Python's table),
nor from an IPv6 address that carries such an IPv4 one.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from threading import Event, Timer
from typing import Any
from urllib.parse import urljoin, urlsplit

import certifi
import urllib3
from django.conf import settings
from django.utils.translation import gettext as _
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, LocationParseError

from shop.core.demonstration.resets import is_public
from shop.core.errors import NotPossible
from shop.core.images.clean import MOST_BYTES

PORTS = {80, 443, 8080, 8443}
MOST_REDIRECTS = 4
PIECE = 1 << 16
PASSING = {408, 425, 429, 500, 502, 503, 504}
REDIRECTS = {301, 302, 303, 307, 308}
NAT64 = ip_network("64:ff9b::/96")
V4_COMPATIBLE = ip_network("::/96")
NOT_PUBLIC = (
    ip_network("168.63.129.16/32"),  # what a machine at Azure finds its host under
    ip_network("192.88.99.0/24"),  # relays to IPv6, given up (RFC 7526)
)
"""Networks that Python takes for public ones."""
type Address = IPv4Address | IPv6Address
type Resolve = Callable[[str, int], Sequence[str]]


class Unfetchable(NotPossible):
    """A picture that cannot be fetched; ``is_passing`` where it may work later."""

    def __init__(self, text: str, *, is_passing: bool = False) -> None:
        super().__init__(text)
        self.is_passing = is_passing


class Forbidden(Exception):
    """A connection that goes where none may go."""


def resolved(host: str, port: int) -> list[str]:
    """Return the addresses that a name has at present."""
    return [str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


@dataclass(frozen=True, slots=True)
class Ways:
    """How far a fetch may go.

    Args:
        seconds: for all of it, redirects included.
        pause: seconds without a byte.
        resolve: asks for the addresses of a name.
    """

    seconds: float = 20
    pause: float = 5
    most: int = MOST_BYTES
    resolve: Resolve = resolved


USUAL = Ways()


def fetch(address: str, ways: Ways = USUAL) -> bytes:
    """Return what lies at an address.

    Raises:
        Unfetchable: it is not fetched; the text says why.
    """
    if is_public():
        raise Unfetchable(
            _(
                "The demonstration fetches nothing from addresses. "
                "Send pictures in an archive with the sheet."
            )
        )
    until = time.monotonic() + ways.seconds
    for _step in range(MOST_REDIRECTS + 1):
        _refuse_address(address)
        left = until - time.monotonic()
        if left <= 0:
            raise _too_slow()
        found, content = _asked(address, ways, left)
        if found is None:
            return content
        address = urljoin(address, found)
    raise Unfetchable(_("This address leads on and on, and nowhere."))


def _refuse_address(address: str) -> None:
    """Refuse an address that is none of the public web, before anything is asked."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise Unfetchable(_("This is no address of a picture.")) from None
    if parts.scheme not in {"http", "https"} or not parts.hostname or "\\" in address:
        raise Unfetchable(_("An address of a picture begins with https"))
    if parts.username or parts.password:
        raise Unfetchable(_("Nothing is fetched with a name and a password in the address."))
    if parts.hostname.rstrip(".").lower() in own_hosts():
        raise Unfetchable(_("This address is of this shop itself."))
    allowed = _is_named(parts.hostname)
    if port is not None and port not in PORTS and not allowed:
        raise Unfetchable(_("Nothing is fetched from this port."))


def own_hosts() -> set[str]:
    """Return the names under which this shop is reached."""
    names = {urlsplit(settings.SITE_URL).hostname or "", *settings.ALLOWED_HOSTS}
    return {name.strip(".").lower() for name in names} - {"", "*"}


def _asked(address: str, ways: Ways, left: float) -> tuple[str | None, bytes]:
    """Return where an address leads on to, or what lies there."""
    opened: list[socket.socket] = []
    manager = _manager(ways, opened)
    # A server that sends a byte now and then is never silent: all of it ends by the clock.
    is_over = Event()
    end = Timer(left, _hang_up, [opened, is_over])
    end.start()
    try:
        with manager.request(
            "GET", address, redirect=False, retries=False, preload_content=False,
            decode_content=False, timeout=urllib3.Timeout(connect=ways.pause, read=ways.pause),
            headers={"User-Agent": "Baobab", "Accept": "image/*", "Accept-Encoding": "identity"},
        ) as answer:  # fmt: skip
            if answer.status in REDIRECTS and (found := answer.headers.get("Location")):
                return found, b""
            _refuse_answer(answer)
            content = _content(answer, ways)
        if is_over.is_set():  # we hung up, which looks like an end
            raise _too_slow()
        return None, content
    except Forbidden:
        raise Unfetchable(_("This address leads into a network that is not public.")) from None
    except (HTTPError, OSError, ValueError, LocationParseError):
        if is_over.is_set():
            raise _too_slow() from None
        text = _("Nobody answers at this address.")
        raise Unfetchable(text, is_passing=True) from None
    finally:
        end.cancel()
        manager.clear()


def _refuse_answer(answer: Any) -> None:
    if answer.status in PASSING:
        text = _("The server is busy (%(code)d).") % {"code": answer.status}
        raise Unfetchable(text, is_passing=True)
    if answer.status != 200:
        raise Unfetchable(_("There is no picture at this address (%(code)d).") % {
            "code": answer.status
        })  # fmt: skip
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if kind.startswith("text/") or kind == "application/xhtml+xml":
        raise Unfetchable(_("This address leads to a page, not to a picture."))


def _content(answer: Any, ways: Ways) -> bytes:
    told = answer.headers.get("Content-Length", "")
    if told.isdecimal() and int(told[:12]) > ways.most:
        raise _too_large(ways)
    content = bytearray()
    while piece := answer.read1(PIECE):
        content += piece
        if len(content) > ways.most:
            raise _too_large(ways)
    if told.isdecimal() and len(content) < int(told[:12]):
        raise Unfetchable(_("The picture broke off while it was fetched."), is_passing=True)
    return bytes(content)


def _manager(ways: Ways, opened: list[socket.socket]) -> urllib3.PoolManager:
    """Return what connects to addresses that may be connected to, and to no others."""

    def connect(host: str, port: int) -> socket.socket:
        found = [ip_address(one.partition("%")[0]) for one in ways.resolve(host, port)]
        if not found or not all(is_allowed(one) for one in found):
            raise Forbidden
        made = socket.create_connection((str(found[0]), port), timeout=ways.pause)
        opened.append(made)
        return made

    class Plain(HTTPConnection):
        """A connection to a place that is looked at in the moment of connecting."""

        def _new_conn(self) -> socket.socket:
            return connect(self._dns_host, self.port)

    class Sealed(HTTPSConnection):
        """The same, sealed: the certificate is the one of the name."""

        def _new_conn(self) -> socket.socket:
            return connect(self._dns_host, self.port or 443)

    class PlainPool(urllib3.HTTPConnectionPool):
        ConnectionCls: Any = Plain

    class SealedPool(urllib3.HTTPSConnectionPool):
        ConnectionCls: Any = Sealed

    manager = urllib3.PoolManager(cert_reqs="CERT_REQUIRED", ca_certs=certifi.where())
    manager.pool_classes_by_scheme = {"http": PlainPool, "https": SealedPool}
    return manager


def is_allowed(address: Address) -> bool:
    """Tell whether something may be fetched from an address: from the public net alone.

    ``settings.PICTURE_NETWORKS`` names other networks that an operator trusts.
    """
    if any(address in network for network in _trusted()):
        return True
    if any(address in network for network in NOT_PUBLIC):
        return False
    if isinstance(address, IPv6Address):
        if address.is_site_local or address in V4_COMPATIBLE:
            return False  # both are given up, and global for Python
        inside = address.ipv4_mapped or address.sixtofour
        if address.teredo:
            inside = address.teredo[1]
        if address in NAT64:
            inside = IPv4Address(int(address) & 0xFFFFFFFF)
        if inside is not None:
            return is_allowed(inside)
    return address.is_global and not address.is_multicast


def _trusted() -> list[Any]:
    return [ip_network(one) for one in settings.PICTURE_NETWORKS]


def _is_named(host: str) -> bool:
    """Tell whether an operator trusts a host that is written as an address."""
    with suppress(ValueError):
        return any(ip_address(host) in network for network in _trusted())
    return bool(_trusted())


def _hang_up(opened: Sequence[socket.socket], is_over: Event) -> None:
    is_over.set()  # before anything is cut off: who reads knows by it why
    for one in opened:
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)


def _too_slow() -> Unfetchable:
    return Unfetchable(_("The server is too slow."), is_passing=True)


def _too_large(ways: Ways) -> Unfetchable:
    size = f"{ways.most // 1024 // 1024} MB"
    return Unfetchable(_("The file must be smaller than %(size)s") % {"size": size})
