"""The payment page of the sandbox, spoken to over HTTP as a browser would."""

from __future__ import annotations

from http.client import HTTPConnection
from urllib.parse import urlsplit

from django.conf import settings

SECONDS = 5
HEADERS = {"Content-Type": "application/x-www-form-urlencoded"}


class SandboxSilent(Exception):
    """The payment sandbox does not answer, or there is none."""


def refuse_without_sandbox() -> None:
    """Find out at once whether anything can be paid.

    Raises:
        SandboxSilent: nothing can.
    """
    if not settings.STRIPE_BASE_URL:
        raise SandboxSilent("STRIPE_BASE_URL names none")
    connection = _connection()
    try:
        connection.connect()
    except OSError as problem:
        raise SandboxSilent(str(problem)) from problem
    finally:
        connection.close()


def press_pay(address: str, action: str = "pay") -> None:
    """Press a button of the hosted page; what came of it is asked in the next step.

    A load that was killed may have pressed it before: then the page says that it is paid.
    """
    connection = _connection()
    try:
        connection.request("POST", urlsplit(address).path, f"action={action}", HEADERS)
        connection.getresponse()
    finally:
        connection.close()


def _connection() -> HTTPConnection:
    # Whatever address a session names: only the sandbox is ever spoken to.
    return HTTPConnection(urlsplit(settings.STRIPE_BASE_URL).netloc, timeout=SECONDS)
