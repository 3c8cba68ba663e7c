"""The least that a web server with Python behind it can answer."""

from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIEnvironment

BODY = b"hello, world\n"
HEADERS = [("Content-Type", "text/plain"), ("Content-Length", str(len(BODY)))]


def application(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
    """Say hello."""
    start("200 OK", HEADERS)
    return [BODY]
