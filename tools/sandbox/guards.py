"""When the sandbox refuses to start. A reachable one lets anybody mark orders as paid."""

import ipaddress
from collections.abc import Mapping

from tools.sandbox.forms import is_web_address

KEY_PREFIX = "sk_test_sandbox"
_ON = frozenset({"1", "true"})


class Unsafe(Exception):
    """The sandbox must not run like this; the text says why and what to do."""


def check_start(host: str, key: str, environ: Mapping[str, str]) -> None:
    """Refuse to start where the sandbox could be mistaken for, or reached as, the real provider.

    Raises:
        Unsafe: the host is not loopback, the key is not a sandbox's, or this looks like production.
    """
    if not is_loopback(host):
        raise Unsafe(
            f"The sandbox listens on this machine only. Leave --host {host} out: anybody who"
            " reaches the sandbox can mark orders as paid."
        )
    check_key(key)
    if not (_is_on(environ, "DEBUG") or _is_on(environ, "PAYMENTS_SANDBOX")):
        raise Unsafe(
            "DEBUG is off, so this may be production, where the sandbox must not run. Set DEBUG=1"
            " for development, or PAYMENTS_SANDBOX=1 for a demo in which no money moves."
        )


def check_key(key: str) -> None:
    """Refuse a key that could be a real one.

    Raises:
        Unsafe: it does not start as a sandbox's keys do.
    """
    if not key.startswith(KEY_PREFIX):
        raise Unsafe(f"The sandbox takes keys that start with {KEY_PREFIX} only, never real ones.")


def check_address(name: str, address: str) -> None:
    """Refuse an address that is not a web address.

    Raises:
        Unsafe: it is not one.
    """
    if address and not is_web_address(address):
        raise Unsafe(f"{name} must be a web address such as http://127.0.0.1:8000, not {address}.")


def is_loopback(host: str) -> bool:
    """Tell whether a name or an address means this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_on(environ: Mapping[str, str], name: str) -> bool:
    return environ.get(name, "").strip().lower() in _ON
