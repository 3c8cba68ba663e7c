"""A visitor of the shop that is installed, who buys."""

from __future__ import annotations

import re
import ssl
import urllib.error
import urllib.request
from html import unescape
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode, urljoin

from tools.scripts.proving import NotSo, expect

HOST, SANDBOX = "shop.test", "http://127.0.0.1:8421"


class Shopper:
    """A browser without script that knows the shop's certificate."""

    def __init__(self, root: Path) -> None:
        self.tls = ssl.create_default_context(cafile=str(root / "etc/ssl/shop/cert.pem"))
        self.browser = urllib.request.build_opener(
            urllib.request.HTTPSHandler(context=self.tls),
            urllib.request.HTTPCookieProcessor(CookieJar()),
        )
        self.browser.addheaders = [("User-Agent", "install-test"), ("Accept-Language", "en")]

    def open(self, where: str, form: dict[str, str] | None = None) -> tuple[object, str]:
        """Open an address, or send a form to it; return the answer and its text."""
        url = urljoin(f"https://{HOST}/", where)
        body = urlencode(form).encode() if form is not None else None
        asked = urllib.request.Request(url, body)
        asked.add_header("Sec-Fetch-Site", "same-origin")
        asked.add_header("Origin", f"https://{HOST}")
        asked.add_header("Referer", url)
        try:
            answer = self.browser.open(asked, timeout=60)
        except urllib.error.HTTPError as error:
            words = " ".join(re.sub(r"<[^>]+>", " ", error.read().decode("utf-8")).split())
            raise NotSo(f"{url} says {error.code}: {words[:1500]}") from error
        return answer, answer.read().decode("utf-8", "replace")

    def status(self, where: str) -> int:
        """Return with which status an address is answered."""
        try:
            self.open(where)
        except NotSo as error:
            return int(str(error).partition(" says ")[2][:3])
        return 200

    def buy(self, slug: str, pool: str) -> str:
        """Book a ticket, pay for it at the sandbox, and return the order's number."""
        _answer, page = self.open(f"/products/{slug}/")
        expect("Walk" in page, "the product is not there")
        booked = {"session": pool, "kind-0": "Adult", "tickets-0": "1"}
        _answer, page = self.open("/cart/reserve/", booked)
        expect("30.00" in page, "the cart has another price than that of the festival")
        _answer, page = self.open("/checkout/")
        address = _fields(page) | {"email": "lin@shop.test", "name": "Lin", "country": "CN"}
        _answer, page = self.open("/checkout/", address)
        pay = _fields(page) | {"pay": "1"}
        answer, page = self.open("/checkout/delivery/", pay)
        expect(answer.url.startswith(SANDBOX), f"not led to the payment: {answer.url}")  # type: ignore[attr-defined]
        action = re.search(r'<form[^>]*action="([^"]+)"', page)
        there = urljoin(answer.url, unescape(action[1]) if action else "")  # type: ignore[attr-defined]
        answer, page = self.open(there, _fields(page) | {"action": "pay"})
        found = re.search(r"BB-\d{4}-\d+", page)
        expect(found is not None and "Thank you" in page, f"not thanked: {page[:600]}")
        return found[0]  # type: ignore[index]


def _fields(page: str) -> dict[str, str]:
    """Return the hidden fields of a page's forms."""
    hidden = re.findall(r'<input[^>]*type="hidden"[^>]*>', page)
    found = {}
    for field in hidden:
        name, value = (re.search(rf'{what}="([^"]*)"', field) for what in ("name", "value"))
        if name:
            found[name[1]] = unescape(value[1]) if value else ""
    return found
