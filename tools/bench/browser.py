"""One visitor over HTTP: cookies, a kept connection, a network address of its own."""

import gzip
import http.client
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

PATIENCE = 60  # seconds
ASK, TELL = "X-Bench-Count", "X-Bench-Statements"
HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')
HEADERS = {"Accept-Encoding": "gzip", "Sec-Fetch-Site": "same-origin"}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: its text, how long it was on the way, and the statements if counted.

    ``retry_after`` is when to ask again, as the server says it; empty if it does not.
    """

    status: int
    text: str
    sent: int
    location: str
    statements: int
    retry_after: str = ""

    @property
    def hidden(self) -> dict[str, str]:
        """What the forms of the page carry along unseen."""
        return dict(HIDDEN.findall(self.text))


@dataclass(slots=True)
class Browser:
    """A visitor of one site.

    Args:
        count: "cold" or "warm" to have the statements counted.
        address: the visitor's own on loopback: orders from one place are limited.
        patience: seconds after which the visitor waits for no answer any more.
    """

    site: str
    address: str = "127.0.0.1"
    count: str = ""
    patience: float = PATIENCE
    cookies: dict[str, str] = field(default_factory=dict)
    _connection: http.client.HTTPConnection | None = None

    def get(self, address: str) -> Answer:
        """Return a page."""
        return self._ask("GET", address, None)

    def post(self, address: str, form: Mapping[str, object]) -> Answer:
        """Return the answer to a form."""
        return self._ask("POST", address, urlencode(form))

    def close(self) -> None:
        """Let go of the connection; whoever asks again gets another."""
        if self._connection:
            self._connection.close()
        self._connection = None

    def _ask(self, method: str, address: str, body: str | None) -> Answer:
        parts = urlsplit(address)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        for is_last in (False, True):
            try:
                return self._exchange(method, path, body)
            except (http.client.RemoteDisconnected, ConnectionError):
                # The server ends connections that nobody has used for a while.
                self.close()
                if is_last:
                    raise
        raise AssertionError

    def _exchange(self, method: str, path: str, body: str | None) -> Answer:
        if self._connection is None:
            self._connection = http.client.HTTPConnection(
                urlsplit(self.site).netloc, timeout=self.patience, source_address=(self.address, 0)
            )
        self._connection.request(method, path, body, self._headers(body))
        answer = self._connection.getresponse()
        data = answer.read()
        for line in answer.headers.get_all("Set-Cookie") or []:
            self.cookies |= {name: part.coded_value for name, part in SimpleCookie(line).items()}
            self.cookies = {name: said for name, said in self.cookies.items() if said.strip('"')}
        is_packed = answer.headers.get("Content-Encoding") == "gzip"
        return Answer(
            status=answer.status,
            text=(gzip.decompress(data) if is_packed else data).decode(),
            sent=len(data),
            location=answer.headers.get("Location", ""),
            statements=int(answer.headers.get(TELL, 0)),
            retry_after=answer.headers.get("Retry-After", ""),
        )

    def _headers(self, body: str | None) -> dict[str, str]:
        headers = dict(HEADERS)
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        if self.count:
            headers[ASK] = self.count
        return headers
