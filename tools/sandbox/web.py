from collections.abc import Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from tools.sandbox.uploads import as_form

_LARGEST_BODY = 1024 * 1024
_LARGEST_FILE = 6 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request, read whole. Names of headers are in small letters."""

    method: str
    path: str
    query: str
    body: str
    headers: dict[str, str]
    peer: str

    @property
    def segments(self) -> list[str]:
        """Return the parts of the path between slashes."""
        return self.path.strip("/").split("/")


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP response."""

    status: int
    body: bytes = b""
    kind: str = "text/plain; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)

    def send(self, start_response: StartResponse) -> Iterable[bytes]:
        """Hand the response to the web server."""
        status = HTTPStatus(self.status)
        headers = {
            "Content-Type": self.kind,
            "Content-Length": str(len(self.body)),
            "X-Content-Type-Options": "nosniff",
            **self.headers,
        }
        start_response(f"{status.value} {status.phrase}", list(headers.items()))
        return [self.body]


def read_request(environ: WSGIEnvironment) -> Request | None:
    """Return the request, or nothing when its body is too large or not text."""
    length = int(environ.get("CONTENT_LENGTH") or 0)
    kind = environ.get("CONTENT_TYPE", "")
    has_file = kind.startswith("multipart/form-data")
    if length > (_LARGEST_FILE if has_file else _LARGEST_BODY):
        return None
    content = environ["wsgi.input"].read(length)
    try:
        body = as_form(kind, content) if has_file else content.decode()
    except UnicodeDecodeError:
        return None
    return Request(
        environ["REQUEST_METHOD"],
        environ["PATH_INFO"],
        environ.get("QUERY_STRING", ""),
        body,
        _headers(environ),
        environ.get("REMOTE_ADDR", ""),
    )


def redirect(url: str) -> Response:
    """Send the browser on, with GET."""
    return Response(HTTPStatus.SEE_OTHER, headers={"Location": url, "Cache-Control": "no-store"})


def _headers(environ: dict[str, Any]) -> dict[str, str]:
    return {
        name.removeprefix("HTTP_").replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
