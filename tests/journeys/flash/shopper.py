"""A shopper without a browser: many of them fit into one test, each at an address of their own."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

from tests.patience import PATIENCE

ADDRESS = {
    "country": "CN",
    "name": "Lin Yue",
    "line1": "88 Renmin Road",
    "postcode": "410000",
    "city": "Changsha",
    "region": "Hunan",
    "phone": "+86 138 0000 0000",
}
HIDDEN = r'name="{}" value="([^"]*)"'


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; ``place`` is where the shopper is sent on to."""

    status: int
    place: str
    text: str

    def hidden(self, name: str) -> str:
        """Return the value of a field that the page holds without showing it."""
        return re.search(HIDDEN.format(name), self.text)[1]


@dataclass(slots=True)
class Shopper:
    """Somebody with a network address, an e-mail address and a jar of cookies."""

    shop: str
    address: str
    email: str
    cookies: SimpleCookie = field(default_factory=SimpleCookie)

    def prepare(self, variant_id: int) -> Answer:
        """Walk to the last page with one of a variant, and return that page."""
        assert self.post("/cart/add/", {"variant": str(variant_id)}).status == 303
        form = self.get("/checkout/")
        token = form.hidden("csrfmiddlewaretoken")
        filled = {"csrfmiddlewaretoken": token, "email": self.email, **ADDRESS}
        assert self.post("/checkout/", filled).status == 303
        page = self.get("/checkout/delivery/")
        assert page.status == 200
        return page

    def press_pay(self, page: Answer) -> Answer:
        """Press the button on the last page."""
        names = ("csrfmiddlewaretoken", "total", "digest")
        fields = {name: page.hidden(name) for name in names} | {"pay": "1"}
        return self.post("/checkout/delivery/", fields)

    def get(self, path: str) -> Answer:
        """Ask for a page."""
        return self._ask("GET", path, "")

    def post(self, path: str, fields: dict[str, str]) -> Answer:
        """Send a form."""
        return self._ask("POST", path, urlencode(fields))

    def _ask(self, method: str, path: str, body: str) -> Answer:
        netloc = urlsplit(self.shop).netloc
        connection = HTTPConnection(netloc, timeout=PATIENCE, source_address=(self.address, 0))
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": "; ".join(f"{name}={one.value}" for name, one in self.cookies.items()),
            "Sec-Fetch-Site": "same-origin",
        }
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        for cookie in answer.headers.get_all("Set-Cookie", []):
            self.cookies.load(cookie)
        return Answer(answer.status, answer.headers.get("Location", ""), text)
